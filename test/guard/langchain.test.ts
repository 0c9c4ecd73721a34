// The real `@langchain/core`, with its own chat models for tests and a local one.
import type { CallbackManagerForLLMRun } from '@langchain/core/callbacks/manager'
import { BaseChatModel } from '@langchain/core/language_models/chat_models'
import {
  AIMessage,
  AIMessageChunk,
  HumanMessage,
  SystemMessage,
  ToolMessage,
  type BaseMessage,
} from '@langchain/core/messages'
import { ChatGenerationChunk, type ChatResult } from '@langchain/core/outputs'
import { StringOutputParser } from '@langchain/core/output_parsers'
import { FakeListChatModel } from '@langchain/core/utils/testing'
import { describe, expect, test } from 'vitest'
import { createGuard, GuardDenied } from '../../src/entrypoints/guard/index.ts'
import { guardChatModel, type WrapperOptions } from '../../src/entrypoints/guard/wrappers/langchain.ts'
import { EMAIL, IMAGE, INJECTION, SETUP, SSN, SUBJECT } from '../support/guard-fixture.ts'

class LocalChatModel extends BaseChatModel {
  readonly asked: BaseMessage[][] = []
  readonly #pieces: readonly AIMessageChunk[]
  wasClosed = false

  constructor(pieces: readonly AIMessageChunk[]) {
    super({})
    this.#pieces = pieces
  }

  _llmType(): string {
    return 'local'
  }

  override bindTools(_tools: unknown[], kwargs: object = {}) {
    return this.withConfig(kwargs)
  }

  async _generate(
    messages: BaseMessage[],
    _: this['ParsedCallOptions'],
    run?: CallbackManagerForLLMRun,
  ): Promise<ChatResult> {
    this.asked.push(messages)
    const whole = this.#pieces.reduce((left, right) => left.concat(right))
    await run?.handleLLMNewToken(String(whole.content))
    const message = new AIMessage({
      content: whole.content,
      tool_calls: whole.tool_calls ?? [],
      response_metadata: { model: 'local-1' },
      id: 'm-1',
      usage_metadata: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
    })
    return { generations: [{ text: String(whole.content), message }] }
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    _: this['ParsedCallOptions'],
    run?: CallbackManagerForLLMRun,
  ) {
    this.asked.push(messages)
    try {
      for (const message of this.#pieces) {
        await run?.handleLLMNewToken(String(message.content))
        yield new ChatGenerationChunk({ text: String(message.content), message })
      }
    } finally {
      this.wasClosed = true
    }
  }
}

const say = (...texts: readonly string[]) =>
  new LocalChatModel(texts.map((content) => new AIMessageChunk({ content, id: 'm-1' })))
const calling = (to: string) =>
  new LocalChatModel(
    [`{"to":"${to.slice(0, 4)}`, `${to.slice(4)}","body":"hi"}`].map(
      (args, at) =>
        new AIMessageChunk({
          content: '',
          tool_call_chunks: [
            { type: 'tool_call_chunk', index: 0, args, ...(at === 0 ? { id: 'c2', name: 'send_email' } : {}) },
          ],
        }),
    ),
  )
const wrap = <Model extends BaseChatModel>(model: Model, options: WrapperOptions = {}, setup = SETUP): Model =>
  guardChatModel(model, createGuard(setup), options)
const TOOL_SETUP = { ...SETUP, guard: {} }
const AS_USER = { subject: () => SUBJECT }

const HISTORY = [
  new SystemMessage('be kind'),
  new HumanMessage(`SSN ${SSN}`),
  new AIMessage({ content: 'looking', tool_calls: [{ id: 'c1', name: 'search', args: { query: `SSN ${SSN}` } }] }),
  new ToolMessage({ tool_call_id: 'c1', content: `{"n":3,"owner":"SSN ${SSN}"}` }),
  new HumanMessage('and now?'),
]

