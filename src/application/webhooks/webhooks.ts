import { base64Of } from '../../base/bytes.ts'
import { HOUR_MS, epochMs } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { IdentityNode } from '../identity/identity-node.ts'
import { listAll } from '../state/list-all.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'
import { ALL_EVENTS, WEBHOOK_EVENTS, webhookOf, type Webhook } from './webhook.ts'

export const WEBHOOKS_MAX = 50
export const OVERLAP_HOURS_MAX = 168

/** A webhook with the secret that its receiver checks by; it is shown when it is made, and never again. */
export type ShownSecret = Webhook & { readonly secret: string }

export interface NewWebhook {
  readonly url: string
  readonly description: string
  readonly events: readonly string[]
  readonly systems: readonly string[] | null
}

export async function addWebhook(
  node: IdentityNode,
  principal: Principal,
  input: NewWebhook,
): Promise<Result<ShownSecret, Problem>> {
  const sound = checkUrl(input.url)
  if (!sound.ok) return sound
  const known: readonly string[] = [ALL_EVENTS, ...WEBHOOK_EVENTS]
  const strange = input.events.find((type) => !known.includes(type))
  if (strange !== undefined)
    return fail({
      code: 'webhook/event',
      message: `there is no event type \`${strange}\` for webhooks`,
      next: 'see docs/reference/events.md',
    })
  return node.recorder.exclusive(async () => {
    if ((await activeWebhooks(node)).length >= WEBHOOKS_MAX)
      return fail({
        code: 'webhook/too-many',
        message: `there are ${WEBHOOKS_MAX} webhooks already`,
        next: 'remove one first',
      })
    const webhook: Webhook = {
      id: node.newId(),
      url: input.url,
      description: input.description,
      events: input.events as Webhook['events'],
      systems: input.systems,
      status: 'active',
      generation: 1,
      previousUntil: null,
      createdBy: principal.name,
      createdAt: node.clock(),
      fromIndex: node.ledger.size,
    }
    const saved = await save(node, principal, 'webhook.added', webhook)
    return saved.ok ? ok({ ...webhook, secret: secretOf(node, webhook.id, 1) }) : saved
  })
}

/** A new secret; the one before it signs beside it for the overlap, so that receivers change over without a gap. */
export function rotateWebhook(
  node: IdentityNode,
  principal: Principal,
  { id, overlapHours }: { readonly id: string; readonly overlapHours: number },
): Promise<Result<ShownSecret, Problem>> {
  return node.recorder.exclusive(async () => {
    const webhook = await activeWebhook(node, id)
    if (!webhook.ok) return webhook
    const now = node.clock()
    // Two secrets sign at once: a third would end one that a receiver was promised. Without an overlap one that leaked ends.
    if (overlapHours > 0 && (webhook.value.previousUntil ?? 0) > now)
      return fail({
        code: 'webhook/overlap',
        message: `the secret before the current one of webhook \`${id}\` still signs`,
        next: 'wait until its overlap has ended, or end it at once with `--overlap-hours 0`',
      })
    const generation = webhook.value.generation + 1
    const previousUntil = overlapHours === 0 ? null : epochMs(now + overlapHours * HOUR_MS)
    const rotated: Webhook = { ...webhook.value, generation, previousUntil }
    const saved = await save(node, principal, 'webhook.changed', rotated)
    return saved.ok ? ok({ ...rotated, secret: secretOf(node, id, generation) }) : saved
  })
}

export function removeWebhook(node: OwnerNode, principal: Principal, id: string): Promise<Result<Webhook, Problem>> {
  return node.recorder.exclusive(async () => {
    const webhook = await activeWebhook(node, id)
    if (!webhook.ok) return webhook
    const removed: Webhook = { ...webhook.value, status: 'removed' }
    const saved = await save(node, principal, 'webhook.changed', removed)
    return saved.ok ? ok(removed) : saved
  })
}

export async function activeWebhook(node: Pick<OwnerNode, 'store'>, id: string): Promise<Result<Webhook, Problem>> {
  const record = await node.store.get('webhooks', id)
  if (record === undefined || record.status !== 'active')
    return fail({ code: 'webhook/unknown', message: `no webhook \`${id}\` is known`, next: 'gatehouse webhook list' })
  return ok(webhookOf(record.document))
}

export async function activeWebhooks(node: Pick<OwnerNode, 'store'>): Promise<readonly Webhook[]> {
  const records = await listAll(node.store, 'webhooks', { status: 'active' })
  return records.map(({ document }) => webhookOf(document))
}

/** Derived, never stored: every server of the installation has it, and neither ledger nor database holds it. */
export function secretOf(node: Pick<IdentityNode, 'keyFor'>, id: string, generation: number): string {
  return `whsec_${base64Of(signingKey(node, id, generation))}`
}

export function signingKey({ keyFor }: Pick<IdentityNode, 'keyFor'>, id: string, generation: number): Uint8Array {
  return keyFor(`webhook/${id}/${generation}`)
}

/** What can be told without asking the network; where the name leads is looked at when it is connected to. */
function checkUrl(text: string): Result<null, Problem> {
  const match = /^https?:\/\/([^/?#\s]+)(?:[/?][^\s#]*)?$/.exec(text)
  if (match === null || match[1]?.includes('@') === true || !URL.canParse(text))
    return fail({
      code: 'webhook/url',
      message: 'a webhook needs an http or https address without user name, spaces and fragment',
      next: 'write it like https://example.com/hooks/gatehouse',
    })
  return ok(null)
}

function save(
  node: OwnerNode,
  principal: Principal,
  type: 'webhook.added' | 'webhook.changed',
  webhook: Webhook,
): Promise<Result<unknown, Problem>> {
  return node.recorder.record(type, principal.name, null, {
    head: { id: webhook.id, system: '', status: webhook.status, topic: 'webhook' },
    record: webhook,
  })
}
