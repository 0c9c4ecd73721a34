import { parseDigest } from '../../base/digest.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { isOpenRisk, type RiskState } from '../../domain/risk/risk.ts'
import { denyStateOf } from '../../domain/killswitch/deny-record.ts'
import { allDenies } from '../respond/kill.ts'
import type { OwnerNode } from './owner-node.ts'
import type { RecordKind } from './records.ts'

/** One line per system: its newest verdict, what is open, whether it is halted. */
export async function listSystems(node: OwnerNode): Promise<readonly object[]> {
  const [newest, verdicts, releases, incidents, risks, exceptions, denies] = await Promise.all([
    node.store.newestOfEach('releases'),
    node.store.newestOfEach('verdicts'),
    countBySystem(node, 'releases', () => true),
    countBySystem(node, 'incidents', (status) => status === 'open' || status === 'contained'),
    countBySystem(node, 'risks', (status) => isOpenRisk({ treatment: status as RiskState })),
    countBySystem(node, 'exceptions', (status) => status === 'approved'),
    allDenies(node),
  ])
  const verdictOf = new Map(verdicts.map(({ system, document }) => [system, document]))
  return newest.map(({ system, document }) => {
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