describe('invoke', () => {
  test('masks every message, and leaves id, usage and metadata', async () => {
    const model = say('fine')
    const answer = await wrap(model).invoke(HISTORY)
    expect(JSON.stringify(model.asked)).not.toContain(SSN)
    expect(model.asked[0]?.map((message) => message.type)).toEqual(['system', 'human', 'ai', 'tool', 'human'])
    expect(model.asked[0]?.[2]).toBeInstanceOf(AIMessage)
    expect(answer).toMatchObject({ id: 'm-1', content: 'fine', usage_metadata: { total_tokens: 5 } })
    expect(HISTORY[1]?.content).toBe(`SSN ${SSN}`)
  })

  test('a blocked input never reaches the model', async () => {
    const model = say('fine')
    await expect(wrap(model).invoke([new HumanMessage(INJECTION), new HumanMessage('hi')])).rejects.toMatchObject({
      code: 'content_filter',
    })
    expect(model.asked).toEqual([])
  })

  test('takes personal data and images out of the answer', async () => {
    const answer = await wrap(say(`write to ${EMAIL} ${IMAGE}`)).invoke('who?')
    const all = JSON.stringify(answer) + JSON.stringify(answer.toDict())
    expect(all).not.toContain(EMAIL)
    expect(JSON.stringify(answer.lc_kwargs)).not.toContain(EMAIL)
    expect(all).not.toContain('evil.example')
    expect(answer.content).toContain('[image removed]')
  })

  test('a hijacked call is withheld, the user’s own passes', async () => {
    await expect(
      wrap(calling('mallory@evil.example'), AS_USER, TOOL_SETUP).invoke('Mail bob@example.com'),
    ).rejects.toMatchObject({
      rule: 'tool/send_email/destinations.to',
    })
    const filtered = await wrap(
      calling('mallory@evil.example'),
      { ...AS_USER, onDeny: 'content-filter' },
      TOOL_SETUP,
    ).invoke('Mail bob@example.com')
    expect(filtered.tool_calls).toEqual([])
    expect(filtered.response_metadata).toMatchObject({ finish_reason: 'content_filter' })
    const fair = await wrap(calling('bob@example.com'), AS_USER, TOOL_SETUP).invoke('Mail bob@example.com')
    expect(fair.tool_calls).toMatchObject([{ name: 'send_email', args: { to: 'bob@example.com' } }])
  })

  test('batch, pipe, bound tools and other settings are guarded too', async () => {
    const model = say(`mail ${EMAIL}`)
    const guarded = wrap(model)
    const texts = [
      ...(await guarded.batch(['a', 'b'])).map(({ content }) => String(content)),
      await guarded.pipe(new StringOutputParser()).invoke('c'),
      String((await guarded.bindTools([]).invoke('d')).content),
      String((await guarded.withConfig({ tags: ['x'] }).invoke('e')).content),
    ]
    expect(model.asked).toHaveLength(5)
    for (const text of texts) expect(text).toMatch(/^mail \[/)
  })

  test('a model that makes a new one of itself is guarded again', async () => {
    class Remaking extends LocalChatModel {
      override withConfig(): never {
        return say(`mail ${EMAIL}`) as never
      }
    }
    const guarded = wrap(new Remaking([]))
    for (const made of [guarded.withConfig(), guarded.bindTools([])])
      expect(String((await (made as BaseChatModel).invoke('a')).content)).toMatch(/^mail \[/)
  })

  test('callbacks of a model that does not stream hear only what was judged', async () => {
    const tokens: string[] = []
    const model = say(`mail ${EMAIL}`)
    model.disableStreaming = true
    await wrap(model).invoke('a', { callbacks: [{ handleLLMNewToken: (token: string) => void tokens.push(token) }] })
    expect(tokens).toEqual([expect.stringMatching(/^mail \[/)])
  })

  test('the list model of the package works as before', async () => {
    const guarded = wrap(new FakeListChatModel({ responses: ['one', `mail ${EMAIL}`] }))
    expect((await guarded.invoke('a')).content).toBe('one')
    expect((await guarded.invoke('b')).content).toMatch(/^mail \[/)
  })

  test('an exception in a callback leaves no text unguarded', async () => {
    const setup = {
      ...SETUP,
      guard: { output: { pii: { action: 'pseudonymise' } } },
      pseudonym: () => {
        throw new Error('no key')
      },
    } as const
    await expect(wrap(say(EMAIL), {}, setup).invoke('a')).rejects.toThrow(GuardDenied)
  })
})

describe('stream', () => {
  async function read(model: BaseChatModel, options: WrapperOptions = {}, setup = SETUP) {
    const tokens: string[] = []
    const pieces: AIMessageChunk[] = []
    const callbacks = [{ handleLLMNewToken: (token: string) => void tokens.push(token) }]
    const stream = await wrap(model, options, setup).stream('Mail bob@example.com', { callbacks })
    for await (const piece of stream) pieces.push(piece)
    return { tokens, pieces, said: pieces.map(({ content }) => String(content)).join('') }
  }

  test.each([
    ['an SSN', ['Your SSN is 536-', '22-', '8726, keep it.'], '8726'],
    ['an e-mail address', ['Write to ada.exa', 'mple@exam', 'ple.com now.'], 'ada.exa'],
    ['an image link', ['See ![c](https://ev', 'il.example/a.png?d', '=x) here'], 'evil'],
  ])('%s that is split over three chunks never leaves, nor reaches a callback', async (_, texts, part) => {
    const { pieces, tokens, said } = await read(say(...texts))
    expect(JSON.stringify(pieces) + tokens.join('')).not.toContain(part)
    expect(tokens.join('')).toBe(said)
    expect(said.length).toBeGreaterThan(5)
    expect(pieces.every((piece) => piece instanceof AIMessageChunk)).toBe(true)
  })

  test('stream events tell only what was judged', async () => {
    const events: string[] = []
    const guarded = wrap(say('mail ada.exa', 'mple@example.com'))
    for await (const event of guarded.streamEvents('hi', { version: 'v2' })) events.push(JSON.stringify(event))
    expect(events.some((event) => event.includes('on_chat_model_stream'))).toBe(true)
    expect(events.join('')).not.toContain('ada.exa')
    const said = await guarded.streamEvents('hi').text
    expect(said).toMatch(/^mail \[/)
  })

  test('tool calls come whole and authorised, or not at all', async () => {
    const fair = await read(calling('bob@example.com'), AS_USER, TOOL_SETUP)
    const whole = fair.pieces.reduce((left, right) => left.concat(right))
    expect(whole.tool_calls).toMatchObject([{ name: 'send_email', args: { to: 'bob@example.com', body: 'hi' } }])
    expect(fair.pieces.filter(({ tool_call_chunks: parts }) => (parts ?? []).length > 0)).toHaveLength(1)
    const filtered = await read(calling('mallory@evil.example'), { ...AS_USER, onDeny: 'content-filter' }, TOOL_SETUP)
    expect(JSON.stringify(filtered.pieces)).not.toContain('mallory')
    await expect(read(calling('mallory@evil.example'), AS_USER, TOOL_SETUP)).rejects.toThrow(GuardDenied)
  })

  test('a call whose arguments cannot be parsed is withheld', async () => {
    const piece = (args: string) =>
      new AIMessageChunk({
        content: '',
        tool_call_chunks: [{ type: 'tool_call_chunk', index: 0, args, id: 'c2', name: 'send_email' }],
      })
    await expect(read(new LocalChatModel([piece(`mallory ${SSN}`)]), AS_USER, TOOL_SETUP)).rejects.toMatchObject({
      code: 'unsupported_content',
    })
  })

  test('leaving the loop closes the model’s stream', async () => {
    const words = Array.from({ length: 80 }, () => 'A harmless sentence stands here for you to read. ')
    const model = say(...words)
    for await (const piece of await wrap(model).stream('hi')) if (piece.content !== '') break
    expect(model.wasClosed).toBe(true)
  })
})
