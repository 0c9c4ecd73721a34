import { DAY_MS, epochMs, type EpochMs } from '../../base/instant.ts'
import type { JsonObject } from '../../base/json.ts'
import { rightOf, type Decision, type DecisionRights } from '../../domain/approval/decision-rights.ts'
import { EXCEPTION_STATUSES, EXCEPTION_TRANSITIONS, isUndecided } from '../../domain/release/release-exception.ts'
import { isOverdueIntake, type IntakeRequest } from '../../domain/intake/intake-request.ts'
import type { Finding } from '../../domain/finding/finding.ts'
import { isOverdueRisk, riskNow } from '../../domain/risk/risk.ts'
import type { Tier } from '../../domain/manifest/manifest.ts'
import { listAll } from '../state/list-all.ts'
import type { OwnerNode } from '../state/owner-node.ts'
import { LIST_MAX, type Deadline, type DuePosition, type RecordKind } from '../state/records.ts'
import type { StoredApprovalCase } from './approval-cases.ts'
import { storedException } from './exceptions.ts'
import { stillOpen } from './findings.ts'
import { currentRights, tierOfRelease } from './rights.ts'
import { storedRisk } from './risks.ts'

const UNDECIDED_EXCEPTIONS = EXCEPTION_STATUSES.filter((status) => EXCEPTION_TRANSITIONS[status].step !== null)
const UNDECIDED_CASES = ['open', 'partial']

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

export interface EscalationPage {
  readonly items: readonly Escalation[]
  /** Where the next page begins; null on the last. */
  readonly next: DuePosition | null
}

/** Of questions whose day follows from the decision rights: it is nowhere kept, and stands before kept ones of the same instant. */
const COMPUTED = ''

interface Placed {
  readonly place: DuePosition
  readonly escalation: Escalation
}

/** What is overdue, most overdue first, and who is to be told by the file of decision rights: one page of it. */
export async function escalationPage(
  node: OwnerNode,
  { after, limit }: { readonly after?: DuePosition | undefined; readonly limit: number },
): Promise<EscalationPage> {
  const rights = await currentRights(node)
  const now = node.clock()
  const computed = [...(await overdueExceptions(node, rights, now)), ...(await overdueCases(node, rights, now))]
    .map((escalation) => ({ place: placeOf(escalation), escalation }))
    .filter(({ place }) => after === undefined || isBehind(place, after))
  // One more than the page holds says whether there is a next one.
  const all = [...computed, ...(await kept(node, rights, { now, after, wanted: limit + 1 }))].toSorted((one, other) =>
    isBehind(one.place, other.place) ? 1 : -1,
  )
  const page = all.slice(0, limit)
  return {
    items: page.map(({ escalation }) => escalation),
    next: all.length > limit ? (page.at(-1)?.place ?? null) : null,
  }
}

/** All of it, page by page: for the job that records each once. */
export async function* escalations(node: OwnerNode): AsyncGenerator<Escalation> {
  let after: DuePosition | undefined
  do {
    const { items, next }: EscalationPage = await escalationPage(node, { after, limit: LIST_MAX })
    yield* items
    after = next ?? undefined
  } while (after !== undefined)
}

function placeOf({ dueAt, kind, subject }: Escalation): DuePosition {
  return { dueAt, kind: COMPUTED, id: `${kind}/${subject}` }
}

/** Kept days come in the order of the database: among themselves they are not compared here. */
function isBehind(place: DuePosition, other: DuePosition): boolean {
  if (place.dueAt !== other.dueAt) return place.dueAt > other.dueAt
  if (place.kind === COMPUTED && other.kind === COMPUTED) return place.id > other.id
  return place.kind !== COMPUTED
}

/** Findings, risks and requests behind a place whose kept day has come: as many as are wanted, or all there are. */
async function kept(
  node: OwnerNode,
  rights: DecisionRights,
  { now, after, wanted }: { readonly now: EpochMs; readonly after: DuePosition | undefined; readonly wanted: number },
): Promise<readonly Placed[]> {
  const found: Placed[] = []
  const limit = Math.min(wanted, LIST_MAX)
  let position = after
  for (;;) {
    const deadlines = await node.store.due(now, { after: position, limit })
    found.push(...(await overdueOf(node, rights, now, deadlines)))
    position = deadlines.at(-1)
    if (found.length >= wanted || deadlines.length < limit) return found
  }
}

