import {
  array,
  assert,
  constant,
  constantFrom,
  integer,
  oneof,
  option,
  property,
  record,
  string,
  uniqueArray,
} from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FINISH_REASONS, type ModelAnswer } from '../../application/gateway/model-event.ts'
import { REQUEST, throughWire } from '../../../test/support/answer-events.ts'
import { messagesCodec } from '../anthropic/messages-codec.ts'
import { parseMessagesAnswer } from '../anthropic/messages-answer.ts'
import { messagesEventDecoder } from '../anthropic/messages-event-decoder.ts'
import { parseChatAnswer } from '../openai/chat-answer.ts'
import { chatChunkDecoder } from '../openai/chat-chunk-decoder.ts'
import { chatCodec } from '../openai/chat-codec.ts'
import type { AnswerFrame } from './client-codec.ts'

const FRAME: AnswerFrame = { requestId: 'R1', request: REQUEST, createdAt: 1 }
const text = string({ unit: 'grapheme', maxLength: 60 })
const some = string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
const toolCalls = uniqueArray(
  record({ id: some, name: some, arguments: constantFrom('{}', '{"a":1}', '{"text":"ü \\"x\\""}') }),
  { maxLength: 3, selector: ({ id }) => id },
)
const count = integer({ min: 0, max: 1e6 })
const usage = record(
  { inputTokens: count, outputTokens: count, cachedInputTokens: count, reasoningTokens: count },
  { requiredKeys: ['inputTokens', 'outputTokens'] },
)
const messagesUsage = record(
  { inputTokens: count, outputTokens: count, cachedInputTokens: count, cacheWriteTokens: count },
  { requiredKeys: ['inputTokens', 'outputTokens'] },
).map(({ inputTokens, cachedInputTokens = 0, cacheWriteTokens = 0, ...rest }) => ({
  ...rest,
  inputTokens: inputTokens + cachedInputTokens + cacheWriteTokens,
  ...(cachedInputTokens === 0 ? {} : { cachedInputTokens }),
  ...(cacheWriteTokens === 0 ? {} : { cacheWriteTokens }),
}))

/** What an OpenAI stream can say. */
const chatAnswer = record({
  id: some,
  model: some,
  created: integer({ min: 0 }),
  choices: array(
    record({
      text,
      refusal: option(some),
      reasoning: array(
        some.map((words) => ({ kind: 'text' as const, text: words, seal: null })),
        { maxLength: 1 },
      ),
      toolCalls,
      finishReason: constantFrom(...FINISH_REASONS),
    }),
    { minLength: 1, maxLength: 4 },
  ).map((choices) => choices.map((choice, index) => ({ index, ...choice }))),
  usage: option(usage, { nil: undefined }),
})

/** What an Anthropic message can say: one choice, no time, no refusal apart. */
const message = record({
  id: some,
  model: some,
  choices: record({
    text,
    reasoning: array(
      oneof(
        record({ kind: constant('text' as const), text, seal: some }),
        record({ kind: constant('opaque' as const), data: some }),
      ),
      { maxLength: 4 },
    ),
    toolCalls,
    finishReason: constantFrom(...FINISH_REASONS),
  }).map((choice) => [{ index: 0, refusal: null, ...choice }]),
  usage: messagesUsage,
}).map((given): ModelAnswer => ({ created: 0, ...given }))

describe('an answer that is written for a client and read as a provider’s', () => {
  test('is the same in chat completions, streamed', () => {
    assert(
      property(chatAnswer, (given) => {
        expect(throughWire(given, chatCodec.encoder(FRAME), chatChunkDecoder())).toEqual(given)
      }),
    )
  })

  test('is the same in chat completions, whole', () => {
    assert(
      property(chatAnswer, (given) => {
        expect(parseChatAnswer(chatCodec.answerBody(given, FRAME))).toEqual(given)
      }),
    )
  })

  test('is the same in messages, streamed', () => {
    assert(
      property(message, (given) => {
        // The start of a message says nothing of the input; the end says the output.
        const expected = { ...given, usage: { inputTokens: 0, outputTokens: given.usage?.outputTokens } }
        expect(throughWire(given, messagesCodec.encoder(FRAME), messagesEventDecoder())).toEqual(expected)
      }),
    )
  })

  test('is the same in messages, whole, but for a call that it was cut within', () => {
    const seen = { cut: 0, whole: 0 }
    assert(
      property(message, (given) => {
        const read = parseMessagesAnswer(messagesCodec.answerBody(given, FRAME))
        const [choice] = given.choices
        const isCut = choice?.finishReason === 'length' && choice.toolCalls.length > 0
        seen[isCut ? 'cut' : 'whole'] += 1
        expect(read).toEqual(
          isCut ? { ...given, choices: [{ ...choice, toolCalls: choice.toolCalls.slice(0, -1) }] } : given,
        )
      }),
    )
    expect([seen.cut > 0, seen.whole > 0]).toEqual([true, true])
  })

  test('comes without usage where a chat client did not ask for it', () => {
    const frame = { ...FRAME, request: { ...REQUEST, includeUsage: false } }
    assert(
      property(chatAnswer, (given) => {
        expect(throughWire(given, chatCodec.encoder(frame), chatChunkDecoder())?.usage).toBeUndefined()
      }),
    )
  })
})

describe('what is no event of a provider', () => {
  test.each([
    '[',
    '7',
    '{}',
    '{"error":{"message":"overloaded"}}',
    '{"choices":[{"index":0}]}',
    '{"id":"a","model":"m","choices":[{"index":9,"delta":{}}]}',
    '{"id":"a","model":"m","choices":[{"index":0,"delta":{"content":[]}}]}',
    '{"id":"a","model":"m","choices":[{"index":0,"delta":{"audio":{"data":"x"}}}]}',
    '{"id":"a","model":"m","choices":[{"index":0,"delta":{"function_call":{"name":"x"}}}]}',
    '{"id":"a","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":128}]}}]}',
    '{"id":"a","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"type":"custom"}]}}]}',
  ])('is refused in a chat stream: %s', (data) => {
    expect(chatChunkDecoder().push(data, [])).toBe(false)
  })

  test.each([
    '[',
    '{}',
    '{"type":"error","error":{"type":"overloaded_error","message":"x"}}',
    '{"type":"message_start"}',
    '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"x"}}',
    '{"type":"content_block_start","index":0,"content_block":{"type":"server_tool_use"}}',
    '{"type":"unheard_of"}',
  ])('is refused in a messages stream: %s', (data) => {
    expect(messagesEventDecoder().push(data, [])).toBe(false)
  })
})
