import { DAY_MS, epochMs, type EpochMs } from '../../base/instant.ts'
import { rightOf, type Decision, type DecisionRights } from '../../domain/approval/decision-rights.ts'
import { EXCEPTION_TRANSITIONS, isUndecided } from '../../domain/release/release-exception.ts'
import { isOverdueIntake, type IntakeRequest } from '../../domain/intake/intake-request.ts'
import { isOverdueRisk } from '../../domain/risk/risk.ts'
import type { Tier } from '../../domain/manifest/manifest.ts'
import { listAll } from '../state/list-all.ts'
import type { OwnerNode } from '../state/owner-node.ts'
import type { StoredApprovalCase } from './approval-cases.ts'
import { storedException } from './exceptions.ts'
import { openFindings } from './findings.ts'
import { allRisks } from './risk-register.ts'
import { currentRights, tierOfRelease } from './rights.ts'

/** Something that somebody should have decided or mended by now. */
export interface Escalation {
  readonly subject: string
  readonly kind: 'exception' | 'decision' | 'finding' | 'risk' | 'intake'
  readonly system: string
  readonly text: string
  readonly dueAt: EpochMs
  readonly overdueDays: number
  /** Roles that the decision rights name. */
  readonly tell: readonly string[]
}

/** What is overdue, most overdue first, and who is to be told: by the file of decision rights. */
export async function escalations(node: OwnerNode): Promise<readonly Escalation[]> {
  const rights = await currentRights(node)
  const now = node.clock()
  const all = [
    ...(await overdueExceptions(node, rights, now)),
    ...(await overdueCases(node, rights, now)),
    ...(await overdueFindings(node, rights, now)),
    ...(await overdueRisks(node, rights, now)),
    ...(await overdueIntakes(node, now)),
  ]
  return all.toSorted((one, other) => one.dueAt - other.dueAt)
}

function due(
  rights: DecisionRights,
  question: { readonly decision: Decision; readonly tier: Tier; readonly askedAt: EpochMs; readonly now: EpochMs },
): Pick<Escalation, 'dueAt' | 'overdueDays' | 'tell'> | undefined {
  const { escalateAfterDays, escalateTo } = rightOf(rights, question.decision, question.tier)
  const dueAt = epochMs(question.askedAt + escalateAfterDays * DAY_MS)
  return question.now < dueAt ? undefined : { dueAt, overdueDays: daysSince(dueAt, question.now), tell: escalateTo }
}

function daysSince(instant: EpochMs, now: EpochMs): number {
  return Math.floor((now - instant) / DAY_MS)
}

async function overdueExceptions(
  node: OwnerNode,
  rights: DecisionRights,
  now: EpochMs,
): Promise<readonly Escalation[]> {
  const exceptions = (await listAll(node.store, 'exceptions', {})).map(({ document }) => storedException(document))
  return exceptions.flatMap((exception): readonly Escalation[] => {
    if (EXCEPTION_TRANSITIONS[exception.status].step === null || isUndecided(exception, now)) return []
    const { id, system, tier, ruleId, requestedAt } = exception
    const late = due(rights, { decision: 'exception', tier, askedAt: requestedAt, now })
    return late === undefined
      ? []
      : [{ subject: id, kind: 'exception', system, text: `a waiver of ${ruleId} waits for a decision`, ...late }]
  })
}

async function overdueCases(node: OwnerNode, rights: DecisionRights, now: EpochMs): Promise<readonly Escalation[]> {
  const cases = (await listAll(node.store, 'approval_cases', {})).map(
    ({ document }) => document as unknown as StoredApprovalCase,
  )
  return cases.flatMap(({ id, system, decision, tier, state, requestedAt, subject }): readonly Escalation[] => {
    if (state !== 'open' && state !== 'partial') return []
    const late = due(rights, { decision, tier, askedAt: requestedAt, now })
    return late === undefined
      ? []
      : [{ subject: id, kind: 'decision', system, text: `${decision} ${subject} waits for a decision`, ...late }]
  })
}

async function overdueFindings(node: OwnerNode, rights: DecisionRights, now: EpochMs): Promise<readonly Escalation[]> {
  const late: Escalation[] = []
  for (const { id, system, title, dueAt, severity } of await openFindings(node, undefined)) {
    if (now < dueAt) continue
    const [release] = await node.store.list('releases', { system, limit: 1 })
    const { escalateTo } = rightOf(rights, 'exception', tierOfRelease(release?.document))
    late.push({
      subject: id,
      kind: 'finding',
      system,
      text: `${severity} finding is not fixed: ${title}`,
      dueAt,
      overdueDays: daysSince(dueAt, now),
      tell: escalateTo,
    })
  }
  return late
}

async function overdueRisks(node: OwnerNode, rights: DecisionRights, now: EpochMs): Promise<readonly Escalation[]> {
  return (await allRisks(node, undefined))
    .filter((risk) => isOverdueRisk(risk, now))
    .map(({ id, system, title, dueAt, severity, tier }) => ({
      subject: id,
      kind: 'risk',
      system,
      text: `${severity} risk is not treated: ${title}`,
      dueAt,
      overdueDays: daysSince(dueAt, now),
      tell: rightOf(rights, 'risk-acceptance', tier).escalateTo,
    }))
}

/** The roles that have not answered are those to be told. */
async function overdueIntakes(node: OwnerNode, now: EpochMs): Promise<readonly Escalation[]> {
  const requests = (await listAll(node.store, 'intake_requests', {})).map(
    ({ document }) => document as unknown as IntakeRequest,
  )
  return requests
    .filter((request) => isOverdueIntake(request, now))
    .map(({ id, system, title, dueAt, reviews }) => ({
      subject: id,
      kind: 'intake',
      system,
      text: `a request waits for its reviews: ${title}`,
      dueAt,
      overdueDays: daysSince(dueAt, now),
      tell: reviews.filter(({ decision }) => decision !== 'approve').map(({ role }) => role),
    }))
}
