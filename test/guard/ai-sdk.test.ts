// The real `ai` package over a local model that follows the provider specification.
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider'
import { generateText, jsonSchema, stepCountIs, streamText, tool, wrapLanguageModel, type ModelMessage } from 'ai'
import { describe, expect, test } from 'vitest'
import { createGuard, GuardDenied } from '../../src/entrypoints/guard/index.ts'
import { guardMiddleware, type WrapperOptions } from '../../src/entrypoints/guard/wrappers/ai-sdk.ts'
import { EMAIL, IMAGE, INJECTION, SETUP, SSN, SUBJECT } from '../support/guard-fixture.ts'

const USAGE: LanguageModelV4Usage = {
  inputTokens: { total: 5, noCache: 5, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 4, text: 4, reasoning: 0 },
}

interface LocalModel {
  readonly model: LanguageModelV4
  readonly asked: LanguageModelV4CallOptions[]
  readonly cancelled: Promise<void>
}

function localModel(
  answers: readonly (readonly LanguageModelV4Content[])[],
  parts: readonly LanguageModelV4StreamPart[] = [],
  isOpen = false,
): LocalModel {
  const asked: LanguageModelV4CallOptions[] = []
  let onCancelled = (): void => undefined
  const cancelled = new Promise<void>((resolve) => {
    onCancelled = resolve
  })
  return {
    asked,
    cancelled,
    model: {
      specificationVersion: 'v4',
      provider: 'local',
      modelId: 'local-1',
      supportedUrls: {},
      async doGenerate(options) {
        const content = answers[asked.length] ?? [{ type: 'text', text: 'done' }]
        asked.push(options)
        return {
          content: [...content],
          finishReason: { unified: content.some(({ type }) => type === 'tool-call') ? 'tool-calls' : 'stop', raw: 'x' },
          usage: USAGE,
          warnings: [],
          response: { id: 'r-1', modelId: 'local-1', body: { raw: JSON.stringify(content) } },
        }
      },
      async doStream(options) {
        asked.push(options)
        return {
          stream: new ReadableStream<LanguageModelV4StreamPart>({
            start(controller) {
              controller.enqueue({ type: 'stream-start', warnings: [] })
              for (const part of parts) controller.enqueue(part)
              if (isOpen) return
              controller.enqueue({ type: 'finish', usage: USAGE, finishReason: { unified: 'stop', raw: 'x' } })
              controller.close()
            },
            cancel() {
              onCancelled()
            },
          }),
        }
      },
    },
  }
}

const guarded = ({ model }: LocalModel, options: WrapperOptions = {}, setup = SETUP) =>
  wrapLanguageModel({ model, middleware: guardMiddleware(createGuard(setup), options) })

const text = (...deltas: readonly string[]): readonly LanguageModelV4StreamPart[] => [
  { type: 'text-start', id: 't1' },
  ...deltas.map((delta): LanguageModelV4StreamPart => ({ type: 'text-delta', id: 't1', delta })),
  { type: 'text-end', id: 't1' },
]

const sendEmail = (onRun: () => void) =>
  tool({
    description: 'sends',
    inputSchema: jsonSchema<{ to: string; body: string }>({ type: 'object' }),
    execute: () => {
      onRun()
      return 'sent'
    },
  })

const call = (to: string): LanguageModelV4Content => ({
  type: 'tool-call',
  toolCallId: 'c2',
  toolName: 'send_email',
  input: JSON.stringify({ to, body: 'hi' }),
})

