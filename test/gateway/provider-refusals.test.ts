// What a client learns of a provider that refuses: whose fault it is, and what to do about it.
import { expect, test } from 'vitest'
import { startBareGateway } from '../support/bare-gateway.ts'
import { startFakeProvider, type FakeReply } from '../support/fake-provider.ts'
import { WIRES } from '../support/gateway-wires.ts'
import { startLightGateway } from '../support/light-gateway.ts'
import { MODEL } from '../support/tiny-project.ts'

const refuses = (status: number, code?: string): FakeReply => ({
  kind: 'failure',
  status,
  body: { error: { message: 'It is too long.', type: 'invalid_request_error', code } },
})

const INVALID = 'invalid_request_error'
const REFUSALS: readonly {
  name: string
  reply: FakeReply
  status: number
  code: string
  type: string
  recorded: string
}[] = [
  {
    name: 'a request',
    reply: refuses(400),
    status: 400,
    code: 'upstream_rejected',
    type: INVALID,
    recorded: 'upstream_rejected',
  },
  {
    name: 'a request in a status of its own',
    reply: refuses(422),
    status: 400,
    code: 'upstream_rejected',
    type: INVALID,
    recorded: 'upstream_rejected',
  },
  {
    name: 'a request by a known word',
    reply: refuses(400, 'context_length_exceeded'),
    status: 400,
    code: 'context_length_exceeded',
    type: INVALID,
    recorded: 'upstream_rejected',
  },
  {
    name: 'a request by its filter',
    reply: refuses(400, 'content_filter'),
    status: 400,
    code: 'content_filter',
    type: INVALID,
    recorded: 'upstream_rejected',
  },
  {
    name: 'a request by a word of its own',
    reply: refuses(400, 'card 4111 1111 1111 1111'),
    status: 400,
    code: 'upstream_rejected',
    type: INVALID,
    recorded: 'upstream_rejected',
  },
  {
    name: 'a request by a number',
    reply: { kind: 'failure', status: 400, body: { error: { message: 'no', code: 400 } } },
    status: 400,
    code: 'upstream_rejected',
    type: INVALID,
    recorded: 'upstream_rejected',
  },
  {
    name: 'the rate',
    reply: refuses(429),
    status: 429,
    code: 'upstream_rate_limited',
    type: 'server_error',
    recorded: 'upstream_rate_limited',
  },
  {
    name: 'the rate by a known word',
    reply: refuses(429, 'insufficient_quota'),
    status: 429,
    code: 'insufficient_quota',
    type: INVALID,
    recorded: 'upstream_rate_limited',
  },
  {
    name: 'the key of the gateway',
    reply: refuses(401, 'invalid_prompt'),
    status: 502,
    code: 'upstream_unavailable',
    type: 'server_error',
    recorded: 'upstream_unavailable',
  },
  {
    name: 'the deployment',
    reply: refuses(404),
    status: 502,
    code: 'upstream_unavailable',
    type: 'server_error',
    recorded: 'upstream_unavailable',
  },
  {
    name: 'by a redirect',
    reply: refuses(307),
    status: 502,
    code: 'upstream_unavailable',
    type: 'server_error',
    recorded: 'upstream_unavailable',
  },
  {
    name: 'nothing and answers nothing',
    reply: { kind: 'failure', status: 202, body: {} },
    status: 502,
    code: 'upstream_unavailable',
    type: 'server_error',
    recorded: 'upstream_unavailable',
  },
]

test.each(REFUSALS)('a provider that refuses $name: $status $code', async ({ reply, status, code, type, recorded }) => {
  await using gateway = await startBareGateway()
  gateway.provider.answer(reply)
  for (const isStream of [false, true])
    for (const [wire, { path, request }] of Object.entries(WIRES)) {
      const response = await gateway.post(path, request({}, { isStream }))
      expect(response.status, wire).toBe(status)
      const { error } = (await response.json()) as { error: { code: string; type: string } }
      expect(error.code, wire).toBe(code)
      if (wire === 'chat') expect(error.type).toBe(type)
      if (wire === 'messages' && status === 400) expect(error.type).toBe(INVALID)
      expect(gateway.outcomes.at(-1)).toMatchObject({ outcome: 'upstream-failed', code: recorded })
    }
  const embedded = await gateway.post('/v1/embeddings', { model: MODEL, input: 'Where is my order?' })
  expect(await embedded.json()).toMatchObject({ error: { code, type } })
})

test('who comes while the provider pauses is told how long, as the first one was', async () => {
  await using provider = await startFakeProvider()
  provider.answer({ kind: 'failure', status: 429, headers: { 'retry-after': '20' }, body: {} })
  await using light = await startLightGateway({
    upstreams: [{ id: 'a', url: provider.url, network: 'private', models: [MODEL] }],
  })
  for (let turn = 0; turn < 3; turn += 1) {
    const response = await light.chat()
    expect(response.status).toBe(429)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(15)
    expect(await response.json()).toMatchObject({ error: { code: 'upstream_rate_limited' } })
  }
  expect(provider.seen).toHaveLength(1)
})
