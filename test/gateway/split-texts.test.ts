import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startBareGateway, type BareGateway } from '../support/bare-gateway.ts'
import { saidIn, WIRES } from '../support/gateway-wires.ts'
import { MODEL } from '../support/tiny-project.ts'

// Texts that are judged apart are never written so that a client puts them together.

const SECRET = `ghp_${'aB3dE6gH9jKlMn0pQ'.repeat(3).slice(0, 36)}`
const [HEAD, TAIL] = [`The key is ${SECRET.slice(0, 14)}`, `${SECRET.slice(14)}, keep it.`]
const wires = Object.keys(WIRES)

let gateway: BareGateway
beforeAll(async () => {
  gateway = await startBareGateway()
})
afterAll(() => gateway[Symbol.asyncDispose]())
beforeEach(() => {
  gateway.bugs.length = 0
})

interface Delta {
  readonly index?: number
  readonly delta: Readonly<Record<string, string>>
}

function streamed(deltas: readonly Delta[], choices: readonly number[] = [0]): string {
  const chunk = (choice: object): string =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: MODEL, choices: [choice] })}\n\n`
  return [
    ...deltas.map(({ index = 0, delta }) => chunk({ index, delta, finish_reason: null })),
    ...choices.map((index) => chunk({ index, delta: {}, finish_reason: 'stop' })),
    'data: [DONE]\n\n',
  ].join('')
}

async function answered(
  wire: string,
  body: string,
  options: { isStream?: boolean; choices?: number } = {},
): Promise<string> {
  gateway.provider.answer({ kind: 'raw', body })
  const { path, request } = WIRES[wire]!
  const text = await (await gateway.post(path, request({}, { isStream: true, ...options }))).text()
  expect(gateway.bugs).toEqual([])
  return text
}

describe.each(wires)('to a client of %s', (wire) => {
  test.each([
    ['text', { content: 'Well.' }],
    ['a refusal', { refusal: 'No.' }],
  ])('reasoning that goes on behind %s is left out', async (_, between) => {
    const body = await answered(
      wire,
      streamed([{ delta: { reasoning_content: HEAD } }, { delta: between }, { delta: { reasoning_content: TAIL } }]),
    )
    expect(saidIn(body)).toContain(Object.values(between)[0])
    expect(saidIn(body)).toContain('The key is')
    expect(`${saidIn(body)}\n${body}`).not.toContain(SECRET.slice(14))
  })

  test('reasoning before the answer is told whole', async () => {
    const deltas = ['I look', ' it', ' up.'].map((reasoning_content) => ({ delta: { reasoning_content } }))
    const body = await answered(wire, streamed([...deltas, { delta: { content: 'Found.' } }]))
    expect(saidIn(body)).toContain('I look it up.')
    expect(saidIn(body)).toContain('Found.')
  })

  test('a text and a refusal do not become one text in a stream', async () => {
    const body = await answered(wire, streamed([{ delta: { content: HEAD } }, { delta: { refusal: TAIL } }]))
    // The events of this wire name their part, and say each part whole at its end.
    const said = wire === 'responses' ? body : saidIn(body)
    expect(said).toContain('keep it.')
    expect(said).not.toContain(SECRET)
  })

  test('nor in a whole answer', async () => {
    const message = { role: 'assistant', content: HEAD, refusal: TAIL }
    const choices = [{ index: 0, message, finish_reason: 'stop' }]
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
    const whole = JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: MODEL, choices, usage })
    const body = await answered(wire, whole, { isStream: false })
    expect(body).toContain('keep it.')
    expect(saidIn(body)).not.toContain(SECRET)
  })

  test('a choice that nobody asked for breaks the stream off', async () => {
    const deltas = [{ delta: { content: HEAD } }, { index: 1, delta: { content: TAIL } }]
    const body = await answered(wire, streamed(deltas, [0, 1]))
    expect(body).toContain('a choice that nobody asked for')
    expect(body).not.toContain('keep it.')
    expect(gateway.outcomes.at(-1)).toMatchObject({ outcome: 'upstream-failed', code: 'upstream_incomplete' })
  })

  test.each<[string, readonly number[]]>([
    ['more choices than were asked for', [0, 1]],
    ['one choice of another number', [1]],
  ])('a whole answer with %s is refused', async (_, indexes) => {
    const choices = indexes.map((index) => ({
      index,
      message: { role: 'assistant', content: index === 0 ? HEAD : TAIL },
      finish_reason: 'stop',
    }))
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
    const whole = JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: MODEL, choices, usage })
    const body = await answered(wire, whole, { isStream: false })
    expect(body).toContain('a choice that nobody asked for')
    expect(body).not.toContain('keep it.')
    expect(gateway.outcomes.at(-1)).toMatchObject({ outcome: 'upstream-failed', code: 'upstream_incomplete' })
  })
})

test('choices that a client asked for are each told in a whole answer', async () => {
  const choices = ['one', 'two'].map((content, index) => ({
    index,
    message: { role: 'assistant', content },
    finish_reason: 'stop',
  }))
  const whole = JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: MODEL, choices })
  const body = await answered('chat', whole, { isStream: false, choices: 2 })
  for (const said of ['one', 'two']) expect(saidIn(body)).toContain(said)
})

test('choices that a client asked for are each told', async () => {
  const deltas = [{ delta: { content: 'one' } }, { index: 1, delta: { content: 'two' } }]
  const said = saidIn(await answered('chat', streamed(deltas, [0, 1]), { choices: 2 }))
  expect(said).toContain('one')
  expect(said).toContain('two')
})

test('of two sealed thoughts of Anthropic the first is told, with its seal', async () => {
  await using other = await startBareGateway({ protocol: 'anthropic' })
  const message = {
    id: 'm',
    type: 'message',
    role: 'assistant',
    model: MODEL,
    content: [],
    usage: { input_tokens: 1, output_tokens: 1 },
  }
  const thought = (index: number, thinking: string): object[] => [
    { type: 'content_block_start', index, content_block: { type: 'thinking', thinking: '', signature: '' } },
    { type: 'content_block_delta', index, delta: { type: 'thinking_delta', thinking } },
    { type: 'content_block_delta', index, delta: { type: 'signature_delta', signature: `c2VhbA${index}=` } },
    { type: 'content_block_stop', index },
  ]
  const events = [
    { type: 'message_start', message },
    ...thought(0, HEAD),
    ...thought(1, TAIL),
    { type: 'content_block_start', index: 2, content_block: { type: 'text', text: 'Found.' } },
    { type: 'content_block_stop', index: 2 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } },
    { type: 'message_stop' },
  ]
  other.provider.answer({ kind: 'raw', body: events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('') })
  const { path, request } = WIRES['messages']!
  const body = await (await other.post(path, request({}, { isStream: true }))).text()
  expect(body).toContain('The key is')
  expect(body).toContain('c2VhbA0=')
  expect(body).not.toContain('keep it.')
  expect(body).not.toContain('c2VhbA1=')
  expect(saidIn(body)).toContain('Found.')
})
