import { epochMs, MINUTE_MS, type EpochMs } from '../../base/instant.ts'
import type { JsonObject } from '../../base/json.ts'
import { ok, type Problem, type Result } from '../../base/result.ts'
import { findBursts, INJECTION_BURST, type Burst, type ObservedRequest } from '../../domain/monitor/burst-rule.ts'
import type { Incident } from '../../domain/incident/incident.ts'
import { knownFinding, reportSeen, type SeenReport } from '../governance/findings.ts'
import { FINDING_LINES, findingsOfLines } from './findings-of-lines.ts'
import { SEGMENT_ENTRY } from '../state/entry-types.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'
import type { StateRecord } from '../state/records.ts'

export interface SealedSegment {
  readonly segmentId: string
  readonly gateway: string
  readonly digest: string
  readonly lines: readonly JsonObject[]
}

/** Takes a gateway's sealed segment into the ledger (once, however often it is sent) and lets the monitors look. */
export async function ingestSegment(
  node: OwnerNode,
  principal: Principal,
  segment: SealedSegment,
): Promise<Result<{ readonly kept: true }, Problem>> {
  if (segment.lines.length === 0) return ok({ kept: true })
  // One at a time: the same segment from two requests must not be in the ledger twice.
  const taken = await node.recorder.exclusive(async (): Promise<Result<'first' | 'again', Problem>> =>
    (await isKept(node, segment)) ? ok('again') : keep(node, principal, segment),
  )
  if (!taken.ok) return taken
  const reported = await reportAll(node, principal, segment, taken.value === 'again')
  if (!reported.ok) return reported
  const systems = await systemsOf(node, segment)
  // One at a time: two segments at once must not raise one burst twice.
  await node.recorder.exclusive(async () => {
    for (const system of systems) await watch(node, system)
    return ok(null)
  })
  return ok({ kept: true })
}

async function keep(
  node: OwnerNode,
  { name: actor }: Principal,
  { segmentId, gateway, digest, lines }: SealedSegment,
): Promise<Result<'first', Problem>> {
  const payload = { segmentId, gateway, digest, lines }
  const entry = await node.recorder.append({ type: SEGMENT_ENTRY, actor, releaseDigest: null, payload })
  return entry.ok ? ok('first') : entry
}

/**
 * Complaints, gaps and drift become findings; each of them once, by its fingerprint. Of a segment that came before, those that
 * are missing: one that was closed since is not opened by what is older.
 */
// oxlint-disable-next-line max-params -- a segment, who brought it, and whether it was here before
async function reportAll(
  node: OwnerNode,
  principal: Principal,
  { lines }: SealedSegment,
  isAgain: boolean,
): Promise<Result<undefined, Problem>> {
  const ids = lines.flatMap((line) => [String(line['id']), String(line['request'] ?? '')])
  const about = new Map((await node.store.getMany('decisions', [...new Set(ids)])).map((record) => [record.id, record]))
  for (const report of findingsOfLines(lines, about)) {
    if (isAgain && (await isKnown(node, report))) continue
    const found = await reportOne(node, principal, report)
    if (!found.ok) return found
  }
  return ok(undefined)
}

/** Outcomes name no system: theirs is that of the intent, which may have come earlier. */
async function systemsOf(node: OwnerNode, { lines }: SealedSegment): Promise<ReadonlySet<string>> {
  const known = await knownDecisions(node, lines)
  const systems = new Set<string>()
  for (const line of lines) {
    const named = line['system'] ?? known.get(String(line['id']))?.system
    if (typeof named === 'string') systems.add(named)
  }
  return systems
}

/** A release that this state does not know is left out: the segment would be refused for as long as it is offered. */
async function reportOne(node: OwnerNode, principal: Principal, report: SeenReport): Promise<Result<unknown, Problem>> {
  const found = await reportSeen(node, principal, report)
  if (found.ok || found.failure.code !== 'finding/foreign-link') return found
  return reportSeen(node, principal, { ...report, releaseDigest: undefined })
}

const isKnown = async (node: OwnerNode, { system, fingerprint = '' }: SeenReport): Promise<boolean> =>
  (await knownFinding(node, system, fingerprint)) !== undefined

/** A segment whose outcomes are all known is one that was sent again; of one without any, what it reports has to be. */
async function isKept(node: OwnerNode, { lines }: SealedSegment): Promise<boolean> {
  const known = await knownDecisions(node, lines)
  const decided = lines.filter(({ kind }) => !FINDING_LINES.has(kind))
  if (decided.length > 0)
    return decided.every(({ kind, id }) => known.get(String(id))?.document[kind as string] !== undefined)
  for (const report of findingsOfLines(lines, known)) if (!(await isKnown(node, report))) return false
  return true
}

async function knownDecisions(
  node: OwnerNode,
  lines: readonly JsonObject[],
): Promise<ReadonlyMap<string, StateRecord>> {
  const ids = [...new Set(lines.map((line) => String(line['id'])))]
  return new Map((await node.store.getMany('decisions', ids)).map((record) => [record.id, record]))
}

const LOOK_BACK_MS = 10 * MINUTE_MS

/** Runs the monitor rules over the system's recent requests; each finding opens an alert and an incident. */
async function watch(node: OwnerNode, system: string): Promise<void> {
  const now = node.clock()
  const records = await node.store.list('decisions', {
    system,
    since: epochMs(Math.max(0, now - LOOK_BACK_MS)),
    limit: 1_000,
  })
  for (const burst of findBursts(INJECTION_BURST, records.map(observed))) {
    const open = await node.store.list('alerts', {
      system,
      topic: `${INJECTION_BURST.id}/${burst.principal}`,
      since: epochMs(Math.max(0, now - INJECTION_BURST.quietMs)),
      limit: 1,
    })
    if (open.length === 0) await raise(node, system, burst, now)
  }
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

async function raise(node: OwnerNode, system: string, burst: Burst, now: EpochMs): Promise<void> {
  const alertId = node.newId()
  const actor = 'monitor'
  const what = `${INJECTION_BURST.title} (${burst.requests.length} requests, ${INJECTION_BURST.id})`
  await node.recorder.record('alert.raised', actor, null, {
    head: { id: alertId, system, status: 'open', topic: `${INJECTION_BURST.id}/${burst.principal}` },
    record: {
      id: alertId,
      system,
      rule: INJECTION_BURST.id,
      title: what,
      principal: burst.principal,
      requests: burst.requests,
      raisedAt: now,
    },
  })
  const id = `INC-${(await node.store.count('incidents')) + 1}`
  const incident: Incident = {
    id,
    system,
    title: what,
    severity: INJECTION_BURST.severity,
    state: 'open',
    alertId,
    onsetAt: burst.onsetAt,
    onsetMethod: `earliest matching request of the principal in the last ${LOOK_BACK_MS / MINUTE_MS} minutes`,
    detectedAt: now,
    containedAt: null,
    resolvedAt: null,
    closedAt: null,
    requests: burst.requests,
    learnedCases: [],
    timeline: [
      { at: burst.onsetAt, who: actor, what: 'first matching request (found by looking back)' },
      { at: now, who: actor, what: `alert ${INJECTION_BURST.id} raised` },
    ],
  }
  await node.recorder.record('incident.opened', actor, null, {
    head: { id, system, status: 'open', topic: incident.severity },
    record: incident,
  })
}
