// What a request says beside the content of its messages, through the real `openai` client.
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions'
import type { ResponseInput } from 'openai/resources/responses/responses'
import { describe, expect, test } from 'vitest'
import { EMAIL, INJECTION, SSN } from '../support/guard-fixture.ts'
import { completion } from '../support/scripted-openai.ts'
import { sentTo, setUp, thrownBy } from '../support/guarded-openai.ts'

const ANSWER = { id: 'resp_1', object: 'response', status: 'completed', model: 'm', output: [] }
const text = (value: string) => [{ type: 'text', text: value }]
/** Fields that the client's types do not have. */
const chat = (...messages: readonly object[]) => messages as ChatCompletionMessageParam[]
const input = (...items: readonly object[]) => items as ResponseInput

describe('messages of a chat', () => {
  test.each([
    ['an instruction in parts beside a refusal', { role: 'user', content: text(INJECTION), refusal: 'x' }],
    ['an instruction as a refusal', { role: 'user', content: text('hi'), refusal: INJECTION }],
    ['an instruction in a member that is not known', { role: 'user', content: 'hi', note: { deep: [INJECTION] } }],
    ['one beside the text of a part', { role: 'user', content: [{ type: 'text', text: 'hi', note: INJECTION }] }],
    ['one beside a result', { role: 'tool', tool_call_id: 'c1', content: 'ok', note: INJECTION }],
  ])('%s is denied', async (_, message) => {
    await using it = await setUp(() => ({ json: completion({ content: 'fine' }) }))
    const denied = await thrownBy(it.client.chat.completions.create({ model: 'm', messages: chat(message) }))
    expect(denied.code).toBe('content_filter')
    expect(it.server.asked).toEqual([])
  })

  test.each([
    ['content in parts beside a refusal', { content: text(`SSN ${SSN}`), refusal: 'no' }],
    ['a text beside a refusal', { content: `SSN ${SSN}`, refusal: 'no' }],
    ['a refusal beside a text', { content: 'so', refusal: `SSN ${SSN}` }],
    ['a refusal alone', { content: null, refusal: `SSN ${SSN}` }],
    ['reasoning', { content: 'so', reasoning_content: `SSN ${SSN}` }],
    ['reasoning in parts', { content: 'so', reasoning_details: [{ type: 'reasoning.text', text: `SSN ${SSN}` }] }],
  ])('%s of the assistant goes on without what is taken out', async (_, members) => {
    await using it = await setUp(() => ({ json: completion({ content: 'fine' }) }))
    const messages = chat({ role: 'user', content: 'hi' }, { role: 'assistant', ...members })
    await it.client.chat.completions.create({ model: 'm', messages })
    expect(sentTo(it.server)).not.toContain(SSN)
    const sent = it.server.asked[0]?.['messages'] as object[]
    expect(Object.keys(sent[1] ?? {})).toEqual(['role', ...Object.keys(members)])
  })

  test('what is harmless goes out as it came', async () => {
    await using it = await setUp(() => ({ json: completion({ content: 'fine' }) }))
    const messages = chat(
      { role: 'system', content: `Mails go to ${EMAIL}.`, note: EMAIL },
      { role: 'user', content: [{ type: 'text', text: 'hi', cache_control: { type: 'ephemeral' } }], name: 'ada' },
      { role: 'assistant', content: 'so', refusal: null, reasoning_content: 'The user greets.', annotations: [] },
      { role: 'assistant', content: text('a'), refusal: 'I cannot.' },
      { role: 'user', content: 'and now?' },
    )
    await it.client.chat.completions.create({ model: 'm', messages })
    expect(it.server.asked[0]?.['messages']).toEqual(messages)
  })
})

describe('a second turn of a model that reasons', () => {
  const thought = (summary: string) => ({
    id: 'rs_1',
    type: 'reasoning',
    summary: [{ type: 'summary_text', text: summary }],
    encrypted_content: 'gAAAAABpQ2x5c3RhbA==',
  })
  const call = { id: 'fc_1', type: 'function_call', call_id: 'c1', name: 'search', arguments: '{"query":"x"}' }
  const result = { type: 'function_call_output', call_id: 'c1', output: 'sunny' }

  test('sends the reasoning back as it came', async () => {
    await using it = await setUp(() => ({ json: ANSWER }))
    const items = input({ role: 'user', content: 'hi' }, thought('The user greets.'), call, result)
    await it.client.responses.create({ model: 'm', input: items })
    expect(it.server.asked[0]?.['input']).toEqual(items)
  })

  test('reads it as what the assistant wrote', async () => {
    await using it = await setUp(() => ({ json: ANSWER }))
    const detail = { ...thought(`SSN ${SSN}`), content: [{ type: 'reasoning_text', text: `SSN ${SSN}` }] }
    await it.client.responses.create({ model: 'm', input: input({ role: 'user', content: 'hi' }, detail) })
    expect(sentTo(it.server)).not.toContain(SSN)
    expect(sentTo(it.server)).toContain(thought('').encrypted_content)
  })

  test('lets no sentence pass under the name of what is encrypted', async () => {
    await using it = await setUp(() => ({ json: ANSWER }))
    const posing = { ...thought('fine'), encrypted_content: `SSN ${SSN}` }
    await it.client.responses.create({ model: 'm', input: input({ role: 'user', content: 'hi' }, posing) })
    expect(sentTo(it.server)).not.toContain(SSN)
  })

  test('sends no log of single tokens back', async () => {
    await using it = await setUp(() => ({ json: ANSWER }))
    const part = { type: 'output_text', text: 'hi', annotations: [], logprobs: [{ token: SSN }] }
    const message = { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content: [part] }
    await it.client.responses.create({ model: 'm', input: input({ role: 'user', content: 'hi' }, message) })
    expect(it.server.asked[0]?.['input']).toMatchObject([{}, { content: [{ ...part, logprobs: [] }] }])
  })
})

test('a response that failed tells no more than one that was completed', async () => {
  const item = {
    id: 'm1',
    type: 'message',
    role: 'assistant',
    status: 'incomplete',
    content: [{ type: 'output_text', text: `SSN ${SSN}`, annotations: [] }],
  }
  const failed = { ...ANSWER, status: 'failed', error: { code: 'server_error', message: 'broken' }, output: [item] }
  await using it = await setUp(() => ({
    events: [
      { type: 'response.created', sequence_number: 0, response: { ...ANSWER, output: [item] } },
      { type: 'response.failed', sequence_number: 1, response: failed },
    ],
  }))
  const all: unknown[] = []
  for await (const event of await it.client.responses.create({ model: 'm', input: 'hi', stream: true })) all.push(event)
  expect(JSON.stringify(all)).not.toContain(SSN)
  expect(all.at(-1)).toMatchObject({ type: 'response.failed', response: { error: failed.error, status: 'failed' } })
})
