import { createHmac } from 'node:crypto'
import { isIP } from 'node:net'
import { Agent, request } from 'undici'
import type { SendOutcome, SendWebhook, WebhookMessage } from '../../application/webhooks/deliver.ts'
import { classifyAddress } from '../../domain/routing/address-class.ts'
import { ADDRESS_REFUSED, isReachable, pinnedLookup, type NetworkReach } from '../http/pinned-lookup.ts'

const CONNECT_MS = 5_000
const WHOLE_MS = 15_000
/** Of the answer only the status counts; so much is read to keep the connection, and no more. */
const ANSWER_BYTES_MAX = 4_096

export interface HttpSender extends AsyncDisposable {
  readonly send: SendWebhook
}

/**
 * Sends webhooks. SECURITY: who may add a webhook could aim it at what only this server reaches; the very address that is
 * connected to is judged, redirects are not followed, and nothing of the answer is shown but its status.
 */
export function httpSender(reach: NetworkReach): HttpSender {
  const agent = new Agent({
    connect: { timeout: CONNECT_MS, lookup: pinnedLookup(reach) },
    headersTimeout: WHOLE_MS,
    bodyTimeout: WHOLE_MS,
    connections: 4,
    pipelining: 1,
    allowH2: false,
  })
  return {
    send: (message, signal) => send(agent, reach, message, signal),
    [Symbol.asyncDispose]: () => agent.destroy(),
  }
}

// oxlint-disable-next-line max-params -- connections, their reach, what to send and until when
async function send(
  agent: Agent,
  reach: NetworkReach,
  message: WebhookMessage,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const url = new URL(message.url)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  // A numeric host is looked up by nobody, so it is judged here.
  if (isIP(host) !== 0 && !isReachable(classifyAddress(host), reach)) return REFUSED
  if (url.protocol !== 'https:' && reach === 'public') return { kind: 'refused', message: 'the address is not https' }
  try {
    const { statusCode, body } = await request(url, {
      dispatcher: agent,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'gatehouse-webhook', ...signatureHeaders(message) },
      body: message.body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(WHOLE_MS)]),
    })
    await body.dump({ limit: ANSWER_BYTES_MAX })
    return { kind: 'answered', status: statusCode }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return failureOf(error)
  }
}

const REFUSED: SendOutcome = {
  kind: 'refused',
  message: 'the address leads into a network that webhooks may not reach',
}

function failureOf(error: Error): SendOutcome {
  const code = 'code' in error ? String(error.code) : error.name
  if (code === ADDRESS_REFUSED) return REFUSED
  return { kind: 'failed', message: `the receiver could not be reached (${code})` }
}

/** https://www.standardwebhooks.com: the newest key first, so that either is found during a rotation. */
export function signatureHeaders({ id, sentAt, body, keys }: WebhookMessage): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(sentAt / 1_000))
  const signatures = keys.map(
    (key) => `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
  )
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}
