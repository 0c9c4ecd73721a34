import { HOUR_MS } from '../../base/instant.ts'
import { ok, type Problem, type Result } from '../../base/result.ts'
import { eventOf } from '../events/state-event.ts'
import type { JobQueue } from '../jobs/job-queue.ts'
import type { OwnerNode } from '../state/owner-node.ts'
import { wants, type Webhook } from './webhook.ts'
import { activeWebhooks } from './webhooks.ts'

/** How far a reader has come in the ledger, on all servers. */
export interface ReaderPositions {
  get(name: string): Promise<number | undefined>
  /** Never back. */
  advance(name: string, position: number): Promise<void>
}

export interface FannedOut {
  readonly made: number
  /** Without one there is nothing to look for until one is added. */
  readonly hasWebhooks: boolean
}

const READER = 'webhooks'
/** A reader whose position was lost with the database begins so far back: receivers know an event that comes twice by its id. */
const AGAIN_MS = 24 * HOUR_MS
const BATCH = 500

/**
 * Makes a job of each event for each webhook that wants it. The position moves after the jobs are kept, and a job has its
 * key by webhook and entry: a crash in between, or two servers at once, make none twice and lose none.
 */
export async function fanOut(
  node: Pick<OwnerNode, 'store' | 'ledger' | 'clock'>,
  positions: ReaderPositions,
  queue: () => Promise<JobQueue>,
): Promise<Result<FannedOut, Problem>> {
  // Before the webhooks are listed: of what lies behind this end, whoever wants it may not be listed yet.
  const projected = await node.store.cursor()
  const size = Math.min(projected, node.ledger.size)
  const webhooks = await activeWebhooks(node)
  if (webhooks.length === 0) return ok({ made: 0, hasWebhooks: false })
  const kept = await positions.get(READER)
  // A position behind the end is of a journal that was since restored from an older copy.
  const known = kept !== undefined && kept <= Math.max(projected, size) ? kept : undefined
  const oldest = known === undefined ? node.clock() - AGAIN_MS : 0
  let position = Math.max(known ?? 0, Math.min(...webhooks.map(({ fromIndex }) => fromIndex)))
  let made = 0
  while (position < size) {
    const to = Math.min(size, position + BATCH)
    for await (const entry of node.ledger.read(position, to)) {
      const event = entry.leaf.at < oldest ? undefined : eventOf(entry)
      if (event === undefined) continue
      for (const webhook of webhooks) {
        if (!wants(webhook, event)) continue
        const added = await (await queue()).enqueue(deliveryOf(webhook, entry.index, event.id))
        if (!added.ok) return added
        if (added.value.isNew) made += 1
      }
    }
    await positions.advance(READER, to)
    position = to
  }
  return ok({ made, hasWebhooks: true })
}

function deliveryOf({ id }: Webhook, index: number, entry: string): Parameters<JobQueue['enqueue']>[0] {
  return { kind: 'webhook.deliver', subject: id, payload: { index, entry }, key: `${id}/${entry}` }
}
