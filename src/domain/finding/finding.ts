import type { Digest } from '../../base/digest.ts'
import { DAY_MS, epochMs, type EpochMs } from '../../base/instant.ts'

export const FINDING_SOURCES = [
  'check',
  'red-team',
  'sarif',
  'penetration-test',
  'bug-bounty',
  'customer',
  'user-report',
  'threat-model',
  'control-test',
  'person',
] as const
export type FindingSource = (typeof FINDING_SOURCES)[number]

export const FINDING_SEVERITIES = ['critical', 'high', 'medium', 'low'] as const
export type FindingSeverity = (typeof FINDING_SEVERITIES)[number]

export const FINDING_STATES = ['open', 'in-progress', 'fix-claimed', 'closed', 'accepted', 'dismissed'] as const
export type FindingState = (typeof FINDING_STATES)[number]
export const FINDING_EVENTS = ['start', 'claim-fix', 'verify', 'fail', 'accept', 'dismiss', 'reopen'] as const
export type FindingEvent = (typeof FINDING_EVENTS)[number]

/** Every state and event: what comes next, or null where the event is refused. Only a verified fix closes. */
export const FINDING_TRANSITIONS: Readonly<Record<FindingState, Readonly<Record<FindingEvent, FindingState | null>>>> =
  {
    open: {
      start: 'in-progress',
      'claim-fix': 'fix-claimed',
      verify: null,
      fail: null,
      accept: 'accepted',
      dismiss: 'dismissed',
      reopen: null,
    },
    'in-progress': {
      start: null,
      'claim-fix': 'fix-claimed',
      verify: null,
      fail: null,
      accept: 'accepted',
      dismiss: 'dismissed',
      reopen: null,
    },
    'fix-claimed': {
      start: 'in-progress',
      'claim-fix': null,
      verify: 'closed',
      fail: 'in-progress',
      accept: 'accepted',
      dismiss: null,
      reopen: null,
    },
    closed: { start: null, 'claim-fix': null, verify: null, fail: null, accept: null, dismiss: null, reopen: 'open' },
    accepted: {
      start: 'in-progress',
      'claim-fix': 'fix-claimed',
      verify: null,
      fail: null,
      accept: null,
      dismiss: null,
      reopen: 'open',
    },
    dismissed: {
      start: null,
      'claim-fix': null,
      verify: null,
      fail: null,
      accept: null,
      dismiss: null,
      reopen: 'open',
    },
  }

/** Days to a verified fix, by severity. */
export const FINDING_DAYS: Readonly<Record<FindingSeverity, number>> = { critical: 7, high: 14, medium: 30, low: 90 }

/** How fingerprints of findings on models that answered in another's place begin; nobody else may report under one. */
export const DRIFT_FINGERPRINT = 'model-drift/'

/** Something that is wrong with a system and has to be dealt with. */
export interface Finding {
  readonly id: string
  readonly system: string
  readonly title: string
  readonly description: string
  readonly source: FindingSource
  /** The same thing found again has the same one. */
  readonly fingerprint: string
  readonly severity: FindingSeverity
  readonly state: FindingState
  readonly owner: string
  readonly reportedBy: string
  readonly reportedAt: EpochMs
  /** When its verified fix is due. */
  readonly dueAt: EpochMs
  readonly releaseDigest: Digest | null
  /** Where it is: a file and line, a component, a URL. */
  readonly location: string | null
  /** Risks of catalogues and registers, for example `LLM01:2025`. */
  readonly risks: readonly string[]
  readonly incident: string | null
  /** The rule whose evidence shows that the fix holds; without one a finding cannot be closed. */
  readonly verifyingRule: string | null
  readonly fixClaimedAt: EpochMs | null
  /** Evidence that closed it. */
  readonly verifiedBy: string | null
  readonly closedAt: EpochMs | null
  /** The waiver that carries it, while it is accepted. */
  readonly exception: string | null
  /** Where it is about a model that answered in another's place: set by what saw it, never by who reports. */
  readonly drift?: FoundDrift | undefined
  readonly history: readonly FindingNote[]
}