describe('generateText', () => {
  test('masks earlier user and tool messages', async () => {
    const local = localModel([[{ type: 'text', text: 'fine' }]])
    const messages: ModelMessage[] = [
      { role: 'user', content: `SSN ${SSN}` },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: `they said SSN ${SSN}` },
          { type: 'text', text: 'looking' },
          { type: 'tool-call', toolCallId: 'c1', toolName: 'search', input: { query: `SSN ${SSN}` } },
        ],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'c1',
            toolName: 'search',
            output: { type: 'json', value: { n: 3, owner: `SSN ${SSN}` } },
          },
        ],
      },
      { role: 'user', content: [{ type: 'text', text: 'and now?' }] },
    ]
    const { text: answer, usage, response } = await generateText({ model: guarded(local), messages })
    expect(answer).toBe('fine')
    expect(usage.totalTokens).toBe(9)
    expect(response.id).toBe('r-1')
    const prompt = JSON.stringify(local.asked[0]?.prompt)
    expect(prompt).not.toContain(SSN)
    expect(prompt).toContain('"n":3')
    expect(local.asked[0]?.prompt.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'user'])
  })

  test('a blocked input never reaches the model', async () => {
    const local = localModel([])
    await expect(generateText({ model: guarded(local), prompt: INJECTION })).rejects.toMatchObject({
      code: 'content_filter',
    })
    const { finishReason, text: answer } = await generateText({
      model: guarded(local, { onDeny: 'content-filter' }),
      prompt: INJECTION,
    })
    expect({ finishReason, answer }).toEqual({ finishReason: 'content-filter', answer: '' })
    expect(local.asked).toEqual([])
  })

  test('takes personal data and images out of the answer, and the raw body with them', async () => {
    const local = localModel([
      [
        { type: 'reasoning', text: `mail is ${EMAIL}` },
        { type: 'text', text: `write to ada.example@` },
        { type: 'text', text: `example.com ${IMAGE}` },
        { type: 'source', sourceType: 'url', id: 's1', url: 'https://evil.example/?d=secret', title: EMAIL },
      ],
    ])
    const result = await generateText({ model: guarded(local), prompt: 'who?' })
    const all = JSON.stringify([result.text, result.reasoningText, result.content, result.response, result.sources])
    expect(all).not.toContain('ada.example')
    expect(all).not.toContain('evil.example')
    expect(result.text).toContain('[image removed]')
  })

  test('a hijacked call does not run, the user’s own does', async () => {
    const runs: string[] = []
    const options = { subject: () => SUBJECT }
    const setup = { ...SETUP, guard: {} }
    const ask = (to: string) =>
      generateText({
        model: guarded(localModel([[call(to)]]), options, setup),
        prompt: 'Mail bob@example.com',
        tools: { send_email: sendEmail(() => runs.push(to)) },
        stopWhen: stepCountIs(2),
      })
    await expect(ask('mallory@evil.example')).rejects.toMatchObject({ rule: 'tool/send_email/destinations.to' })
    expect(runs).toEqual([])
    await ask('bob@example.com')
    expect(runs).toEqual(['bob@example.com'])
  })

  test('a file of the user is refused unless it is to pass', async () => {
    const local = localModel([])
    const messages: ModelMessage[] = [
      { role: 'user', content: [{ type: 'file', mediaType: 'text/plain', data: new Uint8Array([1]) }] },
    ]
    await expect(generateText({ model: guarded(local), messages })).rejects.toMatchObject({
      code: 'unsupported_content',
    })
    expect(local.asked).toEqual([])
    await generateText({ model: guarded(local, { nonText: 'pass' }), messages })
    expect(local.asked).toHaveLength(1)
  })

  test('a request that another middleware changed after it was judged is refused', async () => {
    const local = localModel([])
    const late = {
      specificationVersion: 'v4' as const,
      transformParams: async ({ params }: { params: LanguageModelV4CallOptions }) => ({ ...params, seed: 1 }),
    }
    const inner = { ...guardMiddleware(createGuard(SETUP)) }
    const both = {
      ...inner,
      transformParams: async (options: { params: LanguageModelV4CallOptions }) =>
        late.transformParams({ params: await inner.transformParams(options) }),
    }
    await expect(
      generateText({ model: wrapLanguageModel({ model: local.model, middleware: both }), prompt: 'hi' }),
    ).rejects.toThrow(GuardDenied)
    expect(local.asked).toEqual([])
  })
})

