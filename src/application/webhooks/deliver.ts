import { toRfc3339, type EpochMs } from '../../base/instant.ts'
import { eventOf } from '../events/state-event.ts'
import type { IdentityNode } from '../identity/identity-node.ts'
import type { JobOutcome, RunningJob } from '../jobs/job-queue.ts'
import { webhookOf, type Webhook } from './webhook.ts'
import { signingKey } from './webhooks.ts'

/** One request as the receiver gets it. */
export interface WebhookMessage {
  /** The same for every attempt: a receiver knows a repetition by it. */
  readonly id: string
  readonly url: string
  readonly sentAt: EpochMs
  readonly body: string
  /** Each signs; the newest first. */
  readonly keys: readonly Uint8Array[]
}

export type SendOutcome =
  | { readonly kind: 'answered'; readonly status: number }
  /** Without an answer; `message` names neither address nor path. */
  | { readonly kind: 'failed'; readonly message: string }
  /** The address leads where requests of ours must not go. */
  | { readonly kind: 'refused'; readonly message: string }

/** Sends a message once, within bounds of time and size. */
export type SendWebhook = (message: WebhookMessage, signal: AbortSignal) => Promise<SendOutcome>

const GONE = 410

/** The handler of a delivery. A webhook that was removed in the meantime gets nothing. */
export async function deliver(
  node: Pick<IdentityNode, 'store' | 'ledger' | 'clock' | 'keyFor' | 'organization'>,
  send: SendWebhook,
  job: RunningJob,
): Promise<JobOutcome> {
  const record = await node.store.get('webhooks', job.subject)
  if (record === undefined || record.status !== 'active') return { kind: 'done' }
  const webhook = webhookOf(record.document)
  if (!(await hasEntry(node, job)))
    return { kind: 'again', problem: { code: 'webhook/not-yet', message: 'this server does not have the entry yet' } }
  const message = await messageOf(node, webhook, job)
  if (message === undefined)
    return dead('webhook/no-entry', 'the entry that was to be sent is not in the ledger any more')
  const sent = await send(message, job.signal)
  if (sent.kind === 'refused') return dead('webhook/refused-address', sent.message)
  if (sent.kind === 'failed') return { kind: 'again', problem: { code: 'webhook/unreachable', message: sent.message } }
  if (sent.status >= 200 && sent.status < 300) return { kind: 'done' }
  const answered = `the receiver answered ${sent.status}`
  if (sent.status === GONE) return dead('webhook/gone', answered)
  return { kind: 'again', problem: { code: 'webhook/answer', message: answered } }
}

/** Another server may have queued the job before this one has heard of the entry. */
async function hasEntry({ ledger }: Parameters<typeof deliver>[0], { payload }: RunningJob): Promise<boolean> {
  const { index } = payload
  if (typeof index !== 'number' || index < ledger.size) return true
  await ledger.refresh()
  return index < ledger.size
}

const dead = (code: string, message: string): JobOutcome => ({ kind: 'dead', problem: { code, message } })

async function messageOf(
  node: Parameters<typeof deliver>[0],
  webhook: Webhook,
  { id, payload }: RunningJob,
): Promise<WebhookMessage | undefined> {
  const now = node.clock()
  const { generation, previousUntil, url } = webhook
  const keys = [signingKey(node, webhook.id, generation)]
  if (previousUntil !== null && previousUntil > now) keys.push(signingKey(node, webhook.id, generation - 1))
  const base = { url, sentAt: now, keys }
  if (payload['isTest'] === true) {
    const body = { type: 'webhook.test', timestamp: toRfc3339(now), data: { organization: node.organization } }
    return { ...base, id: `test-${id}`, body: JSON.stringify(body) }
  }
  const { index, entry } = payload
  if (typeof index !== 'number') return undefined
  for await (const found of node.ledger.read(index, index + 1)) {
    const event = eventOf(found)
    if (event === undefined || event.id !== entry) return undefined
    const { type, timestamp, data } = event
    return { ...base, id: event.id, body: JSON.stringify({ type, timestamp, data: { index, ...data } }) }
  }
  return undefined
}
