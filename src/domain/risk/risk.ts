import { DAY_MS, epochMs, type EpochMs } from '../../base/instant.ts'
import type { ApprovalCase } from '../approval/approval-case.ts'
import { isSamePerson } from '../approval/person.ts'
import type { Tier } from '../manifest/manifest.ts'
import { levelOf, type Rating, type RiskLevel } from './rate-risk.ts'

/** What a risk came from. */
export const RISK_SOURCES = ['rule', 'catalogue', 'threat', 'finding', 'incident', 'person'] as const
export type RiskSource = (typeof RISK_SOURCES)[number]

/** Where a risk stands. The last five have ended: carried by somebody, not there any more, or never a risk of this system. */
export const RISK_STATES = [
  'open',
  'assessed',
  'treating',
  'acceptance-asked',
  'accepted',
  'mitigated',
  'transferred',
  'avoided',
  'dismissed',
] as const
export type RiskState = (typeof RISK_STATES)[number]

/** `lapse` is what time does to an acceptance, `reopen` what somebody finds out. */
export const RISK_EVENTS = [
  'assess',
  'plan',
  'ask-acceptance',
  'accept',
  'refuse',
  'mitigate',
  'transfer',
  'avoid',
  'dismiss',
  'lapse',
  'reopen',
] as const
export type RiskEvent = (typeof RISK_EVENTS)[number]

const NOTHING: Readonly<Record<RiskEvent, null>> = {
  assess: null,
  plan: null,
  'ask-acceptance': null,
  accept: null,
  refuse: null,
  mitigate: null,
  transfer: null,
  avoid: null,
  dismiss: null,
  lapse: null,
  reopen: null,
}

/**
 * Every state and event: what comes next, or null where the event is refused. Nothing is planned or accepted before it was
 * assessed; what has ended is opened again before anything else is done to it.
 */
export const RISK_TRANSITIONS: Readonly<Record<RiskState, Readonly<Record<RiskEvent, RiskState | null>>>> = {
  open: { ...NOTHING, assess: 'assessed', dismiss: 'dismissed' },
  assessed: {
    ...NOTHING,
    assess: 'assessed',
    plan: 'treating',
    'ask-acceptance': 'acceptance-asked',
    dismiss: 'dismissed',
  },
  treating: {
    ...NOTHING,
    assess: 'treating',
    plan: 'treating',
    'ask-acceptance': 'acceptance-asked',
    mitigate: 'mitigated',
    transfer: 'transferred',
    avoid: 'avoided',
  },
  'acceptance-asked': { ...NOTHING, assess: 'assessed', plan: 'treating', accept: 'accepted', refuse: 'assessed' },
  accepted: { ...NOTHING, assess: 'assessed', plan: 'treating', lapse: 'assessed', reopen: 'open' },
  mitigated: { ...NOTHING, reopen: 'open' },
  transferred: { ...NOTHING, reopen: 'open' },
  avoided: { ...NOTHING, reopen: 'open' },
  dismissed: { ...NOTHING, reopen: 'open' },
}

export const RISK_PLANS = ['mitigate', 'transfer', 'avoid'] as const
export type RiskPlan = (typeof RISK_PLANS)[number]

export interface RiskNote {
  readonly at: EpochMs
  readonly who: string
  readonly what: string
  /** Where it stood afterwards, and how bad it was then. */
  readonly state: RiskState
  readonly level: RiskLevel
}

/** Somebody carries a risk, for a bounded time. */
export interface RiskAcceptance extends ApprovalCase {
  readonly requestedBy: string
  readonly requestedAt: EpochMs
  readonly reason: string
  /** Exclusive. */
  readonly expiresAt: EpochMs
}

