import { parseDigest } from '../../base/digest.ts'
import { epochMs } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { isOpenRisk, type RiskState } from '../../domain/risk/risk.ts'
import { denyStateOf } from '../../domain/killswitch/deny-record.ts'
import { allDenies } from '../respond/kill.ts'
import type { OwnerNode } from './owner-node.ts'
import { cursorOf, positionOf } from './page-cursor.ts'
import { LIST_MAX, type RecordKind } from './records.ts'
import type { PageRequest } from './records-page.ts'

/** One line per system, by name: its newest verdict, what is open, whether it is halted. Only of those named, if any are. */
export async function listSystems(
  node: OwnerNode,
  { cursor, limit = LIST_MAX }: PageRequest,
  systems?: readonly string[],
): Promise<{ readonly items: readonly object[]; readonly nextCursor: string | null }> {
  const after = cursor === undefined ? undefined : positionOf(cursor)?.id
  const page = { after, limit, systems }
  const [newest, verdicts, releases, incidents, risks, exceptions, denies] = await Promise.all([
    node.store.newestOfEach('releases', ['tier'], page),
    // A system with a verdict has a release: no page of verdicts ends before that of releases.
    node.store.newestOfEach('verdicts', undefined, page),
    countBySystem(node, 'releases', () => true),
    countBySystem(node, 'incidents', (status) => status === 'open' || status === 'contained'),
    countBySystem(node, 'risks', (status) => isOpenRisk({ treatment: status as RiskState })),
    countBySystem(node, 'exceptions', (status) => status === 'approved'),
    allDenies(node),
  ])
  const verdictOf = new Map(verdicts.map(({ system, document }) => [system, document]))
  const items = newest.map(({ system, document }) => {
    const deny = denyStateOf(system, denies)
    return {
      system,
      tier: (document['tier'] as { tier?: string } | undefined)?.tier ?? null,
      releases: releases.get(system) ?? 0,
      newestVerdict: verdictOf.get(system) ?? null,
      openIncidents: incidents.get(system) ?? 0,
      openRisks: risks.get(system) ?? 0,
      activeExceptions: exceptions.get(system) ?? 0,
      isHalted: deny.isSystemDenied,
      deniedTools: [...deny.tools],
    }
  })
  const last = newest.at(-1)
  // A full page may be the last one; the next is then empty.
  return {
    items,
    nextCursor: last !== undefined && newest.length >= limit ? cursorOf({ at: epochMs(0), id: last.system }) : null,
  }
}

async function countBySystem(
  node: OwnerNode,
  kind: RecordKind,
  counts: (status: string) => boolean,
): Promise<ReadonlyMap<string, number>> {
  const sums = new Map<string, number>()
  for (const { system, status, count } of await node.store.tally(kind))
    if (counts(status)) sums.set(system, (sums.get(system) ?? 0) + count)
  return sums
}

/** A release with everything that speaks of its digest. */
export async function releaseDetail(node: OwnerNode, text: string): Promise<Result<object, Problem>> {
  const releaseDigest = parseDigest(text)
  const record = releaseDigest === undefined ? undefined : await node.store.get('releases', releaseDigest)
  if (releaseDigest === undefined || record === undefined)
    return fail({
      code: 'release/unknown',
      message: `no release \`${text}\` is known`,
      next: 'run `gatehouse gate` first',
    })
  const filter = { system: record.system, releaseDigest, limit: 200 }
  const [verdicts, evidence, approvals, exceptions] = await Promise.all([
    node.store.list('verdicts', filter),
    node.store.list('evidence', filter),
    node.store.list('approvals', filter),
    node.store.list('exceptions', filter),
  ])
  const documents = (records: readonly { readonly document: object }[]): readonly object[] =>
    records.map(({ document }) => document)
  return ok({
    release: record.document,
    system: record.system,
    registeredAt: record.at,
    verdicts: documents(verdicts),
    evidence: documents(evidence),
    approvals: documents(approvals),
    exceptions: documents(exceptions),
  })
}
