import { readEvents, type EventsPage } from '../../../application/events/read-events.ts'
import { ok } from '../../../base/result.ts'
import type { EVENTS_OPERATIONS } from '../../../contract/http/operations/events.ts'
import type { HandlersOf } from '../operation-handler.ts'

const PAGE_DEFAULT = 100

/** What happened; the stream of it is `entrypoints/server/event-stream.ts`. */
export const EVENTS_HANDLERS: HandlersOf<typeof EVENTS_OPERATIONS> = {
  listEvents: async ({ node }, principal, { after = -1, limit = PAGE_DEFAULT }) =>
    ok(withSystems(await readEvents(node, principal, { after, to: node.ledger.size, limit }))),
}

/** The system of each stands where callers bound to systems are held to it. */
function withSystems({ items, ...rest }: EventsPage): object {
  return { items: items.map((event) => ({ ...event, system: event.data.system })), ...rest }
}
