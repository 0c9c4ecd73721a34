import type { Clock } from '../../base/instant.ts'
import { periodEnd, rateShape, type Charge } from '../../domain/limits/limit-rule.ts'
import {
  RESERVATION_LEASE_MS,
  type LimitStore,
  type Reservation,
  type ReserveOutcome,
} from '../../domain/limits/limit-store.ts'
import { openRedis } from '../redis/open-redis.ts'
import { RESERVE_SCRIPT, SETTLE_SCRIPT } from './limit-scripts.ts'
import { counterKey } from './memory-limit-store.ts'
import { PendingSettlements, type Settlement } from './pending-settlements.ts'

export interface RedisLimitStore extends LimitStore, AsyncDisposable {
  /** What requests took that could not be settled: it waits for Redis, or is lost. */
  unsettled(): Unsettled
}

export interface Unsettled {
  readonly waiting: number
  readonly lost: number
}

export interface RedisLimitOptions {
  readonly url: string
  /** In front of every key: several installations may share one server. */
  readonly prefix: string
  readonly clock: Clock
  readonly log: (line: string) => void
}

/**
 * Counters that many gateways share, in Redis or Valkey: one script call a decision, so that it is exact however many
 * ask at once. The server's own clock counts, so that gateways need not agree on the time.
 */
export function redisLimitStore({ url, prefix, clock, log }: RedisLimitOptions): RedisLimitStore {
  const redis = openRedis(url)
  redis.defineCommand('gatehouseReserve', { lua: RESERVE_SCRIPT })
  redis.defineCommand('gatehouseSettle', { lua: SETTLE_SCRIPT })
  const call = async (
    command: string,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> => {
    const commands = redis as unknown as Record<string, (...values: (string | number)[]) => Promise<unknown>>
    try {
      return await commands[command]?.(keys.length, ...keys, ...args)
    } catch (error) {
      if (error instanceof Error) return undefined
      throw error
    }
  }

  const settleNow = async ({ reservation, taken }: Settlement): Promise<boolean> => {
    const rows = reservation.charges.flatMap(({ rule, amount }, at) => {
      const actual = taken[at] ?? amount
      if (rule.bound.kind === 'budget') return ['budget', actual, amount]
      const { unitMs, burst } = rateShape(rule, rule.bound)
      return ['rate', (actual - Math.min(amount, burst)) * unitMs, 0]
    })
    const mark = `${prefix}{${reservation.scope}}:settled:${reservation.id}`
    const keys = [...keysOf(prefix, reservation), mark]
    return (await call('gatehouseSettle', keys, [reservation.id, RESERVATION_LEASE_MS, ...rows])) !== undefined
  }
  const pending = new PendingSettlements({ make: settleNow, log })
  redis.on('ready', () => void pending.make())

  return {
    async reserve(scope, id, charges): Promise<ReserveOutcome> {
      if (charges.length === 0) return { kind: 'granted', reservation: { id, scope, charges, periodEnds: [] } }
      const now = clock()
      const periodEnds = charges.flatMap(({ rule: { bound } }) =>
        bound.kind === 'budget' ? [periodEnd(bound.period, now)] : [],
      )
      const keys = keysOf(prefix, { id, scope, charges, periodEnds })
      const rows = charges.map(({ amount, rule }) => {
        if (rule.bound.kind === 'budget') return ['budget', amount, rule.amount, 0]
        const { unitMs, burst } = rateShape(rule, rule.bound)
        return ['rate', amount, unitMs, burst]
      })
      const ends = periodEnds.values()
      const args = rows.flatMap((row) => [...row, row[0] === 'budget' ? (ends.next().value ?? 0) : 0])
      const answer = await call('gatehouseReserve', keys, [id, RESERVATION_LEASE_MS, ...args])
      if (!Array.isArray(answer)) return { kind: 'unavailable' }
      // It may have been too slow a while ago without ever going away.
      void pending.make()
      const [granted, at, retryAfterMs] = answer.map(Number)
      if (granted === 1) return { kind: 'granted', reservation: { id, scope, charges, periodEnds } }
      const charge = charges[(at ?? 1) - 1]
      if (charge === undefined) return { kind: 'unavailable' }
      return { kind: 'limited', charge, retryAfterMs: retryAfterMs ?? 0 }
    },

    async settle(reservation, taken): Promise<void> {
      if (reservation.charges.length === 0) return
      if (!(await settleNow({ reservation, taken }))) pending.keep({ reservation, taken })
    },

    unsettled: () => ({ waiting: pending.waiting, lost: pending.lost }),

    async [Symbol.asyncDispose]() {
      await pending.make()
      pending.end()
      redis.disconnect()
    },
  }
}

/** Two keys a charge: the counter, and for a budget what is held of it. The braces keep all on one node of a cluster. */
function keysOf(prefix: string, { scope, charges, periodEnds }: Reservation): string[] {
  const ends = periodEnds.values()
  return charges.flatMap((charge: Charge) => {
    const key = `${prefix}{${scope}}:${counterKey('', charge)}`
    if (charge.rule.bound.kind === 'rate') return [key, `${key}:none`]
    const budget = `${key}:${ends.next().value ?? 0}`
    return [budget, `${budget}:holds`]
  })
}
