// The responses API of the real `openai` client.
import { describe, expect, test } from 'vitest'
import { EMAIL, INJECTION, SETUP, SSN, SUBJECT } from '../support/guard-fixture.ts'
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

  test('denies input, calls that are not declared, stored history and tools at the provider', async () => {
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
    expect((await thrownBy(create({ model: 'm', input: 'hi', tools: [{ type: 'web_search' }] }))).code).toBe(
      'unsupported_content',
    )
    expect(it.server.asked).toEqual([])
    const denied = await thrownBy(create({ model: 'm', input: 'hi' }))
    expect(denied).toMatchObject({ code: 'tool_call_denied', rule: 'tool/undeclared-tool' })
    expect(denied.message).not.toContain('wipe')
  })

  const events = (texts: readonly string[]) => {
    const about = { item_id: 'm1', output_index: 0, content_index: 0, logprobs: [{ token: 'x' }] }
    const whole = texts.join('')
    const part = { type: 'output_text', text: whole, annotations: [], logprobs: [] }
    const item = { id: 'm1', type: 'message', role: 'assistant', status: 'completed', content: [part] }
    return [
      { type: 'response.created', response: { id: 'resp_1', output: [] } },
      { type: 'response.output_item.added', output_index: 0, item: { ...item, content: [] } },
      { type: 'response.content_part.added', ...about, part: { ...part, text: '' } },
      ...texts.map((delta) => ({ type: 'response.output_text.delta', ...about, delta })),
      { type: 'response.output_text.done', ...about, text: whole },
      { type: 'response.content_part.done', ...about, part },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response: response([item]) },
    ].map((event, number) => ({ ...event, sequence_number: number }))
  }

  async function read(it: Awaited<ReturnType<typeof setUp>>, input = 'Mail bob@example.com') {
    const all: Record<string, unknown>[] = []
    for await (const event of await it.client.responses.create({ model: 'm', input, stream: true }))
      all.push(event as unknown as Record<string, unknown>)
    return all
  }

  test.each([
    ['an SSN', ['Your SSN is 536-', '22-', '8726, keep it.'], '8726'],
    ['an e-mail address', ['Write to ada.exa', 'mple@exam', 'ple.com now.'], 'ada.exa'],
    ['an image link', ['See ![c](https://ev', 'il.example/a.png?d', '=x) here'], 'evil'],
  ])('%s that is split over three events never leaves, in no event', async (_, texts, part) => {
    await using it = await setUp(() => ({ events: events(texts) }))
    const all = await read(it)
    expect(JSON.stringify(all)).not.toContain(part)
    expect(JSON.stringify(all)).not.toContain('"token":')
    const said = all
      .map((event) => (event['type'] === 'response.output_text.delta' ? String(event['delta']) : ''))
      .join('')
    expect(all.find(({ type }) => type === 'response.output_text.done')).toMatchObject({ text: said })
    expect(all.at(-1)).toMatchObject({
      type: 'response.completed',
      response: { id: 'resp_1', usage: { total_tokens: 3 } },
    })
  })

  test('streamed calls come whole and authorised, or not at all', async () => {
    const script = (to: string) => {
      const args = JSON.stringify({ to, body: 'hi' })
      const item = {
        id: 'f1',
        type: 'function_call',
        call_id: 'c2',
        name: 'send_email',
        arguments: args,
        status: 'completed',
      }
      return () => ({
        events: [
          { type: 'response.output_item.added', output_index: 0, item: { ...item, arguments: '' } },
          { type: 'response.function_call_arguments.delta', item_id: 'f1', output_index: 0, delta: args.slice(0, 9) },
          { type: 'response.function_call_arguments.delta', item_id: 'f1', output_index: 0, delta: args.slice(9) },
          { type: 'response.function_call_arguments.done', item_id: 'f1', output_index: 0, arguments: args },
          { type: 'response.output_item.done', output_index: 0, item },
          { type: 'response.completed', response: response([item]) },
        ],
      })
    }
    const options = { subject: () => SUBJECT }
    const setup = { ...SETUP, guard: {} }
    await using fair = await setUp(script('bob@example.com'), options, setup)
    expect((await read(fair)).map(({ type }) => type)).toEqual([
      'response.output_item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.completed',
    ])
    await using hijacked = await setUp(script('mallory@evil.example'), options, setup)
    expect((await thrownBy(read(hijacked))).rule).toBe('tool/send_email/destinations.to')
    await using filtered = await setUp(script('mallory@evil.example'), { ...options, onDeny: 'content-filter' }, setup)
    const all = await read(filtered)
    expect(JSON.stringify(all)).not.toContain('mallory')
    expect(all.at(-1)).toMatchObject({ type: 'response.incomplete', response: { output: [] } })
  })
})
