import type { EpochMs } from '../../base/instant.ts'
import type { JsonObject } from '../../base/json.ts'
import { EVENT_ACCESS, EVENT_TYPES, type EventType } from '../events/event-types.ts'
import type { StateEvent } from '../events/state-event.ts'

/** Every type that anybody with a role may read of. */
export const ALL_EVENTS = '*'

export interface Webhook {
  readonly id: string
  readonly url: string
  readonly description: string
  readonly events: readonly (EventType | typeof ALL_EVENTS)[]
  /** Null: of every system, and of none. */
  readonly systems: readonly string[] | null
  readonly status: 'active' | 'removed'
  /** Of the secret: each rotation makes the next. */
  readonly generation: number
  /** Until when the secret before it signs as well. */
  readonly previousUntil: EpochMs | null
  readonly createdBy: string
  readonly createdAt: EpochMs
  /** Entries of the ledger before this place are not sent. */
  readonly fromIndex: number
}

/** Types that a webhook may be for: those that its receiver could read of with any role. */
export const WEBHOOK_EVENTS: readonly EventType[] = EVENT_TYPES.filter((type) => EVENT_ACCESS[type] === 'read')

export function webhookOf(document: JsonObject): Webhook {
  const { ledgerIndex: _, ...webhook } = document as unknown as Webhook & { ledgerIndex?: number }
  return webhook
}

export function wants({ status, events, systems, fromIndex }: Webhook, { index, type, data }: StateEvent): boolean {
  if (status !== 'active' || index < fromIndex || EVENT_ACCESS[type] !== 'read') return false
  if (!events.includes(ALL_EVENTS) && !events.includes(type)) return false
  return systems === null || (data.system !== null && systems.includes(data.system))
}
