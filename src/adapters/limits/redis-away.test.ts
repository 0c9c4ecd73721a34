// What requests took while Redis was away is charged once it is back, and once only.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { ConfiguredLimits } from '../../contract/gateway-config/gateway-config.ts'
import { eventually } from '../../../test/support/temp-folder.ts'
import { monotonicMs, systemClock } from '../clock/system-clock.ts'
import { limiterOf, type Limiter, type LimitedCall, type LimitVerdict } from './limiter.ts'

const { hostname, port } = new URL(process.env['GATEHOUSE_TEST_REDIS'] ?? 'redis://127.0.0.1:6379')
const toRedis = (): Socket => createConnection({ host: hostname, port: Number(port) || 6_379 })

const hasRedis = await new Promise<boolean>((resolve) => {
  const socket = toRedis()
  socket.once('connect', () => {
    socket.destroy()
    resolve(true)
  })
  socket.once('error', () => resolve(false))
})

let open = new AsyncDisposableStack()
afterEach(async () => {
  await open.disposeAsync()
  open = new AsyncDisposableStack()
})

/** A way to Redis that can be cut, at once or as soon as Redis answers. */
async function startWay() {
  const sockets = new Set<Socket>()
  let cutsAnswers = false
  const server = createServer((client) => {
    const redis = toRedis()
    for (const one of [client, redis]) {
      sockets.add(one)
      one.on('error', () => undefined)
    }
    client.on('close', () => redis.destroy())
    redis.on('close', () => client.destroy())
    client.pipe(redis)
    redis.on('data', (bytes) => void (cutsAnswers ? client.destroy() : client.write(bytes)))
  })
  const listen = async (at: number): Promise<void> => {
    server.listen(at, '127.0.0.1')
    await once(server, 'listening')
  }
  await listen(0)
  const at = (server.address() as AddressInfo).port
  const cut = async (): Promise<void> => {
    if (!server.listening) return
    server.close()
    for (const socket of sockets) socket.destroy()
    sockets.clear()
    await once(server, 'close')
  }
  open.defer(cut)
  return {
    url: `redis://127.0.0.1:${at}`,
    cut,
    restore: () => listen(at),
    cutAnswers: (isCut: boolean) => void (cutsAnswers = isCut),
  }
}

const RULES: ConfiguredLimits['rules'] = [{ id: 'month', per: 'system', unit: 'tokens', amount: 100, period: 'month' }]

async function start(more: Partial<NonNullable<ConfiguredLimits['redis']>> = {}) {
  const way = await startWay()
  const lines: string[] = []
  const config: ConfiguredLimits = { rules: RULES, redis: { url: { env: 'REDIS' }, replicas: 1, ...more } }
  const limiter = limiterOf(config, {
    clock: systemClock,
    monotonicMs,
    redisUrl: way.url,
    log: (line) => lines.push(line),
  })
  open.use(limiter)
  const scope = `test-${randomBytes(6).toString('hex')}`
  let asked = 0
  const call = (tokens: number): LimitedCall => ({
    scope,
    id: `${scope}-${++asked}`,
    by: { key: [], tenant: [], system: ['shop-bot'], tool: [] },
    tier: 'T3',
    model: 'model-a',
    texts: () => [],
    images: [],
    sounds: [],
    answerTokensMax: tokens,
    choices: 1,
  })
  return { way, lines, limiter, admit: (tokens: number) => limiter.admit(call(tokens)) }
}

/** Granted by Redis itself, not by the share of this process. */
async function shared(limiter: Limiter, admit: () => Promise<LimitVerdict>): Promise<LimitVerdict> {
  return eventually(
    async () => {
      const verdict = await admit()
      if (limiter.awayForMs() > 0 && verdict.kind === 'granted') await verdict.settle('none')
      return verdict
    },
    () => limiter.awayForMs() === 0,
  )
}

async function granted(limiter: Limiter, admit: () => Promise<LimitVerdict>) {
  const verdict = await shared(limiter, admit)
  if (verdict.kind !== 'granted') throw new Error(verdict.kind)
  return verdict
}

const settled = (limiter: Limiter): Promise<unknown> =>
  eventually(
    () => limiter.unsettled().waiting,
    (waiting) => waiting === 0,
  )

const spent = (outputTokens: number) => ({ inputTokens: 0, outputTokens })

test.skipIf(!hasRedis)('a request that Redis is away for at its end is charged when it is back', async () => {
  const { way, limiter, admit, lines } = await start()
  const first = await granted(limiter, () => admit(50))
  await way.cut()
  await first.settle(spent(70))
  expect(limiter.unsettled()).toEqual({ waiting: 1, lost: 0 })
  await way.restore()
  await settled(limiter)
  expect((await shared(limiter, () => admit(31))).kind).toBe('limited')
  expect((await shared(limiter, () => admit(30))).kind).toBe('granted')
  expect(lines).toEqual([expect.stringContaining('waits here'), expect.stringContaining('1 settlements')])
})

test.skipIf(!hasRedis)('a settlement whose answer is lost on the way is charged once', async () => {
  const { way, limiter, admit } = await start()
  const first = await granted(limiter, () => admit(50))
  way.cutAnswers(true)
  await first.settle(spent(40))
  expect(limiter.unsettled().waiting).toBe(1)
  way.cutAnswers(false)
  await settled(limiter)
  expect((await shared(limiter, () => admit(61))).kind).toBe('limited')
  expect((await shared(limiter, () => admit(60))).kind).toBe('granted')
})

test.skipIf(!hasRedis)(
  'what the share of one gateway let through meanwhile is charged to the budget of all',
  async () => {
    const { way, limiter, admit } = await start()
    await (await granted(limiter, () => admit(10))).settle(spent(10))
    await way.cut()
    const local = await admit(20)
    if (local.kind !== 'granted') throw new Error(local.kind)
    expect(limiter.awayForMs()).toBeGreaterThanOrEqual(0)
    await local.settle(spent(20))
    expect(limiter.unsettled().waiting).toBe(1)
    await way.restore()
    await settled(limiter)
    expect((await shared(limiter, () => admit(71))).kind).toBe('limited')
    expect((await shared(limiter, () => admit(70))).kind).toBe('granted')
  },
)

test('without Redis nothing waits', async () => {
  const limiter = limiterOf({ rules: RULES }, { clock: systemClock, monotonicMs, redisUrl: null, log: () => undefined })
  expect(limiter.unsettled()).toEqual({ waiting: 0, lost: 0 })
})