/** One risk of the register. */
export interface Risk {
  readonly id: string
  readonly system: string
  /** In words: `rule GH-INJ-001`, `finding FND-3`, … */
  readonly source: string
  readonly kind: RiskSource
  /** Id of what it came from; empty where a person thought of it. */
  readonly ref: string
  readonly title: string
  readonly tier: Tier
  readonly severity: RiskLevel
  /** Null until somebody has assessed it: until then the severity is that of its source. */
  readonly rating: Rating | null
  /** Its state; the word that verdicts have used from the first. */
  readonly treatment: RiskState
  readonly plan: RiskPlan | null
  /** What is done, or with whom the risk lies. */
  readonly planText: string
  readonly acceptance: RiskAcceptance | null
  /** The waiver or the person that carries it. */
  readonly acceptedBy: string | null
  readonly owner: string
  /** Ids of controls, and of rules whose passing shows that it is mitigated. */
  readonly controls: readonly string[]
  readonly rules: readonly string[]
  /** Links to evidence that no rule gives. */
  readonly evidence: readonly string[]
  readonly openedAt: EpochMs
  readonly dueAt: EpochMs
  readonly closedAt: EpochMs | null
  readonly history: readonly RiskNote[]
}

/** Days to treat a risk, by severity. */
export const TREATMENT_DAYS: Readonly<Record<RiskLevel, number>> = { critical: 7, high: 14, medium: 30, low: 90 }
/** Longest that a risk may be carried, by tier. */
export const ACCEPTANCE_DAYS_MAX: Readonly<Record<Tier, number>> = { T1: 90, T2: 180, T3: 365 }
export const RISK_HISTORY_MAX = 200

/** Still somebody's work: neither ended nor carried. */
export function isOpenRisk({ treatment }: Pick<Risk, 'treatment'>): boolean {
  return ['open', 'assessed', 'treating', 'acceptance-asked'].includes(treatment)
}

/** An acceptance ends by itself. A waiver ends by its own rules: the next verdict says so. */
export function riskNow(risk: Risk, now: EpochMs): Risk {
  const { acceptance } = risk
  if (risk.treatment !== 'accepted' || acceptance === null || now < acceptance.expiresAt) return risk
  return changedRisk(risk, {
    event: 'lapse',
    at: acceptance.expiresAt,
    who: 'gatehouse',
    note: 'its acceptance has ended',
  })
}

export function isOverdueRisk(risk: Risk, now: EpochMs): boolean {
  return isOpenRisk(risk) && now >= risk.dueAt
}

export interface RiskChange {
  readonly event: RiskEvent
  readonly at: EpochMs
  readonly who: string
  readonly note: string
  /** For `assess`. */
  readonly rating?: Rating | undefined
  /** For `plan`. */
  readonly plan?:
    | { readonly plan: RiskPlan; readonly owner?: string | undefined; readonly dueAt?: EpochMs | undefined }
    | undefined
  /** For `ask-acceptance`, `accept` and `refuse`. */
  readonly acceptance?: RiskAcceptance | undefined
  /** For `mitigate`: every rule of the risk has passed since it was planned. */
  readonly areRulesGreen?: boolean | undefined
  /** A link that shows it. */
  readonly evidence?: string | undefined
}

export type RiskFailure =
  | 'risk/refused'
  | 'risk/no-evidence'
  | 'risk/other-plan'
  | 'risk/too-long'
  | 'risk/past'
  | 'risk/not-catalogue'
  | 'risk/involved'

/** What an event needs besides the state's consent; every other event needs nothing. */
const GUARDS: Readonly<Partial<Record<RiskEvent, (risk: Risk, change: RiskChange) => RiskFailure | undefined>>> = {
  mitigate: (risk, { areRulesGreen, evidence }) => {
    if (risk.plan !== 'mitigate') return 'risk/other-plan'
    const isShown = risk.rules.length > 0 ? areRulesGreen === true : evidence !== undefined
    return isShown ? undefined : 'risk/no-evidence'
  },
  // The catalogue speaks of every system; what somebody found here is treated or carried, not argued away.
  dismiss: ({ kind, owner }, { who }) => {
    if (kind !== 'catalogue') return 'risk/not-catalogue'
    return isSamePerson(owner, who) ? 'risk/involved' : undefined
  },
  transfer: endedAsPlanned,
  avoid: endedAsPlanned,
  plan: (_, { plan, at }) => (plan?.dueAt !== undefined && plan.dueAt <= at ? 'risk/past' : undefined),
  'ask-acceptance': ({ tier }, { acceptance, at }) => {
    const lasts = (acceptance?.expiresAt ?? at) - at
    return lasts > 0 && lasts <= ACCEPTANCE_DAYS_MAX[tier] * DAY_MS ? undefined : 'risk/too-long'
  },
}

