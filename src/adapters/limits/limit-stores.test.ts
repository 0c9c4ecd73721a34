import { expect, test } from 'vitest'
import { monotonicMs, systemClock } from '../clock/system-clock.ts'
import type { ConfiguredLimits } from '../../contract/gateway-config/gateway-config.ts'
import { LimitStores } from './limit-stores.ts'
import { limiterOf, type LimitedCall, type Limiter } from './limiter.ts'

type Rule = ConfiguredLimits['rules'][number]

const call = (id: string): LimitedCall => ({
  scope: 'org/shop/local',
  id,
  by: { key: ['k'], tenant: [], system: ['shop'], tool: [] },
  tier: 'T1',
  model: 'model-a',
  texts: () => [],
  images: [],
  sounds: [],
  answerTokensMax: 1,
  choices: 1,
})

const DAY: Rule = { id: 'own', per: 'system', unit: 'requests', amount: 2, period: 'day' }
const OTHER: Rule = { id: 'other', per: 'key', unit: 'requests', amount: 1_000, windowMs: 1_000 }
const HOURLY: Rule = { id: 'own', per: 'system', unit: 'requests', amount: 2, windowMs: 3_600_000 }

/** How many requests are let through, five at most. */
async function served(limits: Limiter): Promise<number> {
  for (let at = 0; at < 5; at += 1) {
    const verdict = await limits.admit(call(`${at}`))
    if (verdict.kind !== 'granted') return at
    await verdict.settle(undefined)
  }
  return 5
}

test.each<{ edit: string; from?: readonly Rule[]; to: readonly Rule[]; left: number }>([
  { edit: 'another rule beside it', to: [OTHER, DAY], left: 0 },
  { edit: 'a larger amount', to: [{ ...DAY, amount: 3 }], left: 1 },
  { edit: 'a smaller amount', to: [{ ...DAY, amount: 1 }], left: 0 },
  { edit: 'another unit', to: [{ ...DAY, unit: 'tokens' }], left: 2 },
  { edit: 'another period', to: [{ ...DAY, period: 'month' }], left: 2 },
  { edit: 'another subject', to: [{ ...DAY, per: 'key' }], left: 2 },
  { edit: 'a rate in its place', to: [HOURLY], left: 2 },
  { edit: 'another name', to: [{ ...DAY, id: 'renamed' }], left: 2 },
  { edit: 'another rule beside a rate', from: [HOURLY], to: [OTHER, HOURLY], left: 0 },
  // What is left of a bucket is an instant: it would lock everybody out for the time of the old refill.
  { edit: 'a faster rate', from: [HOURLY], to: [{ ...HOURLY, windowMs: 1_800_000 }], left: 2 },
])('of a limit that is used up, $edit leaves $left', async ({ from = [DAY], to, left }) => {
  const ports = { clock: systemClock, monotonicMs, redisUrl: null, log: () => undefined }
  await using stores = new LimitStores(ports)
  expect(await served(limiterOf({ rules: [...from] }, { ...ports, stores }))).toBe(2)
  // No limits for a while forget nothing.
  expect(await served(limiterOf(undefined, { ...ports, stores }))).toBe(5)
  expect(await served(limiterOf({ rules: [...to] }, { ...ports, stores }))).toBe(left)
})

test('a request that was under way settles where it reserved', async () => {
  const ports = { clock: systemClock, monotonicMs, redisUrl: null, log: () => undefined }
  await using stores = new LimitStores(ports)
  const tokens = { ...DAY, unit: 'tokens', amount: 10 } as const
  const first = limiterOf({ rules: [tokens] }, { ...ports, stores })
  const verdict = await first.admit({ ...call('long'), answerTokensMax: 10 })
  if (verdict.kind !== 'granted') throw new Error(verdict.kind)
  const second = limiterOf({ rules: [OTHER, tokens] }, { ...ports, stores })
  expect((await second.admit(call('held'))).kind).toBe('limited')
  await verdict.settle({ inputTokens: 4, outputTokens: 4 })
  expect(await served(second)).toBe(2)
})

test('shared counters stay open while their address is the same, and what began at another one is not forgotten', async () => {
  const logged: string[] = []
  const stores = new LimitStores({ clock: systemClock, log: (line) => void logged.push(line) })
  // Nothing listens at either.
  const first = stores.sharedAt('redis://127.0.0.1:1')
  expect(stores.sharedAt('redis://127.0.0.1:1')).toBe(first)
  const second = stores.sharedAt('redis://127.0.0.1:2')
  expect(second).not.toBe(first)
  const charges = [{ rule: { ...DAY, bound: { kind: 'budget', period: 'day' } } as const, subject: 's', amount: 1 }]
  await first.settle({ id: 'r', scope: 's', charges, periodEnds: [1] }, [1])
  expect(stores.unsettled()).toEqual({ waiting: 1, lost: 0 })
  await stores[Symbol.asyncDispose]()
  expect(logged.join('\n')).toContain('are lost')
})
