import Anthropic from '@anthropic-ai/sdk'
import OpenAI, { APIError } from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { API_KEY, startBareGateway, type BareGateway } from '../support/bare-gateway.ts'
import { says, type FakeReply } from '../support/fake-provider.ts'
import { saidIn, WIRES } from '../support/gateway-wires.ts'
import { MODEL, systemText, tinyManifest } from '../support/tiny-project.ts'

const SECRET = `ghp_${'aB3dE6gH9jKlMn0pQ'.repeat(3).slice(0, 36)}`
const SENTENCE = 'Your order left our house this morning and is on its way to you now. '

let gateway: BareGateway
beforeAll(async () => {
  gateway = await startBareGateway()
})
afterAll(() => gateway[Symbol.asyncDispose]())
beforeEach(() => {
  gateway.provider.seen.length = 0
  gateway.outcomes.length = 0
  gateway.provider.answer(says('hello'))
})

/** Pieces of a stream that are sent one by one, when the test says so. */
interface Script {
  readonly reply: FakeReply
  readonly say: (text: string) => void
  readonly finish: () => void
  readonly end: () => void
}

function script(): Script {
  const queue: (string | undefined)[] = []
  let wake = (): void => undefined
  const put = (piece: string | undefined): void => {
    queue.push(piece)
    wake()
  }
  async function* pieces(): AsyncGenerator<string> {
    for (;;) {
      while (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      const piece = queue.shift()
      if (piece === undefined) return
      yield piece
    }
  }
  const chunk = (delta: object, finish_reason: string | null = null): string =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: MODEL, choices: [{ index: 0, delta, finish_reason }] })}\n\n`
  return {
    reply: { kind: 'script', pieces: pieces() },
    say: (content) => put(chunk({ content })),
    finish: () => put(chunk({}, 'stop')),
    end: () => put(undefined),
  }
}

const client = (of: BareGateway): OpenAI => new OpenAI({ apiKey: API_KEY, baseURL: `${of.url}/v1`, maxRetries: 0 })
const body = {
  model: MODEL,
  messages: [
    { role: 'system', content: systemText() },
    { role: 'user', content: 'Hi' },
  ],
} as OpenAI.ChatCompletionCreateParamsNonStreaming
const open = (of = gateway): Promise<AsyncIterable<OpenAI.ChatCompletionChunk> & { controller: AbortController }> =>
  client(of).chat.completions.create({ ...body, stream: true })

/** Reads until a text has come; gives all text so far. */
async function readText(chunks: AsyncIterator<OpenAI.ChatCompletionChunk>): Promise<string> {
  for (let text = ''; ;) {
    const { done, value } = await chunks.next()
    if (done === true) return text
    text += value.choices[0]?.delta.content ?? ''
    if (text !== '') return text
  }
}

describe('a streamed answer', () => {
  test('comes as the provider writes it, while the provider still writes', async () => {
    const { reply, say, finish, end } = script()
    gateway.provider.answer(reply)
    say(SENTENCE.repeat(8))
    const chunks = (await open())[Symbol.asyncIterator]()
    let text = await readText(chunks)
    expect(SENTENCE.repeat(8).startsWith(text)).toBe(true)
    // The provider has not ended, and nothing is on record yet.
    expect(gateway.outcomes).toEqual([])
    say('Bye.')
    finish()
    end()
    for (let more = await readText(chunks); more !== ''; more = await readText(chunks)) text += more
    expect(text).toBe(`${SENTENCE.repeat(8)}Bye.`)
    expect(gateway.outcomes).toMatchObject([{ outcome: 'completed' }])
  })

  test('is stopped by a kill switch between two pieces, and even in silence', async () => {
    for (const isSilent of [false, true]) {
      const { reply, say } = script()
      gateway.provider.answer(reply)
      say(SENTENCE.repeat(8))
      const chunks = (await open())[Symbol.asyncIterator]()
      await readText(chunks)
      gateway.deny({ kind: 'system' })
      if (!isSilent) say(SENTENCE)
      const rest = async (): Promise<void> => {
        while ((await readText(chunks)) !== '') expect(gateway.bugs).toEqual([])
      }
      await expect(rest()).rejects.toMatchObject({ code: 'system_halted' })
      await gateway.provider.seen.at(-1)!.gone
      expect(gateway.outcomes.at(-1)).toMatchObject({ outcome: 'denied', code: 'system_halted' })
      gateway.deny()
    }
  })

  test('that a client leaves is left by the gateway', async () => {
    const { reply, say } = script()
    gateway.provider.answer(reply)
    say(SENTENCE.repeat(8))
    const stream = await open()
    await readText(stream[Symbol.asyncIterator]())
    stream.controller.abort()
    await gateway.provider.seen[0]!.gone
  })

  test('that the provider breaks off in its midst is an error in each protocol', async () => {
    gateway.provider.answer({ kind: 'completion', choices: [{ text: SENTENCE.repeat(8) }], wire: { stopAfter: 90 } })
    for (const [name, { path, request }] of Object.entries(WIRES)) {
      const text = await (await gateway.post(path, request({}, { isStream: true }))).text()
      expect(text, name).toContain('upstream_incomplete')
      expect(text, name).not.toMatch(/\[DONE\]|message_stop|response\.completed/)
    }
    const anthropic = new Anthropic({ apiKey: API_KEY, baseURL: gateway.url, maxRetries: 0 })
    const asked = WIRES['messages']!.request({}, { isStream: false }) as Anthropic.MessageCreateParamsNonStreaming
    await expect(anthropic.messages.stream(asked).finalMessage()).rejects.toThrow(/broke/)
  })

  test('with a secret over forty pieces does not bring it to a client of any protocol', async () => {
    for (const [name, { path, request }] of Object.entries(WIRES)) {
      gateway.provider.answer({
        kind: 'completion',
        choices: [{ text: `${SENTENCE.repeat(4)}The key is ${SECRET}. ${SENTENCE}` }],
        wire: { deltaChars: 1 },
      })
      const said = saidIn(await (await gateway.post(path, request({}, { isStream: true }))).text())
      expect(said, name).toContain(SENTENCE.trim())
      expect(said, name).not.toContain(SECRET.slice(0, 20))
    }
  })
})

describe('an answer whose rest is withheld', () => {
  const leaking: FakeReply = {
    kind: 'completion',
    choices: [{ text: `${SENTENCE.repeat(8)}The key is ${SECRET}. ${SENTENCE}` }],
  }

  const blocking = (more = ''): Promise<BareGateway> =>
    startBareGateway({
      manifest: tinyManifest().replace(
        'guard: { preset: T1 }',
        `guard: { preset: T1, output: { secrets: { action: block } }${more} }`,
      ),
    })

  test('ends by an error that clients raise', async () => {
    await using other = await blocking()
    other.provider.answer(leaking)
    let text = ''
    const read = async (): Promise<void> => {
      for await (const { choices } of await open(other)) text += choices[0]?.delta.content ?? ''
    }
    await expect(read()).rejects.toBeInstanceOf(APIError)
    expect(text).toContain(SENTENCE)
    expect(text).not.toContain('ghp_')
    expect(other.outcomes).toMatchObject([{ outcome: 'denied', code: 'content_filter' }])
  })

  test('ends by a reason instead, where the manifest says so', async () => {
    await using other = await blocking(', onStreamBlock: content-filter')
    other.provider.answer(leaking)
    const text = await (await other.post('/v1/chat/completions', { ...body, stream: true })).text()
    expect(text).toContain('"finish_reason":"content_filter"')
    expect(text).not.toContain('ghp_')
    expect(other.outcomes).toMatchObject([{ outcome: 'denied', code: 'content_filter' }])
  })
})

test('reasoning goes back to its provider only with the seal that this gateway gave it', async () => {
  await using other = await startBareGateway({ protocol: 'anthropic' })
  other.provider.answer({ kind: 'completion', choices: [{ reasoning: 'I look it up.', text: 'Found.' }] })
  const anthropic = new Anthropic({ apiKey: API_KEY, baseURL: other.url, maxRetries: 0 })
  const asked = {
    model: MODEL,
    max_tokens: 9,
    system: systemText(),
    messages: [{ role: 'user' as const, content: 'Hi' }],
  }
  for (const answer of [
    await anthropic.messages.create(asked),
    await anthropic.messages.stream(asked).finalMessage(),
  ]) {
    const again = (content: Anthropic.ContentBlockParam[]): Promise<unknown> =>
      anthropic.messages.create({
        ...asked,
        messages: [...asked.messages, { role: 'assistant', content }, { role: 'user', content: 'Thanks' }],
      })
    await again(answer.content as Anthropic.ContentBlockParam[])
    expect(JSON.stringify(other.provider.seen.at(-1)?.body)).toContain('"signature":"c2VhbA=="')
    const forged = answer.content.map((block) => (block.type === 'thinking' ? { ...block, thinking: SECRET } : block))
    await again(forged as Anthropic.ContentBlockParam[])
    expect(JSON.stringify(other.provider.seen.at(-1)?.body)).not.toMatch(/signature|ghp_/)
  }
})