function endedAsPlanned({ plan }: Risk, { event, evidence }: RiskChange): RiskFailure | undefined {
  if (plan !== event) return 'risk/other-plan'
  return evidence === undefined ? 'risk/no-evidence' : undefined
}

/** May this happen to the risk? */
export function riskFailure(risk: Risk, change: RiskChange): RiskFailure | undefined {
  if (RISK_TRANSITIONS[risk.treatment][change.event] === null) return 'risk/refused'
  return GUARDS[change.event]?.(risk, change)
}

/** The risk after a change that `riskFailure` let through. */
export function changedRisk(before: Risk, change: RiskChange): Risk {
  const moved = { ...before, ...fieldsAfter(before, change) }
  const treatment = RISK_TRANSITIONS[before.treatment][change.event] ?? before.treatment
  const { at, who, event, note } = change
  const entry = { at, who, what: `${event}: ${note}`, state: treatment, level: moved.severity }
  return { ...moved, treatment, history: [...before.history, entry].slice(-RISK_HISTORY_MAX) }
}

function fieldsAfter(before: Risk, change: RiskChange): Partial<Risk> {
  const { at, rating, acceptance, evidence } = change
  switch (change.event) {
    case 'assess':
      return rating === undefined ? {} : { ...ratedAs(before, rating, at), ...UNCARRIED }
    case 'plan':
      return { ...plannedAs(before, change), ...UNCARRIED }
    case 'ask-acceptance':
    case 'refuse':
      return { acceptance: acceptance ?? before.acceptance }
    case 'accept':
      return { acceptance: acceptance ?? before.acceptance, acceptedBy: change.who, closedAt: null }
    case 'mitigate':
    case 'transfer':
    case 'avoid':
    case 'dismiss':
      return { closedAt: at, evidence: evidence === undefined ? before.evidence : [...before.evidence, evidence] }
    case 'lapse':
      return { ...UNCARRIED, dueAt: at }
    case 'reopen':
      return { ...UNCARRIED, closedAt: null, dueAt: epochMs(at + TREATMENT_DAYS[before.severity] * DAY_MS) }
  }
}

/** The day moves with the level, and only towards today: a milder word gives no more time. */
function ratedAs(before: Risk, rating: Rating, at: EpochMs): Partial<Risk> {
  const severity = levelOf(before.tier, rating)
  return { rating, severity, dueAt: earlier(before.dueAt, epochMs(at + TREATMENT_DAYS[severity] * DAY_MS)) }
}

function plannedAs(before: Risk, { plan, note }: RiskChange): Partial<Risk> {
  return {
    plan: plan?.plan ?? before.plan,
    planText: note,
    owner: plan?.owner ?? before.owner,
    dueAt: plan?.dueAt ?? before.dueAt,
  }
}

const UNCARRIED = { acceptance: null, acceptedBy: null } as const

function earlier(one: EpochMs, other: EpochMs): EpochMs {
  return one < other ? one : other
}

/** A risk that nobody has treated yet. */
export function untreatedRisk({ controls, rules, openedAt, dueAt, history, owner, ...head }: UntreatedRisk): Risk {
  return {
    ...head,
    rating: null,
    treatment: 'open',
    plan: null,
    planText: '',
    acceptance: null,
    acceptedBy: null,
    owner,
    controls,
    rules,
    evidence: [],
    openedAt,
    dueAt,
    closedAt: null,
    history,
  }
}

type UntreatedRisk = Omit<
  Risk,
  'rating' | 'treatment' | 'plan' | 'planText' | 'acceptance' | 'acceptedBy' | 'evidence' | 'closedAt'
>