/** Of records whose day has come those that are overdue indeed, in the same order. */
// oxlint-disable-next-line max-params -- a state, its rights, an instant and what is due by then
async function overdueOf(
  node: OwnerNode,
  rights: DecisionRights,
  now: EpochMs,
  deadlines: readonly Deadline[],
): Promise<readonly Placed[]> {
  const late = new Map<string, Omit<Escalation, 'overdueDays'>>()
  for (const [kind, ofKind] of Map.groupBy(deadlines, (deadline) => deadline.kind)) {
    const documents = (
      await node.store.getMany(
        kind,
        ofKind.map(({ id }) => id),
      )
    ).map(({ document }) => document)
    const escalationsOf = OVERDUE[kind]
    if (escalationsOf === undefined) continue
    for (const escalation of await escalationsOf(node, rights, now, documents))
      late.set(`${kind}/${escalation.subject}`, escalation)
  }
  return deadlines.flatMap((place): readonly Placed[] => {
    const escalation = late.get(`${place.kind}/${place.id}`)
    if (escalation === undefined) return []
    return [{ place, escalation: { ...escalation, overdueDays: daysSince(escalation.dueAt, now) } }]
  })
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
  const exceptions = (await withStatus(node, 'exceptions', UNDECIDED_EXCEPTIONS)).map(storedException)
  return exceptions.flatMap((exception): readonly Escalation[] => {
    if (isUndecided(exception, now)) return []
    const { id, system, tier, ruleId, requestedAt } = exception
    const late = due(rights, { decision: 'exception', tier, askedAt: requestedAt, now })
    return late === undefined
      ? []
      : [{ subject: id, kind: 'exception', system, text: `a waiver of ${ruleId} waits for a decision`, ...late }]
  })
}

async function overdueCases(node: OwnerNode, rights: DecisionRights, now: EpochMs): Promise<readonly Escalation[]> {
  const cases = (await withStatus(node, 'approval_cases', UNDECIDED_CASES)) as unknown as readonly StoredApprovalCase[]
  return cases.flatMap(({ id, system, decision, tier, requestedAt, subject }): readonly Escalation[] => {
    const late = due(rights, { decision, tier, askedAt: requestedAt, now })
    return late === undefined
      ? []
      : [{ subject: id, kind: 'decision', system, text: `${decision} ${subject} waits for a decision`, ...late }]
  })
}

/** Documents of a kind in any of some states, all of them. */
async function withStatus(
  node: OwnerNode,
  kind: RecordKind,
  statuses: readonly string[],
): Promise<readonly JsonObject[]> {
  const found = await Promise.all(statuses.map((status) => listAll(node.store, kind, { status })))
  return found.flat().map(({ document }) => document)
}

type Overdue = (
  node: OwnerNode,
  rights: DecisionRights,
  now: EpochMs,
  documents: readonly JsonObject[],
) => Promise<readonly Omit<Escalation, 'overdueDays'>[]>

/** Kinds whose records keep their day. */
const OVERDUE: Readonly<Partial<Record<RecordKind, Overdue>>> = {
  findings: async (node, rights, now, documents) => {
    const tiers = new Map(
      (await node.store.newestOfEach('releases', ['tier'])).map(({ system, document }) => [
        system,
        tierOfRelease(document),
      ]),
    )
    const open = await stillOpen(node, documents as unknown as readonly Finding[])
    return open
      .filter(({ dueAt }) => now >= dueAt)
      .map(({ id, system, title, dueAt, severity }) => ({
        subject: id,
        kind: 'finding',
        system,
        text: `${severity} finding is not fixed: ${title}`,
        dueAt,
        tell: rightOf(rights, 'exception', tiers.get(system) ?? tierOfRelease(undefined)).escalateTo,
      }))
  },
  risks: async (_, rights, now, documents) =>
    documents
      .map((document) => riskNow(storedRisk(document), now))
      .filter((risk) => isOverdueRisk(risk, now))
      .map(({ id, system, title, dueAt, severity, tier }) => ({
        subject: id,
        kind: 'risk',
        system,
        text: `${severity} risk is not treated: ${title}`,
        dueAt,
        tell: rightOf(rights, 'risk-acceptance', tier).escalateTo,
      })),
  // The roles that have not answered are those to be told.
  intake_requests: async (_, __, now, documents) =>
    (documents as unknown as readonly IntakeRequest[])
      .filter((request) => isOverdueIntake(request, now))
      .map(({ id, system, title, dueAt, reviews }) => ({
        subject: id,
        kind: 'intake',
        system,
        text: `a request waits for its reviews: ${title}`,
        dueAt,
        tell: reviews.filter(({ decision }) => decision !== 'approve').map(({ role }) => role),
      })),
}
