// The real `@langchain/openai`, whose messages carry the provider's answer a second and a third time.
import { AIMessage, HumanMessage, type AIMessageChunk, type BaseMessage } from '@langchain/core/messages'
import { ChatOpenAI } from '@langchain/openai'
import { describe, expect, test } from 'vitest'
import { createGuard } from '../../src/entrypoints/guard/index.ts'
import { guardChatModel } from '../../src/entrypoints/guard/wrappers/langchain.ts'
import { INJECTION, SETUP, SSN } from '../support/guard-fixture.ts'

type Json = Readonly<Record<string, unknown>>
const CUT = SSN.slice(6)
const SEALED = 'gAAAAABpQ2x5c3RhbA=='

function setUp(answer: Json, events: readonly Json[], settings: object) {
  const asked: Json[] = []
  const fetch = async (_: unknown, request: { readonly body: string }) => {
    const body = JSON.parse(request.body) as Json
    asked.push(body)
    return body['stream'] === true
      ? new Response(
          events.map((event) => `event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`).join(''),
          {
            headers: { 'content-type': 'text/event-stream' },
          },
        )
      : Response.json(answer)
  }
  const model = new ChatOpenAI({
    model: 'gpt-5',
    apiKey: 'none',
    maxRetries: 0,
    ...settings,
    configuration: { fetch: fetch as unknown as typeof globalThis.fetch },
  })
  return { asked, model: guardChatModel(model, createGuard(SETUP)) }
}

/** Everything that an application can reach of a message. */
const all = (message: BaseMessage) => JSON.stringify([{ ...message }, message.toDict(), message.contentBlocks])

async function streamed(model: ChatOpenAI): Promise<readonly AIMessageChunk[]> {
  const pieces: AIMessageChunk[] = []
  for await (const piece of await model.stream('hi')) pieces.push(piece)
  return pieces
}

describe('responses', () => {
  function answering(said: string, thought: string, settings: object = {}) {
    const reasoning = {
      id: 'rs_1',
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: thought }],
      encrypted_content: SEALED,
    }
    const part = { type: 'output_text', text: said, annotations: [] }
    const message = { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content: [part] }
    const usage = {
      input_tokens: 1,
      output_tokens: 1,
      total_tokens: 2,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens_details: { reasoning_tokens: 0 },
    }
    const about = { id: 'resp_1', object: 'response', model: 'gpt-5', status: 'completed', created_at: 1, usage }
    const response = { ...about, output: [reasoning, message] }
    const summary = { item_id: 'rs_1', output_index: 0, summary_index: 0 }
    const place = { item_id: 'msg_1', output_index: 1, content_index: 0 }
    const pieces = (text: string) => [text.slice(0, 9), text.slice(9)]
    const events = [
      { type: 'response.created', response: { ...about, output: [] } },
      { type: 'response.output_item.added', output_index: 0, item: { ...reasoning, summary: [] } },
      ...pieces(thought).map((delta) => ({ type: 'response.reasoning_summary_text.delta', ...summary, delta })),
      { type: 'response.output_item.done', output_index: 0, item: reasoning },
      { type: 'response.output_item.added', output_index: 1, item: { ...message, content: [] } },
      ...pieces(said).map((delta) => ({ type: 'response.output_text.delta', ...place, delta })),
      { type: 'response.output_text.done', ...place, text: said },
      { type: 'response.completed', response },
    ].map((event, number) => ({ ...event, sequence_number: number }))
    return { response, ...setUp(response, events, { useResponsesApi: true, ...settings }) }
  }

  test.each([{}, { outputVersion: 'v1' as const }])(
    'no member repeats what was taken out, with %j',
    async (settings) => {
      for (const [said, thought] of [
        [`SSN is ${SSN}.`, 'The user asks.'],
        ['It is not known.', `SSN is ${SSN}.`],
      ] as const) {
        const { model } = answering(said, thought, settings)
        const answer = await model.invoke('hi')
        expect(all(answer)).not.toContain(CUT)
        expect(answer).toMatchObject({ response_metadata: { model_name: 'gpt-5', status: 'completed' } })
        const pieces = await streamed(model)
        expect(pieces.map(all).join('')).not.toContain(CUT)
        expect(pieces.map(({ text }) => text).join('')).toMatch(
          said.includes(SSN) ? /^SSN is \[/ : /^It is not known\.$/,
        )
      }
    },
  )

  test.each([{}, { outputVersion: 'v1' as const }])(
    'a second turn sends the reasoning back, with %j',
    async (settings) => {
      const { model, asked, response } = answering('It is sunny.', 'The user asks.', settings)
      for (const answer of [
        await model.invoke('hi'),
        (await streamed(model)).reduce((left, right) => left.concat(right)),
      ]) {
        asked.length = 0
        await model.invoke([new HumanMessage('hi'), answer, new HumanMessage('and now?')])
        const input = asked[0]?.['input'] as readonly Json[]
        expect(input.find(({ type }) => type === 'reasoning')).toMatchObject({
          id: 'rs_1',
          summary: response.output[0]?.['summary' as never],
          encrypted_content: SEALED,
        })
        expect(JSON.stringify(input)).toContain('It is sunny.')
      }
    },
  )

  test('a history that nobody judged is judged, and its raw copy is not sent in its place', async () => {
    const { model, asked, response } = answering(`SSN is ${SSN}.`, `SSN ${SSN}`)
    const text = `SSN is ${SSN}.`
    const metadata = { model_provider: 'openai', output: response.output }
    const earlier = new AIMessage({
      content: [
        { type: 'reasoning', reasoning: `SSN ${SSN}` },
        { type: 'text', text },
      ],
      additional_kwargs: { reasoning: response.output[0], refusal: `SSN ${SSN}` },
      response_metadata: metadata,
    })
    await model.invoke([new HumanMessage('hi'), earlier, new HumanMessage('and now?')])
    expect(JSON.stringify(asked)).not.toContain(CUT)
    expect(JSON.stringify(asked)).toContain(SEALED)
    expect(earlier.response_metadata).toBe(metadata)
    const harmless = answering('It is sunny.', 'The user asks.')
    const copied = new AIMessage({ content: 'other', response_metadata: { output: harmless.response.output } })
    await harmless.model.invoke([new HumanMessage('hi'), copied, new HumanMessage('and now?')])
    expect(harmless.asked[0]?.['input']).toMatchObject([{}, ...harmless.response.output, {}])
  })
})

