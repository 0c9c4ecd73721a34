import { randomBytes } from 'node:crypto'
import { createConnection } from 'node:net'
import { array, assert, asyncProperty, integer } from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { epochMs, type Clock } from '../../base/instant.ts'
import type { Charge, LimitRule } from '../../domain/limits/limit-rule.ts'
import { RESERVATION_LEASE_MS, type LimitStore, type ReserveOutcome } from '../../domain/limits/limit-store.ts'
import { memoryLimitStore } from './memory-limit-store.ts'
import { redisLimitStore, type RedisLimitStore } from './redis-limit-store.ts'

const REDIS_URL = process.env['GATEHOUSE_TEST_REDIS'] ?? 'redis://127.0.0.1:6379'

const hasRedis = await new Promise<boolean>((resolve) => {
  const { hostname, port } = new URL(REDIS_URL)
  const socket = createConnection({ host: hostname, port: Number(port) || 6_379 })
  socket.once('connect', () => {
    socket.destroy()
    resolve(true)
  })
  socket.once('error', () => resolve(false))
})

const opened: RedisLimitStore[] = []
afterAll(async () => {
  for (const store of opened) await store[Symbol.asyncDispose]()
})

const clock: Clock = () => epochMs(Date.now())
const freshPrefix = (): string => `gatehouse-test-gateway-runtime-${randomBytes(6).toString('hex')}:`

/** Connected: a store that is still connecting says that it is unavailable. */
async function redisStore(prefix: string): Promise<RedisLimitStore> {
  const store = redisLimitStore({ url: REDIS_URL, prefix, clock, log: () => undefined })
  opened.push(store)
  for (let tries = 0; tries < 500; tries += 1) {
    const probe = await store.reserve('probe', 'probe', [charge(budget(1_000_000), 1)])
    if (probe.kind !== 'unavailable') return store
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('no connection to Redis')
}

const budget = (amount: number): LimitRule => ({
  id: 'day-budget',
  per: 'tenant',
  unit: 'tokens',
  amount,
  bound: { kind: 'budget', period: 'month' },
})
/** So slow that nothing comes back within a test. */
const rate = (amount: number, burst = amount): LimitRule => ({
  id: 'rate',
  per: 'key',
  unit: 'requests',
  amount,
  bound: { kind: 'rate', windowMs: 3_600_000 * amount, burst },
})
const charge = (rule: LimitRule, amount: number, subject = 's'): Charge => ({ rule, amount, subject })
const kinds = (outcomes: readonly ReserveOutcome[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const { kind } of outcomes) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

const STORES: readonly (readonly [string, boolean, (prefix: string) => Promise<LimitStore>])[] = [
  ['in memory', true, async () => memoryLimitStore(clock)],
  ['in Redis', hasRedis, redisStore],
]

// Without Redis on this machine its half is skipped: nothing could answer.
for (const [where, isThere, open] of STORES)
  describe.skipIf(!isThere)(`limits ${where}`, () => {
    test('grant exactly as many as the limit, however many ask at once', async () => {
      const store = await open(freshPrefix())
      const outcomes = await Promise.all(
        Array.from({ length: 60 }, (_, at) => store.reserve('scope', `r${at}`, [charge(rate(25), 1)])),
      )
      expect(kinds(outcomes)).toEqual({ granted: 25, limited: 35 })
    })

    test('take all of a request or nothing of it', async () => {
      const store = await open(freshPrefix())
      const both = [charge(rate(10), 1), charge(budget(3), 1)]
      const outcomes: ReserveOutcome[] = []
      for (let at = 0; at < 5; at += 1) outcomes.push(await store.reserve('scope', `r${at}`, both))
      expect(kinds(outcomes)).toEqual({ granted: 3, limited: 2 })
      // The two that were refused for the budget took nothing of the rate.
      const rest = await Promise.all(
        Array.from({ length: 9 }, (_, at) => store.reserve('scope', `x${at}`, [charge(rate(10), 1)])),
      )
      expect(kinds(rest)).toEqual({ granted: 7, limited: 2 })
    })

    test('name the limit and when it makes sense to come back', async () => {
      const store = await open(freshPrefix())
      const rule: LimitRule = { ...rate(1), bound: { kind: 'rate', windowMs: 60_000, burst: 1 } }
      await store.reserve('scope', 'a', [charge(rule, 1)])
      const outcome = await store.reserve('scope', 'b', [charge(rule, 1)])
      if (outcome.kind !== 'limited') throw new Error(outcome.kind)
      expect(outcome.charge.rule.id).toBe('rate')
      expect(outcome.retryAfterMs).toBeGreaterThan(50_000)
      expect(outcome.retryAfterMs).toBeLessThanOrEqual(60_000)
    })

    test('count what was taken in place of what was asked', async () => {
      const store = await open(freshPrefix())
      const rules = [charge(budget(100), 80), charge({ ...rate(100), unit: 'tokens' }, 80)]
      const first = await store.reserve('scope', 'a', rules)
      if (first.kind !== 'granted') throw new Error(first.kind)
      expect((await store.reserve('scope', 'b', rules)).kind).toBe('limited')
      await store.settle(first.reservation, [10, 10])
      expect((await store.reserve('scope', 'c', rules)).kind).toBe('granted')
    })

    test('let a request that is larger than the bucket through when it is full, and let it pay afterwards', async () => {
      const store = await open(freshPrefix())
      const large = charge(rate(10), 50)
      const first = await store.reserve('scope', 'a', [large])
      if (first.kind !== 'granted') throw new Error(first.kind)
      await store.settle(first.reservation, [50])
      const next = await store.reserve('scope', 'b', [charge(rate(10), 1)])
      if (next.kind !== 'limited') throw new Error(next.kind)
      // 50 units at an hour each, of which a bucket of 10 may owe 9.
      expect(next.retryAfterMs).toBeGreaterThan(40 * 3_600_000)
    })

    test('keep scopes, rules and subjects apart, whatever their names', async () => {
      const store = await open(freshPrefix())
      const one = (scope: string, subject: string): Promise<ReserveOutcome> =>
        store.reserve(scope, `${scope}${subject}`, [charge(rate(1), 1, subject)])
      const outcomes = [
        await one('a', 'x'),
        await one('a', 'y'),
        await one('b', 'x'),
        await one('a', 'x:y'),
        await one('a:x', 'y'),
      ]
      expect(kinds(outcomes)).toEqual({ granted: 5 })
      expect((await one('a', 'x')).kind).toBe('limited')
    })

    test('never exceed a budget, for any mixture of clients, amounts and ends', async () => {
      const store = await open(freshPrefix())
      let run = 0
      await assert(
        asyncProperty(
          array(integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 40 }),
          integer({ min: 10, max: 120 }),
          async (amounts, limit) => {
            run += 1
            const rule = budget(limit)
            const settled = await Promise.all(
              amounts.map(async (amount, at) => {
                const outcome = await store.reserve('scope', `${run}-${at}`, [charge(rule, amount, `s${run}`)])
                if (outcome.kind !== 'granted') return 0
                const taken = at % 2 === 0 ? amount : Math.floor(amount / 2)
                await store.settle(outcome.reservation, [taken])
                return taken
              }),
            )
            const spent = settled.reduce((sum, taken) => sum + taken, 0)
            expect(spent).toBeLessThanOrEqual(limit)
            // What is left can be had to the last unit, and no unit more.
            if (limit > spent) {
              const rest = await store.reserve('scope', `${run}-rest`, [charge(rule, limit - spent, `s${run}`)])
              expect(rest.kind).toBe('granted')
            }
            expect((await store.reserve('scope', `${run}-more`, [charge(rule, 1, `s${run}`)])).kind).toBe('limited')
          },
        ),
        { numRuns: 25 },
      )
    })
  })

describe.skipIf(!hasRedis)('many gateways on one Redis', () => {
  test('grant together exactly what one would', async () => {
    const prefix = freshPrefix()
    const gateways = await Promise.all([0, 1, 2, 3].map(() => redisStore(prefix)))
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, at) =>
        (gateways[at % 4] as LimitStore).reserve('scope', `r${at}`, [charge(rate(50), 1), charge(budget(70), 1)]),
      ),
    )
    expect(kinds(outcomes)).toEqual({ granted: 50, limited: 150 })
  })
})

