import { assert, constantFrom, json, jsonValue, property, anything } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { withText, type ModelRequest } from '../../application/gateway/model-request.ts'
import { parseChatRequest } from './chat-request.ts'
import { chatUpstreamBody } from './chat-upstream-body.ts'
import { REFUSED_IN_CHAT } from './refused-fields.ts'

const BODY = {
  model: 'gpt-4.1-mini',
  messages: [
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: 'Hi' },
  ],
}

function parsed(body: unknown): ModelRequest {
  const result = parseChatRequest(body)
  if (!result.ok) throw new Error(result.failure.message)
  return result.value
}
const failure = (body: unknown): unknown => {
  const result = parseChatRequest(body)
  return result.ok ? 'accepted' : result.failure
}

/** `[[[…]]]`, deeper than a recursive walk survives. */
const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels))

describe('a request', () => {
  test('is read with its messages, and keeps what it only passes on', () => {
    const body = { ...BODY, temperature: 0.2, user: 'u1' }
    expect(parsed(body)).toEqual({
      protocol: 'openai-chat',
      model: 'gpt-4.1-mini',
      messages: [
        { role: 'system', text: 'Be kind.' },
        { role: 'user', parts: [{ kind: 'text', text: 'Hi' }] },
      ],
      tools: [],
      choices: 1,
      isStream: false,
      includeUsage: false,
      settings: { temperature: 0.2 },
      extra: { temperature: 0.2, user: 'u1' },
    })
  })

  test('may have parts: text, images and sound', () => {
    const content = [
      { type: 'text', text: 'Ig' },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'low' } },
      { type: 'text', text: 'nore' },
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
    ]
    expect(parsed({ ...BODY, messages: [{ role: 'user', content }] }).messages).toEqual([
      {
        role: 'user',
        parts: [
          { kind: 'text', text: 'Ig' },
          { kind: 'image', url: 'https://example.com/a.png', detail: 'low' },
          { kind: 'text', text: 'nore' },
          { kind: 'audio', data: 'AAAA', format: 'wav' },
        ],
      },
    ])
  })

  test('may have tool calls and their results', () => {
    const call = { id: 'c1', type: 'function', function: { name: 'lookup_order', arguments: '{"id":1}' } }
    const messages = [
      { role: 'developer', content: 'x' },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'c1', content: '{"a":1}' },
      { role: 'assistant', refusal: 'No.' },
    ]
    expect(parsed({ ...BODY, messages }).messages).toEqual([
      { role: 'developer', text: 'x' },
      {
        role: 'assistant',
        text: '',
        reasoning: [],
        toolCalls: [{ id: 'c1', name: 'lookup_order', arguments: '{"id":1}' }],
      },
      { role: 'tool', callId: 'c1', text: '{"a":1}', isError: false },
      { role: 'assistant', text: 'No.', reasoning: [], toolCalls: [] },
    ])
  })

  test('may have tools; one without parameters takes an empty object', () => {
    const tools = [
      { type: 'function', function: { name: 'a', parameters: { type: 'object', required: ['x'] } } },
      { type: 'function', function: { name: 'b' } },
    ]
    expect(parsed({ ...BODY, tools }).tools).toEqual([
      { name: 'a', parameters: { type: 'object', required: ['x'] } },
      { name: 'b', parameters: { type: 'object', properties: {} } },
    ])
  })

  test.each([
    [{ stream: true, stream_options: { include_usage: true } }, true, true],
    [{ stream: true }, true, false],
    [{ stream: false, stream_options: null }, false, false],
    [{ stream: null }, false, false],
  ])('with %j streams: %s, with usage: %s', (extra, isStream, includeUsage) => {
    expect(parsed({ ...BODY, ...extra })).toMatchObject({ isStream, includeUsage })
  })
})

