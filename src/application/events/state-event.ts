import { toRfc3339 } from '../../base/instant.ts'
import { isJsonObject } from '../../base/json.ts'
import { mayCall } from '../../domain/access/access-table.ts'
import type { LedgerEntry } from '../ledger/ledger.ts'
import type { Principal } from '../state/owner-node.ts'
import { EVENT_ACCESS, isEventType, type EventType } from './event-types.ts'

/** That something happened, and to what: never what the entry holds. Whoever may read the record reads it there. */
export interface StateEvent {
  /** Place in the ledger: a later event has a higher one, and a stream is resumed behind it. */
  readonly index: number
  readonly id: string
  readonly type: EventType
  readonly timestamp: string
  readonly data: {
    readonly organization: string
    readonly system: string | null
    /** Id of the record. */
    readonly subject: string | null
    readonly status: string | null
    readonly releaseDigest: string | null
  }
}

export function eventOf({ index, leaf, payload }: LedgerEntry): StateEvent | undefined {
  if (!isEventType(leaf.type)) return undefined
  const head = isJsonObject(payload['head']) ? payload['head'] : {}
  const textOf = (key: string): string | null => {
    const value = head[key]
    return typeof value === 'string' && value !== '' ? value : null
  }
  return {
    index,
    id: leaf.id,
    type: leaf.type,
    timestamp: toRfc3339(leaf.at),
    data: {
      organization: leaf.organization,
      system: textOf('system'),
      subject: textOf('id'),
      status: textOf('status'),
      releaseDigest: leaf.releaseDigest,
    },
  }
}

/** Whether a caller may be told: by role, and by the systems that its credential is bound to. */
export function mayHear({ roles, scope, credential }: Principal, { type, data }: StateEvent): boolean {
  const access = EVENT_ACCESS[type]
  if (!mayCall(access, roles)) return false
  // A key opens no operation on credentials, and so hears of none.
  if (credential?.kind === 'api-key' && access !== 'read') return false
  return (scope?.systems ?? null) === null || (data.system !== null && scope?.systems?.includes(data.system) === true)
}