test('what a dead gateway holds of a budget comes back when its lease ends', async () => {
  let now = Date.UTC(2026, 0, 5)
  const store = memoryLimitStore(() => epochMs(now))
  expect((await store.reserve('scope', 'dead', [charge(budget(10), 10)])).kind).toBe('granted')
  expect((await store.reserve('scope', 'a', [charge(budget(10), 1)])).kind).toBe('limited')
  now += RESERVATION_LEASE_MS
  expect((await store.reserve('scope', 'b', [charge(budget(10), 10)])).kind).toBe('granted')
})

test('a rate refills evenly and a budget at the turn of its period', async () => {
  let now = Date.UTC(2026, 0, 31, 23, 59, 59)
  const store = memoryLimitStore(() => epochMs(now))
  const perSecond: LimitRule = { ...rate(10), bound: { kind: 'rate', windowMs: 1_000, burst: 10 } }
  expect((await store.reserve('s', 'a', [charge(perSecond, 10)])).kind).toBe('granted')
  now += 99
  expect((await store.reserve('s', 'b', [charge(perSecond, 1)])).kind).toBe('limited')
  now += 1
  expect((await store.reserve('s', 'c', [charge(perSecond, 1)])).kind).toBe('granted')
  const first = await store.reserve('s', 'd', [charge(budget(5), 5)])
  if (first.kind !== 'granted') throw new Error(first.kind)
  await store.settle(first.reservation, [5])
  expect((await store.reserve('s', 'e', [charge(budget(5), 1)])).kind).toBe('limited')
  now = Date.UTC(2026, 1, 1)
  expect((await store.reserve('s', 'f', [charge(budget(5), 5)])).kind).toBe('granted')
})

test('a Redis that is not there is unavailable at once, and takes nothing', async () => {
  const store = redisLimitStore({ url: 'redis://127.0.0.1:1', prefix: 'x', clock, log: () => undefined })
  opened.push(store)
  expect(await store.reserve('scope', 'a', [charge(rate(1), 1)])).toEqual({ kind: 'unavailable' })
})
