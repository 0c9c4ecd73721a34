import { DAY_MS, epochMs, type EpochMs } from '../../base/instant.ts'
import type { ApprovalCase } from '../approval/approval-case.ts'
import type { Tier } from '../manifest/manifest.ts'
import { levelOf, type Rating, type RiskLevel } from './rate-risk.ts'

/** What a risk came from. */
export const RISK_SOURCES = ['rule', 'catalogue', 'threat', 'finding', 'incident', 'person'] as const
export type RiskSource = (typeof RISK_SOURCES)[number]

/** Where a risk stands. The last four have ended: carried by somebody, or not there any more. */
export const RISK_STATES = [
  'open',
  'assessed',
  'treating',
  'acceptance-asked',
  'accepted',
  'mitigated',
  'transferred',
  'avoided',
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
  lapse: null,
  reopen: null,
}

/**
 * Every state and event: what comes next, or null where the event is refused. Nothing is planned or accepted before it was
 * assessed; what has ended is opened again before anything else is done to it.
 */
export const RISK_TRANSITIONS: Readonly<Record<RiskState, Readonly<Record<RiskEvent, RiskState | null>>>> = {
  open: { ...NOTHING, assess: 'assessed' },
  assessed: { ...NOTHING, assess: 'assessed', plan: 'treating', 'ask-acceptance': 'acceptance-asked' },
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

export type RiskFailure = 'risk/refused' | 'risk/no-evidence' | 'risk/other-plan' | 'risk/too-long' | 'risk/past'

/** May this happen to the risk? */
export function riskFailure(risk: Risk, change: RiskChange): RiskFailure | undefined {
  if (RISK_TRANSITIONS[risk.treatment][change.event] === null) return 'risk/refused'
  switch (change.event) {
    case 'mitigate':
      if (risk.plan !== 'mitigate') return 'risk/other-plan'
      if (risk.rules.length > 0) return change.areRulesGreen === true ? undefined : 'risk/no-evidence'
      return change.evidence === undefined ? 'risk/no-evidence' : undefined
    case 'transfer':
    case 'avoid':
      if (risk.plan !== change.event) return 'risk/other-plan'
      return change.evidence === undefined ? 'risk/no-evidence' : undefined
    case 'plan':
      return change.plan?.dueAt !== undefined && change.plan.dueAt <= change.at ? 'risk/past' : undefined
    case 'ask-acceptance': {
      const until = change.acceptance?.expiresAt ?? change.at
      return until > change.at && until - change.at <= ACCEPTANCE_DAYS_MAX[risk.tier] * DAY_MS
        ? undefined
        : 'risk/too-long'
    }
    case 'assess':
    case 'accept':
    case 'refuse':
    case 'lapse':
    case 'reopen':
      return undefined
  }
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
  const { at, rating, plan, acceptance, evidence } = change
  switch (change.event) {
    case 'assess': {
      if (rating === undefined) return {}
      const severity = levelOf(before.tier, rating)
      // The day moves with the level, and only towards today: a milder word gives no more time.
      return {
        rating,
        severity,
        dueAt: earlier(before.dueAt, epochMs(at + TREATMENT_DAYS[severity] * DAY_MS)),
        ...UNCARRIED,
      }
    }
    case 'plan':
      return {
        plan: plan?.plan ?? before.plan,
        planText: change.note,
        owner: plan?.owner ?? before.owner,
        dueAt: plan?.dueAt ?? before.dueAt,
        ...UNCARRIED,
      }
    case 'ask-acceptance':
    case 'refuse':
      return { acceptance: acceptance ?? before.acceptance }
    case 'accept':
      return { acceptance: acceptance ?? before.acceptance, acceptedBy: change.who, closedAt: null }
    case 'mitigate':
    case 'transfer':
    case 'avoid':
      return { closedAt: at, evidence: evidence === undefined ? before.evidence : [...before.evidence, evidence] }
    case 'lapse':
      return { ...UNCARRIED, dueAt: at }
    case 'reopen':
      return { ...UNCARRIED, closedAt: null, dueAt: epochMs(at + TREATMENT_DAYS[before.severity] * DAY_MS) }
  }
}

const UNCARRIED = { acceptance: null, acceptedBy: null } as const

function earlier(one: EpochMs, other: EpochMs): EpochMs {
  return one < other ? one : other
}
