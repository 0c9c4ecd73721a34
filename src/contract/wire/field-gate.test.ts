import { describe, expect, test } from 'vitest'
import { parseMessagesRequest } from '../anthropic/messages-request.ts'
import { parseChatRequest } from '../openai/chat-request.ts'
import { parseEmbeddingsRequest } from '../openai/embeddings.ts'
import { parseResponsesRequest } from '../openai/responses-request.ts'

const MESSAGES = [{ role: 'user', content: 'hi' }]
type Parse = (body: unknown) => { readonly ok: boolean }
const wires: readonly (readonly [string, Parse, object, readonly string[]])[] = [
  [
    'chat',
    parseChatRequest,
    { model: 'm', messages: MESSAGES },
    ['Messages', 'MODEL', 'Stream', 'Tools', 'Max_Tokens'],
  ],
  ['responses', parseResponsesRequest, { model: 'm', input: 'hi' }, ['Input', 'instructionS', 'Tools', 'Text']],
  [
    'messages',
    parseMessagesRequest,
    { model: 'm', max_tokens: 9, messages: MESSAGES },
    ['System', 'meſſages', 'MCP_SERVERS'],
  ],
  ['embeddings', parseEmbeddingsRequest, { model: 'm', input: 'hi' }, ['INPUT', 'Model', 'Dimensions']],
]

describe.each(wires)('in a body of %s', (_, parse, body, own) => {
  test.each([...own, 'Extra_Body', 'API_KEY', 'Fallbacks', 'fallbac\u212As'])('`%s` is no field of its own', (name) => {
    for (const value of ['x', false, null, []])
      expect(parse({ ...body, [name]: value })).toMatchObject({
        ok: false,
        failure: { status: 400, code: 'unsupported_parameter', param: name },
      })
  })

  test('fields pass as they are written, and so does one that nobody knows', () => {
    expect(parse({ ...body, extra_body: null, Brand_New: 1 })).toMatchObject({ ok: true })
  })
})
