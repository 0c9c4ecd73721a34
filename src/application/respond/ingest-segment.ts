import type { JsonObject } from '../../base/json.ts'
import { ok, type Problem, type Result } from '../../base/result.ts'
import { knownFinding, reportSeen, type SeenReport } from '../governance/findings.ts'
import { FINDING_LINES, findingsOfLines } from './findings-of-lines.ts'
import { SEGMENT_ENTRY } from '../state/entry-types.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'
import type { StateRecord } from '../state/records.ts'
import { watchRequests } from './watch-requests.ts'

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
  return node.recorder.exclusive(async (): Promise<Result<{ readonly kept: true }, Problem>> => {
    for (const system of systems) {
      const watched = await watchRequests(node, system)
      if (!watched.ok) return watched
    }
    return ok({ kept: true })
  })
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