describe('refused', () => {
  test.each([...REFUSED_IN_CHAT])('is the parameter %s, unless it is empty', (name) => {
    for (const value of [true, 'x', {}, [], 1, ''])
      expect(failure({ ...BODY, [name]: value })).toMatchObject({
        status: 400,
        code: 'unsupported_parameter',
        param: name,
      })
    for (const value of [null, false, undefined]) expect(failure({ ...BODY, [name]: value })).toBe('accepted')
  })

  test.each([
    ['an image without an address', [{ type: 'image_url', image_url: {} }]],
    ['audio without its format', [{ type: 'input_audio', input_audio: { data: '' } }]],
    ['a file', [{ type: 'file', file: {} }]],
    ['text beside an image', [{ type: 'text', text: 'x' }, { type: 'image_url' }]],
    ['no part', []],
    ['a number', 1],
    ['nothing', undefined],
  ])('is %s as content', (_, content) => {
    expect(failure({ ...BODY, messages: [{ role: 'user', content }] })).toMatchObject({
      code: 'unsupported_content',
      param: expect.stringContaining('content'),
    })
  })

  test.each<[string, unknown]>([
    ['no body', undefined],
    ['null', null],
    ['a text', 'x'],
    ['a list', []],
    ['no model', { messages: BODY.messages }],
    ['an empty model', { ...BODY, model: '' }],
    ['no message', { ...BODY, messages: [] }],
    ['an unknown role', { ...BODY, messages: [{ role: 'function', content: 'x' }] }],
    ['a tool result without its call', { ...BODY, messages: [{ role: 'tool', content: 'x' }] }],
    ['a tool of the provider', { ...BODY, tools: [{ type: 'web_search' }] }],
    ['a tool with more keys', { ...BODY, tools: [{ type: 'function', function: { name: 'a' }, server: 'x' }] }],
    [
      'arguments as an object',
      {
        ...BODY,
        messages: [
          { role: 'assistant', tool_calls: [{ id: 'c', type: 'function', function: { name: 'a', arguments: {} } }] },
        ],
      },
    ],
    [
      'a custom tool call',
      { ...BODY, messages: [{ role: 'assistant', tool_calls: [{ id: 'c', type: 'custom', custom: {} }] }] },
    ],
    ['nine choices', { ...BODY, n: 9 }],
    ['no choice', { ...BODY, n: 0 }],
    ['a stream that is no truth value', { ...BODY, stream: 'yes' }],
    ['too many messages', { ...BODY, messages: Array.from({ length: 2_001 }, () => BODY.messages[1]) }],
    [
      'parameters nested without end',
      { ...BODY, tools: [{ type: 'function', function: { name: 'a', parameters: { x: deep(20_000) } } }] },
    ],
    ['an unknown member nested without end', { ...BODY, extra: deep(20_000) }],
  ])('is %s', (_, body) => {
    expect(failure(body)).toMatchObject({
      status: 400,
      code: expect.stringMatching(/^invalid_request$/),
      message: expect.stringMatching(/./),
    })
  })
})

describe('laws', () => {
  test('no JSON makes it throw', () => {
    const json_ = jsonValue({ maxDepth: 6 })
    const key = constantFrom('messages', 'tools', 'stream', 'model', 'n', 'content', 'stream_options')
    assert(property(json_, (body) => typeof parseChatRequest(body).ok === 'boolean'))
    assert(property(json_, key, (value, name) => typeof parseChatRequest({ ...BODY, [name]: value }).ok === 'boolean'))
    assert(property(json_, (value) => typeof parseChatRequest({ ...BODY, messages: [value] }).ok === 'boolean'))
    assert(property(json(), (text) => typeof parseChatRequest(text).ok === 'boolean'))
    assert(property(anything(), (value) => typeof parseChatRequest({ ...BODY, tools: [value] }).ok === 'boolean'))
  })
})

/** The provider's request, after the guard has left these texts. */
function upstream(request: ModelRequest, texts: readonly string[]): Record<string, unknown> {
  const messages = request.messages.map((message, index) => withText(message, texts[index] ?? ''))
  const body = chatUpstreamBody({ ...request, messages })
  if (!body.ok) throw new Error(body.failure.message)
  return body.value
}

describe('the provider’s request', () => {
  test('is the client’s own where the guard changed nothing', () => {
    const body = { ...BODY, temperature: 0.2, n: 2, logit_bias: { 50256: -100 } }
    expect(upstream(parsed(body), ['Be kind.', 'Hi'])).toEqual(body)
  })

  test('carries the guarded text in place of parts', () => {
    const messages = [
      {
        role: 'user',
        name: 'n',
        content: [
          { type: 'text', text: 'my ' },
          { type: 'text', text: 'card' },
        ],
      },
    ]
    expect(upstream(parsed({ ...BODY, messages }), ['my [CARD]'])['messages']).toEqual([
      { role: 'user', content: 'my [CARD]' },
    ])
  })

  test('keeps parts in their places where nothing was changed, and puts a changed text first', () => {
    const content = [
      { type: 'text', text: 'a' },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
      { type: 'text', text: 'b' },
    ]
    const request = parsed({ ...BODY, messages: [{ role: 'user', content }] })
    expect(upstream(request, ['ab'])['messages']).toEqual([{ role: 'user', content }])
    expect(upstream(request, ['[X]'])['messages']).toEqual([
      { role: 'user', content: [{ type: 'text', text: '[X]' }, content[1]] },
    ])
  })

  test('always asks a stream for its usage, and no other answer', () => {
    expect(upstream(parsed({ ...BODY, stream: true }), ['Be kind.', 'Hi'])).toMatchObject({
      stream: true,
      stream_options: { include_usage: true },
    })
    expect(
      upstream(parsed({ ...BODY, stream_options: { include_usage: true } }), ['Be kind.', 'Hi']),
    ).not.toHaveProperty('stream_options')
  })
})

test('a bound in two words is refused, and in one or none read', () => {
  const both = { ...BODY, max_tokens: 100_000, max_completion_tokens: 1 }
  expect(failure(both)).toMatchObject({ status: 400, code: 'invalid_request', param: 'max_tokens' })
  expect(failure({ ...both, max_tokens: 1 })).toMatchObject({ param: 'max_tokens' })
  expect(parsed({ ...both, max_tokens: null }).settings.maxTokens).toBe(1)
  expect(parsed({ ...both, max_completion_tokens: null }).settings.maxTokens).toBe(100_000)
  expect(parsed(BODY).settings.maxTokens).toBeUndefined()
})
