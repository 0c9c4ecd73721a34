import type { OwnerNode, Principal } from '../state/owner-node.ts'
import { eventOf, mayHear, type StateEvent } from './state-event.ts'

export interface EventsPage {
  readonly items: readonly StateEvent[]
  /** The last place that was looked at. */
  readonly next: number
  readonly hasMore: boolean
}

/** Entries that one page looks at: of a caller who may hear of few of them, too. */
const LOOKED_AT_MAX = 2_000

/** What a caller may hear of, behind a place in the ledger and up to one. */
export async function readEvents(
  { ledger }: Pick<OwnerNode, 'ledger'>,
  principal: Principal,
  { after, to, limit }: { readonly after: number; readonly to: number; readonly limit: number },
): Promise<EventsPage> {
  const from = Math.min(Math.max(0, after + 1), to)
  const end = Math.min(to, from + LOOKED_AT_MAX)
  const items: StateEvent[] = []
  let next = from - 1
  for await (const entry of ledger.read(from, end)) {
    next = entry.index
    const event = eventOf(entry)
    if (event !== undefined && mayHear(principal, event)) items.push(event)
    if (items.length >= limit) break
  }
  return { items, next, hasMore: next + 1 < to }
}
