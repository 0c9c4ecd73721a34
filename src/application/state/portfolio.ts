import { parseDigest } from '../../base/digest.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { denyStateOf } from '../../domain/killswitch/deny-record.ts'
import { allDenies } from '../respond/kill.ts'
import type { OwnerNode } from './owner-node.ts'

/** One line per system: its newest verdicts, what is open, whether it is halted. */
export async function listSystems(node: OwnerNode): Promise<readonly object[]> {
  const releases = await node.store.list('releases', { limit: 1_000 })
  const denies = await allDenies(node)
  const systems: object[] = []
  for (const [system, own] of Map.groupBy(releases, ({ system: name }) => name)) {
    const list = (
      kind: 'verdicts' | 'incidents' | 'risks' | 'exceptions',
    ): Promise<readonly { readonly status: string; readonly document: object }[]> =>
      node.store.list(kind, { system, limit: 200 })
    const [verdicts, incidents, risks, exceptions] = await Promise.all([
      list('verdicts'),
      list('incidents'),
      list('risks'),
      list('exceptions'),
    ])
    const deny = denyStateOf(system, denies)
    systems.push({
      system,
      tier: (own[0]?.document['tier'] as { tier?: string } | undefined)?.tier ?? null,
      releases: own.length,
      newestVerdict: verdicts[0]?.document ?? null,
      openIncidents: incidents.filter(({ status }) => status === 'open' || status === 'contained').length,
      openRisks: risks.filter(({ status }) => status === 'open').length,
      activeExceptions: exceptions.filter(({ status }) => status === 'approved').length,
      isHalted: deny.isSystemDenied,
      deniedTools: [...deny.tools],
    })
  }
  return systems
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
