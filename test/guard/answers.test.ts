// What an answer belongs to reaches the guard through every wrapper: its session's canaries, and the passages that it may rest on.
import { createHmac } from 'node:crypto'
import { AIMessage, HumanMessage } from '@langchain/core/messages'
import { FakeListChatModel } from '@langchain/core/utils/testing'
import { generateText, streamText, wrapLanguageModel } from 'ai'
import { MockLanguageModelV4, simulateReadableStream } from 'ai/test'
import { describe, expect, test } from 'vitest'
import { groundClaims } from '../../src/entrypoints/guard/grounding.ts'
import { createGuard, type GuardSetup } from '../../src/entrypoints/guard/index.ts'
import { guardMiddleware, type WrapperOptions } from '../../src/entrypoints/guard/wrappers/ai-sdk.ts'
import { guardChatModel } from '../../src/entrypoints/guard/wrappers/langchain.ts'
import { SUBJECT, TOOLS } from '../support/guard-fixture.ts'
import { chunks, completion, toolCall } from '../support/scripted-openai.ts'
import { setUp } from '../support/guarded-openai.ts'

const hmac = (purpose: string, text: string): string =>
  createHmac('sha256', 'key').update(`${purpose}\n${text}`).digest('hex')
const SETUP: GuardSetup = { preset: 'T1', hmac, tools: TOOLS }
const [CANARY = ''] = createGuard(SETUP).canaries('s-1')
const GROUNDED: GuardSetup = {
  preset: 'T1',
  groundClaims,
  guard: { grounding: { action: 'block', requireCitations: true } },
}
const PASSAGES = [{ id: '1', text: 'The shop opens at nine and closes at six.' }]
const SUPPORTED = 'The shop opens at nine and closes at six [1].'
const UNSUPPORTED = 'The museum sells tickets for the concert tomorrow evening [1].'

const USAGE = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
}
const STOP = { unified: 'stop', raw: 'stop' } as const

type Ask = (answer: string, options: WrapperOptions, setup: GuardSetup) => Promise<string>

const WRAPPERS: readonly (readonly [string, Ask])[] = [
  [
    'openai',
    async (content, options, setup) => {
      await using it = await setUp(() => ({ json: completion({ content }) }), options, setup)
      const answer = await it.client.chat.completions.create({
        model: 'm',
        messages: [{ role: 'user', content: 'when?' }],
      })
      return answer.choices[0]?.message.content ?? ''
    },
  ],
  [
    'openai, streamed',
    async (content, options, setup) => {
      await using it = await setUp(() => ({ events: chunks([{ content }]) }), options, setup)
      const stream = await it.client.chat.completions.create({
        model: 'm',
        messages: [{ role: 'user', content: 'when?' }],
        stream: true,
      })
      let text = ''
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
      return text
    },
  ],
  [
    'AI SDK',
    async (text, options, setup) => {
      const model = new MockLanguageModelV4({
        doGenerate: async () => ({ content: [{ type: 'text', text }], finishReason: STOP, usage: USAGE, warnings: [] }),
      })
      const wrapped = wrapLanguageModel({ model, middleware: guardMiddleware(createGuard(setup), options) })
      return (await generateText({ model: wrapped, prompt: 'when?', maxRetries: 0 })).text
    },
  ],
  [
    'AI SDK, streamed',
    async (delta, options, setup) => {
      const model = new MockLanguageModelV4({
        doStream: async () => ({
          stream: simulateReadableStream({
            chunks: [
              { type: 'text-start', id: 't' },
              { type: 'text-delta', id: 't', delta },
              { type: 'text-end', id: 't' },
              { type: 'finish', finishReason: STOP, usage: USAGE },
            ],
          }),
        }),
      })
      const wrapped = wrapLanguageModel({ model, middleware: guardMiddleware(createGuard(setup), options) })
      let text = ''
      for await (const part of streamText({ model: wrapped, prompt: 'when?', maxRetries: 0, onError: () => undefined })
        .fullStream) {
        if (part.type === 'error') throw part.error
        if (part.type === 'text-delta') text += part.text
      }
      return text
    },
  ],
  [
    'LangChain',
    async (response, options, setup) => {
      const model = guardChatModel(new FakeListChatModel({ responses: [response] }), createGuard(setup), options)
      return (await model.invoke([new HumanMessage('when?'), new AIMessage('well'), new HumanMessage('now')])).text
    },
  ],
]

describe.each(WRAPPERS)('%s', (_, ask) => {
  test('a canary of the session at hand does not come out', async () => {
    const answer = `It says ${CANARY}.`
    await expect(ask(answer, { session: () => 's-1' }, SETUP)).rejects.toMatchObject({ code: 'content_filter' })
    await expect(ask(answer, { subject: () => SUBJECT }, SETUP)).rejects.toMatchObject({ code: 'content_filter' })
    expect(await ask(answer, { session: () => 's-2' }, SETUP)).toBe(answer)
  })

  test('an answer rests on the passages that were retrieved for it', async () => {
    const passages = { passages: () => PASSAGES }
    expect(await ask(SUPPORTED, passages, GROUNDED)).toBe(SUPPORTED)
    await expect(ask(UNSUPPORTED, passages, GROUNDED)).rejects.toMatchObject({ rule: 'grounding/unsupported' })
  })
})

test('without passages of its own, an answer rests on the tool results of its conversation', async () => {
  const messages = [
    { role: 'user', content: 'when?' },
    { role: 'assistant', content: null, tool_calls: [toolCall('c1', 'search', { query: 'hours' })] },
    { role: 'tool', tool_call_id: 'c1', content: PASSAGES[0]?.text },
  ]
  for (const [content, rule] of [
    [SUPPORTED, undefined],
    [UNSUPPORTED, 'grounding/unsupported'],
  ] as const) {
    await using it = await setUp(() => ({ json: completion({ content }) }), {}, { ...GROUNDED, tools: TOOLS })
    const asked = it.client.chat.completions.create({ model: 'm', messages: messages as never })
    if (rule === undefined) expect((await asked).choices[0]?.message.content).toBe(content)
    else await expect(asked).rejects.toMatchObject({ rule })
  }
})
