// Whose numbers a client gets, and that each is where its input was.
import { expect, test } from 'vitest'
import { startBareGateway } from '../support/bare-gateway.ts'
import { startFakeProvider, type FakeReply } from '../support/fake-provider.ts'
import { startLightGateway } from '../support/light-gateway.ts'
import { MODEL } from '../support/tiny-project.ts'

const numbers = (model: string, ...indexes: readonly number[]): FakeReply => ({
  kind: 'failure',
  status: 200,
  body: {
    object: 'list',
    model,
    data: indexes.map((index) => ({ object: 'embedding', index, embedding: [index] })),
    usage: { prompt_tokens: 1, total_tokens: 1 },
  },
})

test('a fallback of the model never stands in for it, and another upstream of it does', async () => {
  await using down = await startFakeProvider()
  await using up = await startFakeProvider()
  down.answer({ kind: 'failure', status: 503, body: {} })
  up.answer((body) => numbers(String(body['model']), 0))
  const place = { network: 'private', retry: { retries: 0 } } as const
  const first = { ...place, id: 'a', url: down.url }
  const ask = async (upstreams: readonly object[]): Promise<{ status: number; text: string }> => {
    await using light = await startLightGateway({ upstreams })
    const response = await fetch(`${light.gateway.url}/v1/embeddings`, {
      method: 'POST',
      headers: { authorization: `Bearer ${light.signer.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: MODEL, input: 'hi' }),
    })
    return { status: response.status, text: await response.text() }
  }
  expect((await ask([first, { ...place, id: 'b', url: up.url, models: ['model-b'] }])).status).toBe(502)
  expect([...down.seen, ...up.seen].map(({ body }) => body['model'])).toEqual([MODEL])
  const answered = await ask([first, { ...place, id: 'b', url: up.url }])
  expect(JSON.parse(answered.text)).toMatchObject({ model: MODEL, data: [{ index: 0, embedding: [0] }] })
})

test.each([
  { environment: 'production', status: 403, outcome: 'denied' },
  { environment: 'local', status: 200, outcome: 'completed' },
])('numbers of another model than was asked are drift, $outcome in $environment', async (expected) => {
  await using gateway = await startBareGateway({ environment: expected.environment })
  gateway.provider.answer(numbers('other-model', 0))
  const response = await gateway.post('/v1/embeddings', { model: MODEL, input: 'hi' })
  expect(response.status).toBe(expected.status)
  if (response.ok) expect(await response.json()).toMatchObject({ model: 'other-model' })
  expect(gateway.outcomes).toMatchObject([
    {
      outcome: expected.outcome,
      modelAnswered: 'other-model',
      drift: { kind: 'model', expected: MODEL, seen: 'other-model' },
    },
  ])
})

test.each<{ name: string; inputs: number; indexes: readonly number[]; status: number }>([
  { name: 'one for each input', inputs: 3, indexes: [0, 1, 2], status: 200 },
  { name: 'one for each input in another order', inputs: 3, indexes: [2, 0, 1], status: 200 },
  { name: 'fewer than inputs', inputs: 3, indexes: [0], status: 502 },
  { name: 'more than inputs', inputs: 1, indexes: [0, 1], status: 502 },
  { name: 'two for one input', inputs: 2, indexes: [0, 0], status: 502 },
  { name: 'one for an input that is none', inputs: 2, indexes: [0, 2], status: 502 },
])('embeddings, $name: $status', async ({ inputs, indexes, status }) => {
  await using gateway = await startBareGateway()
  gateway.provider.answer(numbers(MODEL, ...indexes))
  const input = Array.from({ length: inputs }, (_, at) => `text ${at}`)
  expect((await gateway.post('/v1/embeddings', { model: MODEL, input })).status).toBe(status)
})

test('numbers that do not say whose they are are no answer', async () => {
  await using gateway = await startBareGateway()
  gateway.provider.answer({ kind: 'failure', status: 200, body: { data: [{ index: 0, embedding: [1] }] } })
  expect((await gateway.post('/v1/embeddings', { model: MODEL, input: 'hi' })).status).toBe(502)
})
