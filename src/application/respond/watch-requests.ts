import { epochMs, MINUTE_MS, type EpochMs } from '../../base/instant.ts'
import { ok, type Problem, type Result } from '../../base/result.ts'
import type { Incident } from '../../domain/incident/incident.ts'
import { findBursts, INJECTION_BURST, type Burst, type ObservedRequest } from '../../domain/monitor/burst-rule.ts'
import { listAll } from '../state/list-all.ts'
import type { OwnerNode } from '../state/owner-node.ts'
import { LIST_MAX, type StateRecord } from '../state/records.ts'

const LOOK_BACK_MS = 10 * MINUTE_MS
/** Denied requests of one system that are looked at, the newest first; a burst among more has long been raised. */
const DENIED_MAX = 10_000
const ACTOR = 'monitor'

interface Alert {
  readonly id: string
  readonly system: string
  readonly title: string
  readonly principal: string
  readonly requests: readonly string[]
  readonly raisedAt: EpochMs
  /** Absent in alerts of before it was kept. */
  readonly onsetAt?: EpochMs
}

/**
 * Runs the monitor rules over the system's recent requests; each finding opens an alert and an incident. Under the turn of all
 * servers. What the ledger does not take is returned, and made up for when the segment comes again.
 */
export async function watchRequests(node: OwnerNode, system: string): Promise<Result<undefined, Problem>> {
  const now = node.clock()
  const denied = await deniedSince(node, system, epochMs(Math.max(0, now - LOOK_BACK_MS)))
  const quietSince = epochMs(Math.max(0, now - INJECTION_BURST.quietMs))
  for (const burst of findBursts(INJECTION_BURST, denied)) {
    const topic = topicOf(burst.principal)
    const known = await node.store.list('alerts', { system, topic, since: quietSince, limit: 1 })
    const raised = known.length > 0 ? ok(undefined) : await raise(node, system, burst, now)
    if (!raised.ok) return raised
  }
  return openMissing(node, system, quietSince)
}

const topicOf = (principal: string): string => `${INJECTION_BURST.id}/${principal}`

async function deniedSince(node: OwnerNode, system: string, since: EpochMs): Promise<readonly ObservedRequest[]> {
  const found: ObservedRequest[] = []
  while (found.length < DENIED_MAX) {
    const page = await node.store.list('decisions', {
      system,
      since,
      status: 'denied',
      after: found.at(-1),
      limit: LIST_MAX,
      parts: ['intent', 'outcome'],
    })
    found.push(...page.map(observed))
    if (page.length < LIST_MAX) break
  }
  return found
}

function observed(record: StateRecord): ObservedRequest {
  const { intent, outcome } = record.document as unknown as {
    intent: { readonly principal: string | null; readonly findings: readonly { readonly category: string }[] }
    outcome?: { readonly outcome: string; readonly rule: string | null }
  }
  return {
    id: record.id,
    at: record.at,
    principal: intent.principal ?? '',
    outcome: outcome?.outcome ?? 'open',
    rule: outcome?.rule ?? null,
    hasInjection: intent.findings.some(({ category }) => category === 'injection'),
  }
}

// oxlint-disable-next-line max-params -- a burst, and where and when it was seen
async function raise(
  node: OwnerNode,
  system: string,
  { principal, requests, onsetAt }: Burst,
  now: EpochMs,
): Promise<Result<unknown, Problem>> {
  const id = node.newId()
  const title = `${INJECTION_BURST.title} (${requests.length} requests, ${INJECTION_BURST.id})`
  const alert: Alert = { id, system, title, principal, requests, raisedAt: now, onsetAt }
  return node.recorder.record('alert.raised', ACTOR, null, {
    head: { id, system, status: 'open', topic: topicOf(principal) },
    record: { ...alert, rule: INJECTION_BURST.id },
  })
}

/** Opens the incident of each alert that has none: of those raised just now, and of those behind which the ledger was away. */
async function openMissing(node: OwnerNode, system: string, since: EpochMs): Promise<Result<undefined, Problem>> {
  const open = await listAll(node.store, 'alerts', { system, since, status: 'open' })
  const alerts = open.map(({ document }) => document as unknown as Alert)
  if (alerts.length === 0) return ok(undefined)
  const incidents = await listAll(node.store, 'incidents', { system, parts: ['alertId'] })
  const having = new Set(incidents.map(({ document }) => document['alertId']))
  for (const alert of alerts) {
    if (having.has(alert.id)) continue
    const opened = await openIncident(node, alert)
    if (!opened.ok) return opened
  }
  return ok(undefined)
}

async function openIncident(node: OwnerNode, alert: Alert): Promise<Result<unknown, Problem>> {
  const id = `INC-${(await node.store.count('incidents')) + 1}`
  const { system, title, raisedAt, onsetAt = raisedAt, requests } = alert
  const incident: Incident = {
    id,
    system,
    title,
    severity: INJECTION_BURST.severity,
    state: 'open',
    alertId: alert.id,
    onsetAt,
    onsetMethod: `earliest matching request of the principal in the last ${LOOK_BACK_MS / MINUTE_MS} minutes`,
    detectedAt: raisedAt,
    containedAt: null,
    resolvedAt: null,
    closedAt: null,
    requests,
    learnedCases: [],
    timeline: [
      { at: onsetAt, who: ACTOR, what: 'first matching request (found by looking back)' },
      { at: raisedAt, who: ACTOR, what: `alert ${INJECTION_BURST.id} raised` },
    ],
  }
  return node.recorder.record('incident.opened', ACTOR, null, {
    head: { id, system, status: 'open', topic: incident.severity },
    record: incident,
  })
}