describe('chat completions', () => {
  const TOKENS = ['My SSN', ' is', ` ${SSN.slice(0, 6)}`, CUT, ' thanks.']
  const log = (tokens: readonly string[]) => ({
    content: tokens.map((token) => ({ token, logprob: -0.1, bytes: null, top_logprobs: [] })),
    refusal: null,
  })
  function saying(tokens: readonly string[]) {
    const about = { id: 'c-1', model: 'm', created: 1 }
    const message = { role: 'assistant', content: tokens.join(''), refusal: null }
    const answer = {
      ...about,
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason: 'stop', logprobs: log(tokens) }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    }
    const events = [
      ...tokens.map((content) => ({
        delta: { role: 'assistant', content },
        logprobs: log([content]),
        finish_reason: null,
      })),
      { delta: {}, logprobs: null, finish_reason: 'stop' },
    ].map((choice) => ({ ...about, object: 'chat.completion.chunk', choices: [{ index: 0, ...choice }] }))
    return setUp(answer, events, { model: 'gpt-4o', logprobs: true, __includeRawResponse: true }).model
  }

  test('the log of single tokens goes with a text that was changed, and with any that is streamed', async () => {
    const model = saying(TOKENS)
    const callbacks: string[] = []
    const answer = await model.invoke('hi', {
      callbacks: [{ handleLLMEnd: (output: unknown) => void callbacks.push(JSON.stringify(output)) }],
    })
    const pieces = await streamed(model)
    const events: string[] = []
    for await (const event of model.streamEvents('hi', { version: 'v2' })) events.push(JSON.stringify(event))
    const seen = [all(answer), ...callbacks, ...pieces.map(all), ...events].join('')
    expect(seen).not.toContain(CUT)
    expect(seen).not.toContain('"token":')
    expect(answer.response_metadata).toMatchObject({ finish_reason: 'stop', usage: { total_tokens: 2 } })
  })

  test('it stays where nothing was changed', async () => {
    const answer = await saying(['Hello', ' there.']).invoke('hi')
    expect(answer.response_metadata).toMatchObject({ logprobs: log(['Hello', ' there.']) })
  })
})

test('thoughts in a history are read as what the assistant wrote', async () => {
  const answer = {
    id: 'c-1',
    object: 'chat.completion',
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
  }
  const { model, asked } = setUp(answer, [], { model: 'gpt-4o' })
  for (const thought of [
    { type: 'thinking', thinking: 'The user greets.', signature: SEALED },
    { type: 'reasoning', reasoning: 'The user greets.' },
  ])
    await model.invoke([
      new HumanMessage('hi'),
      new AIMessage({ content: [thought, { type: 'text', text: 'Hello.' }] }),
      new HumanMessage('and now?'),
    ])
  expect(asked).toHaveLength(2)
  const injected = new HumanMessage({ content: [{ type: 'text', text: 'hi', note: INJECTION }] })
  await expect(model.invoke([injected])).rejects.toMatchObject({ code: 'content_filter' })
})
