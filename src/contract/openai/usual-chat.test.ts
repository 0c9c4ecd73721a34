import { array, assert, constantFrom, dictionary, oneof, property, record, tuple, type Arbitrary } from 'fast-check'
import { expect, test } from 'vitest'
import { parseAnswerBySchema, parseChatAnswer } from './chat-answer.ts'
import { parseBySchema, parseChatRequest } from './chat-request.ts'
import { usualChatAnswer } from './usual-chat-answer.ts'
import { usualChatRequest } from './usual-chat-request.ts'

/** At and beside every bound that either reader has, and of every kind that JSON has. */
const VALUES = [
  null,
  true,
  false,
  0,
  -0,
  1,
  8,
  9,
  1.5,
  -1,
  2 ** 53,
  // What `JSON.parse` makes of 1e999.
  Infinity,
  '',
  'stop',
  'x'.repeat(200),
  'x'.repeat(201),
  'x'.repeat(1_000_000),
  'x'.repeat(1_000_001),
  '\ud800',
  [],
  {},
  [null],
  [{ type: 'text', text: 'Hello' }],
  { include_usage: true },
  { cached_tokens: 3, reasoning_tokens: 2 },
  { cached_tokens: -1, reasoning_tokens: '2' },
] as const
const value = constantFrom(...VALUES)

/** Mostly what is usual, sometimes with members that are not, rarely something else. */
function bodyOf(usual: Arbitrary<object>, names: readonly string[]): Arbitrary<unknown> {
  const others = dictionary(constantFrom(...names), value, { minKeys: 1, maxKeys: 2 })
  return oneof(
    { arbitrary: usual, weight: 40 },
    { arbitrary: tuple(usual, others).map(([body, other]) => ({ ...body, ...other })), weight: 10 },
    { arbitrary: value, weight: 1 },
  )
}

const message = bodyOf(
  record({ role: constantFrom('system', 'developer', 'user', 'assistant', 'tool'), content: constantFrom('', 'Hi') }),
  ['role', 'content', 'name', 'refusal', 'tool_calls', 'tool_call_id', 'Content'],
)
const request = bodyOf(record({ model: constantFrom('m', 'model-a'), messages: array(message, { maxLength: 3 }) }), [
  'model',
  'messages',
  'stream',
  'temperature',
  'top_p',
  'max_tokens',
  'max_completion_tokens',
  'n',
  'stop',
  'tools',
  'store',
  'Store',
  'stream_options',
  'seed',
])
const choice = bodyOf(
  record({
    index: constantFrom(0, 1),
    message: bodyOf(record({ role: constantFrom('assistant'), content: constantFrom('', 'Hi') }), [
      'content',
      'refusal',
      'reasoning_content',
      'reasoning',
      'tool_calls',
      'audio',
      'function_call',
      'annotations',
    ]),
    finish_reason: constantFrom('stop', 'length', 'other'),
  }),
  ['index', 'message', 'finish_reason', 'logprobs'],
)
const answer = bodyOf(
  record({
    id: constantFrom('a-1'),
    model: constantFrom('m'),
    created: constantFrom(0, 1_700_000_000),
    choices: array(choice, { maxLength: 9, size: 'small' }),
    usage: bodyOf(record({ prompt_tokens: constantFrom(0, 5), completion_tokens: constantFrom(0, 5) }), [
      'prompt_tokens',
      'completion_tokens',
      'total_tokens',
      'prompt_tokens_details',
      'completion_tokens_details',
    ]),
  }),
  ['id', 'model', 'created', 'choices', 'usage', 'object'],
)

test('a request that is read by hand is the one that the schema reads', () => {
  let usual = 0
  assert(
    property(request, (body) => {
      if (usualChatRequest(body) !== undefined) usual += 1
      expect(parseChatRequest(body)).toStrictEqual(parseBySchema(body))
    }),
    { numRuns: 2_000 },
  )
  expect(usual).toBeGreaterThan(100)
})

test('an answer that is read by hand is the one that the schema reads', () => {
  let usual = 0
  assert(
    property(answer, (body) => {
      if (usualChatAnswer(body) !== undefined) usual += 1
      expect(parseChatAnswer(body)).toStrictEqual(parseAnswerBySchema(body))
    }),
    { numRuns: 2_000 },
  )
  expect(usual).toBeGreaterThan(100)
})

test('as many messages as the schema takes, and no more', () => {
  for (const length of [2_000, 2_001]) {
    const body = { model: 'm', messages: Array.from({ length }, () => ({ role: 'user', content: 'Hi' })) }
    expect(usualChatRequest(body) !== undefined).toBe(length === 2_000)
    expect(parseChatRequest(body)).toStrictEqual(parseBySchema(body))
  }
})
