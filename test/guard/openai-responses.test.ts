// The responses API of the real `openai` client.
import { describe, expect, test } from 'vitest'
import { EMAIL, INJECTION, SSN } from '../support/guard-fixture.ts'
import { sentTo, setUp, thrownBy } from '../support/guarded-openai.ts'

describe('responses', () => {
  const response = (output: readonly object[]) => ({
    id: 'resp_1',
    object: 'response',
    status: 'completed',
    model: 'm',
    output,
    usage: { total_tokens: 3 },
  })
  const said = (text: string) =>
    response([
      {
        id: 'm1',
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
      },
    ])

  test('masks all input items and the answer', async () => {
    await using it = await setUp(() => ({ json: said(`mail ${EMAIL}`) }))
    const answer = await it.client.responses.create({
      model: 'm',
      instructions: 'be kind',
      input: [
        { role: 'user', content: `SSN ${SSN}` },
        { type: 'function_call', call_id: 'c1', name: 'search', arguments: `{"query":"SSN ${SSN}"}` },
        { type: 'function_call_output', call_id: 'c1', output: `SSN ${SSN}` },
        { role: 'user', content: [{ type: 'input_text', text: 'and now?' }] },
      ],
    })
    expect(sentTo(it.server)).not.toContain(SSN)
    expect(it.server.asked[0]).toMatchObject({ instructions: 'be kind', model: 'm' })
    expect(JSON.stringify(answer)).not.toContain(EMAIL)
    expect(answer.output_text).toMatch(/^mail \[/)
    expect(answer).toMatchObject({ id: 'resp_1', usage: { total_tokens: 3 } })
  })

  test('denies input, calls that are not declared, stored history and streams', async () => {
    await using it = await setUp(() => ({
      json: response([
        { type: 'function_call', call_id: 'c', name: 'wipe', arguments: '{}', id: 'f', status: 'completed' },
      ]),
    }))
    const create = it.client.responses.create
    expect((await thrownBy(create({ model: 'm', input: INJECTION }))).code).toBe('content_filter')
    expect((await thrownBy(create({ model: 'm', input: 'hi', previous_response_id: 'r' }))).code).toBe(
      'unsupported_content',
    )
    expect((await thrownBy(create({ model: 'm', input: 'hi', stream: true }))).code).toBe('unsupported_content')
    expect((await thrownBy(create({ model: 'm', input: 'hi', tools: [{ type: 'web_search' }] }))).code).toBe(
      'unsupported_content',
    )
    expect(it.server.asked).toEqual([])
    const denied = await thrownBy(create({ model: 'm', input: 'hi' }))
    expect(denied).toMatchObject({ code: 'tool_call_denied', rule: 'tool/undeclared-tool' })
    expect(denied.message).not.toContain('wipe')
  })
})
