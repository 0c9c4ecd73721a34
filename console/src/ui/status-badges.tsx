import type { ReactElement } from 'react'
import type { IncidentState } from '../../../src/domain/incident/incident.ts'
import type { Verdict } from '../../../src/domain/release/decide-release.ts'
import type { DecisionView, FindingView } from '../views.ts'
import { Badge, type Tone } from './badge.tsx'
import type { IconName } from './icon.tsx'

interface Look {
  readonly tone: Tone
  readonly icon: IconName
  readonly word: string
}

const VERDICTS: Readonly<Record<Verdict, Look>> = {
  released: { tone: 'good', icon: 'check', word: 'released' },
  blocked: { tone: 'bad', icon: 'cross', word: 'blocked' },
  inconclusive: { tone: 'warn', icon: 'question', word: 'inconclusive' },
  'pending-approval': { tone: 'info', icon: 'clock', word: 'pending approval' },
}

const OUTCOMES: Readonly<Record<FindingView['outcome'], Look>> = {
  passed: { tone: 'good', icon: 'check', word: 'passed' },
  failed: { tone: 'bad', icon: 'cross', word: 'failed' },
  inconclusive: { tone: 'warn', icon: 'question', word: 'inconclusive' },
  errored: { tone: 'warn', icon: 'warning', word: 'errored' },
  excepted: { tone: 'info', icon: 'ticket', word: 'excepted' },
}

const INCIDENTS: Readonly<Record<IncidentState, Look>> = {
  open: { tone: 'bad', icon: 'warning', word: 'open' },
  contained: { tone: 'warn', icon: 'stop', word: 'contained' },
  resolved: { tone: 'info', icon: 'check', word: 'resolved' },
  closed: { tone: 'neutral', icon: 'check', word: 'closed' },
}

const DECISIONS: Readonly<Record<DecisionView['status'], Look>> = {
  completed: { tone: 'good', icon: 'check', word: 'completed' },
  denied: { tone: 'bad', icon: 'stop', word: 'denied' },
  'upstream-failed': { tone: 'warn', icon: 'warning', word: 'upstream failed' },
  'client-gone': { tone: 'neutral', icon: 'dash', word: 'client gone' },
  unknown: { tone: 'warn', icon: 'question', word: 'unknown' },
  open: { tone: 'info', icon: 'clock', word: 'open' },
}

const UNKNOWN: Look = { tone: 'neutral', icon: 'question', word: 'unknown' }

export function VerdictBadge({ verdict }: { readonly verdict: Verdict | null }): ReactElement {
  return verdict === null ? (
    <Badge tone="neutral" icon="dash" word="not decided" />
  ) : (
    <Badge {...(VERDICTS[verdict] ?? UNKNOWN)} />
  )
}

export function OutcomeBadge({ outcome }: { readonly outcome: FindingView['outcome'] }): ReactElement {
  return <Badge {...(OUTCOMES[outcome] ?? UNKNOWN)} />
}

export function IncidentBadge({ state }: { readonly state: IncidentState }): ReactElement {
  return <Badge {...(INCIDENTS[state] ?? UNKNOWN)} />
}

export function DecisionBadge({ status }: { readonly status: DecisionView['status'] }): ReactElement {
  return <Badge {...(DECISIONS[status] ?? UNKNOWN)} />
}

const SEVERITY_TONES: Readonly<Record<string, Tone>> = {
  SEV1: 'bad',
  SEV2: 'warn',
  SEV3: 'info',
  critical: 'bad',
  high: 'warn',
}

export function SeverityBadge({ severity }: { readonly severity: string }): ReactElement {
  return <span className={`badge badge-${SEVERITY_TONES[severity] ?? 'neutral'}`}>{severity}</span>
}