/** Names of models, whole. */
export interface FoundDrift {
  readonly expected: string
  readonly seen: string
}

export interface FindingNote {
  readonly at: EpochMs
  readonly who: string
  readonly what: string
}

export const HISTORY_MAX = 200

export function dueAtOf(severity: FindingSeverity, reportedAt: EpochMs): EpochMs {
  return epochMs(reportedAt + FINDING_DAYS[severity] * DAY_MS)
}

/** What is told of it since it was found, or found again. */
export function notesOfNow({ history }: Finding): readonly FindingNote[] {
  return history.slice(history.findLastIndex(({ what }) => what.startsWith('reopen:')) + 1)
}

/** Whose evidence closes it. What a test of controls found is closed by the same test, whatever else is named. */
export function verifierOf({ source, verifyingRule }: Finding): string | null {
  return source === 'control-test' ? 'control-test' : verifyingRule
}

/** Still somebody's work: neither closed nor dismissed, nor carried by a waiver. */
export function isOpenFinding({ state }: Finding): boolean {
  return state === 'open' || state === 'in-progress' || state === 'fix-claimed'
}

export function isOverdue(finding: Finding, now: EpochMs): boolean {
  return isOpenFinding(finding) && now >= finding.dueAt
}

/** What an event needs besides the state's consent. */
export interface FindingChange {
  readonly event: FindingEvent
  readonly at: EpochMs
  readonly who: string
  readonly note: string
  /** Of the rule that verifies: what was found last, for `verify` and `fail`. */
  readonly evidence?: { readonly id: string; readonly outcome: string; readonly finishedAt: EpochMs } | undefined
  /** For `accept`: the waiver, already known to be in force. */
  readonly exception?: string | undefined
}

export type FindingFailure =
  | 'finding/refused'
  | 'finding/not-verified'
  | 'finding/no-verifying-rule'
  | 'finding/no-exception'

/** May this happen to the finding? */
export function findingFailure(finding: Finding, change: FindingChange): FindingFailure | undefined {
  if (FINDING_TRANSITIONS[finding.state][change.event] === null) return 'finding/refused'
  switch (change.event) {
    case 'claim-fix':
      return verifierOf(finding) === null ? 'finding/no-verifying-rule' : undefined
    case 'verify':
      return isGreenSince(change, finding.fixClaimedAt) ? undefined : 'finding/not-verified'
    case 'accept':
      return change.exception === undefined ? 'finding/no-exception' : undefined
    case 'start':
    case 'fail':
    case 'dismiss':
    case 'reopen':
      return undefined
  }
}

/** Evidence from before the fix says nothing about the fix. */
function isGreenSince({ evidence }: FindingChange, since: EpochMs | null): boolean {
  return evidence !== undefined && evidence.outcome === 'passed' && since !== null && evidence.finishedAt > since
}

/** The finding after a change that `findingFailure` let through. */
export function changedFinding(before: Finding, change: FindingChange): Finding {
  const state = FINDING_TRANSITIONS[before.state][change.event] ?? before.state
  const { at, who, note, event } = change
  const history = [...before.history, { at, who, what: `${event}: ${note}` }].slice(-HISTORY_MAX)
  const moved: Finding = { ...before, state, history }
  switch (event) {
    case 'claim-fix':
      return { ...moved, fixClaimedAt: at, exception: null }
    case 'verify':
      return { ...moved, verifiedBy: change.evidence?.id ?? null, closedAt: at }
    case 'accept':
      return { ...moved, exception: change.exception ?? null }
    case 'reopen':
      // The clock starts again: what is due is due from now on.
      return {
        ...moved,
        dueAt: dueAtOf(before.severity, at),
        fixClaimedAt: null,
        verifiedBy: null,
        closedAt: null,
        exception: null,
      }
    case 'dismiss':
      return { ...moved, closedAt: at }
    case 'start':
    case 'fail':
      return { ...moved, fixClaimedAt: null, exception: null }
  }
}
