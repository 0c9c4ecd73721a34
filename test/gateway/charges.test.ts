// What a request is charged against limits, however it ends.
import { expect, test } from 'vitest'
import { startBareGateway, type BareGateway } from '../support/bare-gateway.ts'
import { says, type FakeReply } from '../support/fake-provider.ts'
import { WIRES } from '../support/gateway-wires.ts'
import { MODEL } from '../support/tiny-project.ts'

type Settled = unknown[]
const startCounting = (settled: Settled): Promise<BareGateway> =>
  startBareGateway({
    ports: { admitWithinLimits: async () => ({ kind: 'granted', settle: async (usage) => void settled.push(usage) }) },
  })

const LONG = says('It left this morning, and it is on its way to you. '.repeat(20))
const broken = (stopAfter: number): FakeReply => ({
  ...LONG,
  ...(LONG.kind === 'completion' ? { wire: { stopAfter, stopBy: 'reset', deltaChars: 20 } } : {}),
})

test.each<{ name: string; isStream: boolean; reply: FakeReply; charged: unknown }>([
  { name: 'a stream that breaks off keeps its estimate', isStream: true, reply: broken(10), charged: undefined },
  {
    name: 'a stream that is no stream keeps its estimate',
    isStream: true,
    reply: { kind: 'failure', status: 200, body: {} },
    charged: undefined,
  },
  {
    name: 'an answer that is no JSON keeps its estimate',
    isStream: false,
    reply: { kind: 'raw', body: '{"id":' },
    charged: undefined,
  },
  {
    name: 'a provider that is down costs nothing',
    isStream: false,
    reply: { kind: 'failure', status: 503, body: {} },
    charged: 'none',
  },
  {
    name: 'a provider that refuses costs nothing',
    isStream: true,
    reply: { kind: 'failure', status: 400, body: {} },
    charged: 'none',
  },
])('$name', async ({ isStream, reply, charged }) => {
  const settled: Settled = []
  await using gateway = await startCounting(settled)
  gateway.provider.answer(reply)
  const { path, request } = WIRES['chat']!
  await (await gateway.post(path, request({}, { isStream }))).text()
  expect(gateway.outcomes).toMatchObject([{ outcome: 'upstream-failed' }])
  expect(settled).toEqual([charged])
})

test.each([
  { name: 'that hold no numbers keep their estimate', reply: { kind: 'raw', body: '{}' }, charged: undefined },
  {
    name: 'of a provider that is down cost nothing',
    reply: { kind: 'failure', status: 503, body: {} },
    charged: 'none',
  },
] as const)('embeddings $name', async ({ reply, charged }) => {
  const settled: Settled = []
  await using gateway = await startCounting(settled)
  gateway.provider.answer(reply)
  await gateway.post('/v1/embeddings', { model: MODEL, input: 'Where is my order?' })
  expect(settled).toEqual([charged])
})

test('a request that a kill switch stops before its provider is asked costs nothing', async () => {
  const settled: Settled = []
  await using gateway = await startBareGateway({
    ports: {
      async admitWithinLimits() {
        gateway.deny({ kind: 'system' })
        return { kind: 'granted', settle: async (usage) => void settled.push(usage) }
      },
    },
  })
  const { path, request } = WIRES['chat']!
  expect((await gateway.post(path, request({}, { isStream: false }))).status).toBe(403)
  expect(settled).toEqual(['none'])
})
