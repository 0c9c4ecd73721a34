import { DAY_MS, epochMs } from '../../base/instant.ts'
import type { JsonObject } from '../../base/json.ts'
import { ok, type Problem, type Result } from '../../base/result.ts'
import type { BurningRisk } from '../../domain/risk/burn-down.ts'
import {
  RISK_HISTORY_MAX,
  TREATMENT_DAYS,
  untreatedRisk,
  type Risk,
  type RiskNote,
  type RiskState,
} from '../../domain/risk/risk.ts'
import type { StoredRuleResult, StoredVerdict } from '../release/stored-verdict.ts'
import { listAll } from '../state/list-all.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'

/** What verdicts recorded before there was a register reads as a risk of the strictest tier that nobody has assessed. */
export function storedRisk(document: JsonObject): Risk {
  const risk = document as unknown as Risk
  if (risk.kind !== undefined) return risk
  const ref = (risk.source ?? '').replace(/^rule /, '')
  const opened: RiskNote = {
    at: risk.openedAt,
    who: 'gatehouse',
    what: `opened from ${risk.source}`,
    state: 'open',
    level: risk.severity,
  }
  const now: RiskNote = { ...opened, at: risk.closedAt ?? risk.openedAt, what: 'by verdict', state: risk.treatment }
  return {
    ...risk,
    kind: 'rule',
    ref,
    tier: 'T1',
    rating: null,
    plan: null,
    planText: '',
    acceptance: null,
    controls: [],
    rules: [ref],
    evidence: [],
    history: risk.treatment === 'open' ? [opened] : [opened, now],
  }
}

/** What of a risk is drawn over time. A document that is no risk at all gives one without a course. */
export function riskCourse(document: JsonObject): JsonObject {
  const { treatment, acceptance, dueAt, severity, history } = storedRisk(document)
  const course: BurningRisk = {
    treatment,
    acceptance: acceptance === null || acceptance === undefined ? null : { expiresAt: acceptance.expiresAt },
    dueAt,
    severity,
    history: (Array.isArray(history) ? history : []).map(({ at, state, level }) => ({ at, state, level })),
  }
  return JSON.parse(JSON.stringify(course)) as JsonObject
}

const ENTRY_OF: Readonly<Partial<Record<RiskState, string>>> = {
  mitigated: 'risk.closed',
  transferred: 'risk.closed',
  avoided: 'risk.closed',
  dismissed: 'risk.closed',
}

export async function storeRisk(node: OwnerNode, principal: Principal, risk: Risk): Promise<Result<Risk, Problem>> {
  const { id, system, treatment, ref } = risk
  const entry = await node.recorder.record(ENTRY_OF[treatment] ?? 'risk.opened', principal.name, null, {
    head: { id, system, status: treatment, topic: ref },
    record: risk,
  })
  return entry.ok ? ok(risk) : entry
}

/**
 * Opens a risk for each rule that does not hold, marks excepted ones as accepted, closes those whose rule holds again. In one turn:
 * what people write on a risk meanwhile is not written over. What the ledger does not take, the next gate makes up for.
 */
export async function syncRisks(
  node: OwnerNode,
  principal: Principal,
  verdict: StoredVerdict,
): Promise<Result<undefined, Problem>> {
  return node.recorder.exclusive(async () => {
    const known = new Map<string, Risk>()
    for (const { document } of await listAll(node.store, 'risks', { system: verdict.system })) {
      const risk = storedRisk(document)
      known.set(risk.id, risk)
    }
    const owner = String(
      (await node.store.get('releases', verdict.releaseDigest))?.document['author'] ?? verdict.author,
    )
    for (const result of verdict.results) {
      const id = `RSK-${verdict.system}-${result.id}`
      const next = riskAfter(known.get(id), result, { id, owner, verdict })
      if (next === undefined) continue
      const type = next.treatment === 'mitigated' ? 'risk.closed' : 'risk.opened'
      const kept = await node.recorder.record(type, principal.name, verdict.releaseDigest, {
        head: { id, system: verdict.system, status: next.treatment, topic: result.id },
        record: next,
      })
      if (!kept.ok) return kept
    }
    return ok(undefined)
  })
}

interface Judged {
  readonly id: string
  readonly owner: string
  readonly verdict: StoredVerdict
}

/** The risk after this verdict, or undefined when nothing changes. What people have written on it stays. */
function riskAfter(before: Risk | undefined, result: StoredRuleResult, judged: Judged): Risk | undefined {
  const treatment = treatmentAfter(before, result)
  if (treatment === undefined || before?.treatment === treatment || (before === undefined && treatment === 'mitigated'))
    return undefined
  const { decidedAt } = judged.verdict
  const isNew = before === undefined || before.closedAt !== null
  const severity =
    before?.rating === undefined || before.rating === null ? (result.severity as Risk['severity']) : before.severity
  const openedAt = isNew ? decidedAt : before.openedAt
  const note = {
    at: decidedAt,
    who: 'gatehouse',
    what: `${result.outcome} by verdict ${judged.verdict.id}`,
    state: treatment,
    level: severity,
  }
  return {
    ...(before ?? ruleRisk(result, judged)),
    title: result.message,
    tier: judged.verdict.tier as Risk['tier'],
    severity,
    treatment,
    controls: result.controls,
    acceptance: treatment === 'accepted' ? null : (before?.acceptance ?? null),
    acceptedBy: treatment === 'accepted' ? result.exceptionId : null,
    openedAt,
    dueAt: isNew ? epochMs(openedAt + TREATMENT_DAYS[severity] * DAY_MS) : before.dueAt,
    closedAt: treatment === 'mitigated' ? decidedAt : null,
    history: [...(before?.history ?? []), note].slice(-RISK_HISTORY_MAX),
  }
}

/** A rule that fails again opens what had ended; what people are at work on they go on working on. */
function treatmentAfter(before: Risk | undefined, { outcome }: StoredRuleResult): RiskState | undefined {
  if (outcome === 'passed') return 'mitigated'
  if (outcome === 'excepted') return 'accepted'
  if (outcome !== 'failed') return undefined
  const isCarriedByWaiver = before?.treatment === 'accepted' && before.acceptance === null
  return before === undefined || before.closedAt !== null || isCarriedByWaiver ? 'open' : before.treatment
}

function ruleRisk(result: StoredRuleResult, { id, owner, verdict }: Judged): Risk {
  return untreatedRisk({
    id,
    system: verdict.system,
    source: `rule ${result.id}`,
    kind: 'rule',
    ref: result.id,
    title: result.message,
    tier: verdict.tier as Risk['tier'],
    severity: result.severity as Risk['severity'],
    owner,
    controls: result.controls,
    rules: [result.id],
    openedAt: verdict.decidedAt,
    dueAt: verdict.decidedAt,
    history: [],
  })
}
