import { setTimeout as delay } from 'node:timers/promises'
import type { Job } from '../../../application/jobs/job-queue.ts'
import { toRfc3339 } from '../../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import type { Webhook } from '../../../application/webhooks/webhook.ts'
import { EXIT_CODE } from '../exit-code.ts'
import type { Session } from '../session.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { listedCommand, oneCommand, type Common } from './identity.ts'
import { withSession } from './with-session.ts'

const LOOK_MS = 250
const LOOKS_MAX = 120

const lineOf = (item: object): string => {
  const { id, url, events, systems, description } = item as Webhook
  const about = description === '' ? '' : `  ${description}`
  return inert(`${id}  ${url}  ${events.join(',')}  ${systems?.join(',') ?? 'every system'}${about}`)
}

const withSecret = (item: object): readonly string[] => [
  lineOf(item),
  `secret, shown once: ${(item as { readonly secret: string }).secret}`,
]

const split = (text: string): string[] => text.split(',').map((part) => part.trim())

export function addWebhookCommand(
  terminal: Terminal,
  url: string,
  options: Common & { readonly events: string; readonly systems?: string; readonly description?: string },
): Promise<number> {
  const { events, systems, description = '' } = options
  const input = {
    url,
    events: split(events),
    systems: systems === undefined ? null : split(systems),
    description,
  }
  return oneCommand(terminal, options, { operation: 'addWebhook', input }, withSecret)
}

export function listWebhooksCommand(terminal: Terminal, options: Common): Promise<number> {
  return listedCommand(terminal, options, { operation: 'listWebhooks', input: {} }, lineOf)
}

export function showWebhookCommand(terminal: Terminal, id: string, options: Common): Promise<number> {
  return oneCommand(terminal, options, { operation: 'getWebhook', input: { id } }, (webhook) => [
    lineOf(webhook),
    ...(webhook['deliveries'] as readonly Job[]).map(deliveryLine),
  ])
}

const deliveryLine = ({ id, state, attempts, createdAt, problem }: Job): string =>
  inert(`  ${id}  ${toRfc3339(createdAt)}  ${state} after ${attempts}${problem === null ? '' : `  ${problem.message}`}`)

export function rotateWebhookCommand(
  terminal: Terminal,
  id: string,
  options: Common & { readonly overlapHours?: number },
): Promise<number> {
  const { overlapHours = 24 } = options
  return oneCommand(terminal, options, { operation: 'rotateWebhook', input: { id, overlapHours } }, withSecret)
}

export function removeWebhookCommand(terminal: Terminal, id: string, options: Common): Promise<number> {
  return oneCommand(terminal, options, { operation: 'removeWebhook', input: { id } }, () => ['removed'])
}

export function replayWebhookCommand(terminal: Terminal, id: string, options: Common): Promise<number> {
  return oneCommand(terminal, options, { operation: 'replayWebhook', input: { id } }, ({ replayed }) => [
    `${String(replayed)} deliveries are tried again`,
  ])
}

/** Queues a test delivery and waits for what comes of its first attempt. */
export function testWebhookCommand(terminal: Terminal, id: string, options: Common): Promise<number> {
  return withSession(
    terminal,
    options,
    async (session) => {
      const queued = await session.call('testWebhook', { id })
      return queued.ok ? firstAttempt(session, String(queued.value['id'])) : queued
    },
    (job) => {
      if (options.json) printLine(terminal, inertJson({ schemaVersion: 1, ...job }))
      else printLine(terminal, deliveryLine(job).trim())
      return job.state === 'done' ? EXIT_CODE.pass : EXIT_CODE.blocked
    },
  )
}

async function firstAttempt(session: Session, id: string): Promise<Result<Job, Problem>> {
  if (!session.isRemote)
    return fail({
      code: 'webhook/no-server',
      message: 'the delivery is queued; no server runs that would send it',
      next: 'gatehouse serve',
    })
  for (let look = 0; look < LOOKS_MAX; look++) {
    const found = await session.call('getJob', { id })
    if (!found.ok) return found
    const job = found.value as unknown as Job
    if (job.state === 'done' || job.state === 'dead' || job.problem !== null) return ok(job)
    await delay(LOOK_MS)
  }
  return fail({
    code: 'webhook/not-sent',
    message: 'no worker has taken the delivery yet; it stays queued',
    next: `gatehouse jobs show ${id}`,
  })
}