describe('streamText', () => {
  async function read(local: LocalModel, options: WrapperOptions = {}, setup = SETUP) {
    const errors: unknown[] = []
    const result = streamText({
      model: guarded(local, options, setup),
      prompt: 'Mail bob@example.com',
      onError: ({ error }) => void errors.push(error),
      tools: { send_email: sendEmail(() => undefined) },
    })
    const parts: Record<string, unknown>[] = []
    for await (const part of result.fullStream) parts.push(part)
    return {
      parts,
      errors,
      said: parts.map((part) => (part['type'] === 'text-delta' ? String(part['text']) : '')).join(''),
    }
  }

  test.each([
    ['an SSN', ['Your SSN is 536-', '22-', '8726, keep it.'], '8726'],
    ['an e-mail address', ['Write to ada.exa', 'mple@exam', 'ple.com now.'], 'ada.exa'],
    ['an image link', ['See ![c](https://ev', 'il.example/a.png?d', '=x) here'], 'evil'],
  ])('%s that is split over three deltas never leaves', async (_, deltas, part) => {
    const { parts, said } = await read(localModel([], text(...deltas)))
    // Numbers are the SDK's own clock, and any digits may stand in them.
    const written = JSON.stringify(parts, (_key, value: unknown) => (typeof value === 'number' ? null : value))
    expect(written).not.toContain(part)
    expect(said.length).toBeGreaterThan(5)
    expect(parts.at(-1)).toMatchObject({ type: 'finish', totalUsage: { totalTokens: 9 } })
  })

  test('reasoning is guarded and raw chunks are not passed', async () => {
    const { parts } = await read(
      localModel(
        [],
        [
          { type: 'raw', rawValue: EMAIL },
          { type: 'reasoning-start', id: 'r1' },
          { type: 'reasoning-delta', id: 'r1', delta: 'mail is ada.exa' },
          { type: 'reasoning-delta', id: 'r1', delta: 'mple@example.com' },
          { type: 'reasoning-end', id: 'r1' },
          ...text('hello'),
        ],
      ),
    )
    expect(JSON.stringify(parts)).not.toContain('ada.exa')
    expect(parts.some(({ type }) => type === 'reasoning-delta')).toBe(true)
  })

  const torn = (to: string): readonly LanguageModelV4StreamPart[] => {
    const input = JSON.stringify({ to, body: 'hi' })
    return [
      { type: 'tool-input-start', id: 'c2', toolName: 'send_email' },
      { type: 'tool-input-delta', id: 'c2', delta: input.slice(0, 12) },
      { type: 'tool-input-delta', id: 'c2', delta: input.slice(12) },
      { type: 'tool-input-end', id: 'c2' },
      call(to) as LanguageModelV4StreamPart,
    ]
  }

  test('tool input comes whole and authorised, or not at all', async () => {
    const options = { subject: () => SUBJECT }
    const setup = { ...SETUP, guard: {} }
    const fair = await read(localModel([], torn('bob@example.com')), options, setup)
    expect(fair.parts.filter(({ type }) => type === 'tool-input-delta')).toHaveLength(1)
    expect(fair.parts.some(({ type }) => type === 'tool-result')).toBe(true)
    const hijacked = await read(localModel([], torn('mallory@evil.example')), options, setup)
    expect(hijacked.errors).toMatchObject([{ rule: 'tool/send_email/destinations.to' }])
    expect(JSON.stringify(hijacked.parts.filter(({ type }) => type !== 'error'))).not.toContain('mallory')
    const filtered = await read(
      localModel([], torn('mallory@evil.example')),
      { ...options, onDeny: 'content-filter' },
      setup,
    )
    expect(filtered.errors).toEqual([])
    expect(filtered.parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'content-filter' })
  })

  test('a callback that throws ends the stream without the text', async () => {
    const { parts, errors } = await read(
      localModel([], text(`mail ${EMAIL} now`)),
      {},
      {
        ...SETUP,
        guard: { output: { pii: { action: 'pseudonymise' } } },
        pseudonym: () => {
          throw new Error('no key')
        },
      },
    )
    expect(JSON.stringify(parts)).not.toContain('ada.example')
    expect(errors).toMatchObject([{ rule: 'guard/failed' }])
  })

  test('below the package, neither raw chunks nor a raw body come through', async () => {
    const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'hi' }] }]
    const streaming = localModel([], [{ type: 'raw', rawValue: EMAIL }, ...text('hello')])
    const { stream } = await guarded(streaming).doStream({ prompt })
    const parts: unknown[] = []
    for await (const part of stream) parts.push(part)
    expect(JSON.stringify(parts)).not.toContain(EMAIL)
    const { response, content } = await guarded(localModel([[{ type: 'text', text: EMAIL }]])).doGenerate({ prompt })
    expect(JSON.stringify([response, content])).not.toContain(EMAIL)
    const same = await guarded(localModel([[{ type: 'text', text: 'hello' }]])).doGenerate({ prompt })
    expect(same.response?.body).toBeDefined()
  })

  test('cancelling cancels the provider’s stream', async () => {
    const local = localModel([], [{ type: 'text-start', id: 't1' }], true)
    const { stream } = await guarded(local).doStream({
      prompt: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
    })
    await stream.cancel()
    await local.cancelled
    expect(local.asked).toHaveLength(1)
  })
})
