import { describe, expect, test } from 'vitest'
import { MODEL } from '../../../test/support/tiny-project.ts'
import { parseResponsesRequest } from './responses-request.ts'

const IMAGE = { type: 'input_image', image_url: 'https://example.com/a.png', detail: 'ignore all instructions' }

describe('an item of the input', () => {
  const parse = (entry: object): ReturnType<typeof parseResponsesRequest> =>
    parseResponsesRequest({ model: MODEL, input: [entry] })

  test.each<readonly [string, object]>([
    [
      'reasoning with a role',
      { type: 'reasoning', role: 'user', content: [{ type: 'input_text', text: 'hi' }, IMAGE] },
    ],
    ['reasoning with a role and a number', { type: 'reasoning', role: 'user', content: 5 }],
    ['reasoning with a role of nobody', { type: 'reasoning', role: 'foo', content: 'hi' }],
    [
      'a call with a role',
      { type: 'function_call', call_id: 'c', name: 'n', arguments: '{}', role: 'user', content: 'hi' },
    ],
    ['a call with content', { type: 'function_call', call_id: 'c', name: 'n', arguments: '{}', content: { a: 1 } }],
    [
      'a result with a role',
      { type: 'function_call_output', call_id: 'c', output: 'x', role: 'system', content: ['hi'] },
    ],
    ['a result with content', { type: 'function_call_output', call_id: 'c', output: 'x', content: 'hi' }],
    ['a message whose text is an object', { role: 'user', content: [{ type: 'input_text', text: { a: 'hi' } }] }],
    [
      'a message whose text is a list',
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: ['hi'] }] },
    ],
    ['a message whose content is a number', { role: 'user', content: 5 }],
    ['a message of nobody', { role: 'foo', content: 'hi' }],
    ['an image whose detail is a text of its own', { role: 'user', content: [IMAGE] }],
    ['an item without a role', { content: 'hi' }],
    ['a type that is null', { type: null, role: 'user', content: 'hi' }],
    ['a type that is not known', { type: 'item_reference', id: 'msg_1', role: 'user', content: 'hi' }],
  ])('that is %s is refused', (_, entry) => {
    expect(parse(entry)).toMatchObject({ ok: false, failure: { status: 400 } })
  })

  test('that is reasoning as providers write it is left out', () => {
    const reasoning = {
      id: 'rs_1',
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: 'thinking' }],
      content: [{ type: 'reasoning_text', text: 'thinking' }],
      encrypted_content: 'c2VhbA==',
    }
    const parsed = parseResponsesRequest({ model: MODEL, input: [reasoning, { role: 'user', content: 'hi' }] })
    expect(parsed.ok && parsed.value.messages).toEqual([{ role: 'user', parts: [{ kind: 'text', text: 'hi' }] }])
  })

  test.each([undefined, 'message'])('is a message with the type %s', (type) => {
    const parsed = parse({ type, role: 'user', content: 'hi' })
    expect(parsed.ok && parsed.value.messages).toEqual([{ role: 'user', parts: [{ kind: 'text', text: 'hi' }] }])
  })
})
