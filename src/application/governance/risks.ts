import { DAY_MS, epochMs } from '../../base/instant.ts'
import { TREATMENT_DAYS, type Risk } from '../../domain/risk/risk.ts'
import type { StoredRuleResult, StoredVerdict } from '../release/stored-verdict.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'

/** Opens a risk for each rule that does not hold, marks excepted ones as accepted, closes those whose rule holds again. */
export async function syncRisks(node: OwnerNode, principal: Principal, verdict: StoredVerdict): Promise<void> {
  const known = new Map<string, Risk>()
  for (const { document } of await node.store.list('risks', { system: verdict.system, limit: 1_000 })) {
    const risk = document as unknown as Risk
    known.set(risk.id, risk)
  }
  const owner = String((await node.store.get('releases', verdict.releaseDigest))?.document['author'] ?? verdict.author)
  for (const result of verdict.results) {
    const id = `RSK-${verdict.system}-${result.id}`
    const next = riskAfter(known.get(id), result, { id, owner, verdict })
    if (next === undefined) continue
    await node.recorder.record(
      next.treatment === 'mitigated' ? 'risk.closed' : 'risk.opened',
      principal.name,
      verdict.releaseDigest,
      {
        head: { id, system: verdict.system, status: next.treatment, topic: result.id },
        record: next,
      },
    )
  }
}

/** The risk after this verdict, or undefined when nothing changes. */
function riskAfter(
  before: Risk | undefined,
  result: StoredRuleResult,
  { id, owner, verdict }: { readonly id: string; readonly owner: string; readonly verdict: StoredVerdict },
): Risk | undefined {
  const treatment =
    result.outcome === 'failed'
      ? 'open'
      : result.outcome === 'excepted'
        ? 'accepted'
        : result.outcome === 'passed'
          ? 'mitigated'
          : undefined
  if (treatment === undefined || before?.treatment === treatment || (before === undefined && treatment === 'mitigated'))
    return undefined
  const severity = result.severity as Risk['severity']
  const openedAt = before === undefined || before.treatment === 'mitigated' ? verdict.decidedAt : before.openedAt
  return {
    id,
    system: verdict.system,
    source: `rule ${result.id}`,
    title: result.message,
    severity,
    treatment,
    acceptedBy: treatment === 'accepted' ? result.exceptionId : null,
    owner,
    openedAt,
    dueAt: epochMs(openedAt + TREATMENT_DAYS[severity] * DAY_MS),
    closedAt: treatment === 'mitigated' ? verdict.decidedAt : null,
  }
}
