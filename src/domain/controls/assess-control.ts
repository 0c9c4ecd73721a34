import { DAY_MS, type EpochMs } from '../../base/instant.ts'
import type { Tier } from '../manifest/manifest.ts'
import type { Control, EvidenceRecord } from './control.ts'

/** What the newest verdict says about a rule. */
export interface CheckResult {
  readonly outcome: 'passed' | 'failed' | 'inconclusive' | 'errored' | 'excepted' | 'skipped'
  readonly detail: string
  readonly at: EpochMs
}

/** Somebody's word that a document exists and says what the control asks. */
export interface Attestation {
  readonly id: string
  readonly system: string
  readonly control: string
  readonly requirement: string
  /** SHA-256 of the document. */
  readonly document: string
  readonly name: string
  readonly attestedBy: string
  readonly at: EpochMs
  /** Exclusive. */
  readonly validUntil: EpochMs
}

/** Everything that is known about one system. */
export interface SystemEvidence {
  readonly system: string
  readonly tier: Tier
  /** Rules of the bound packs with their newest result; a rule that is not here is bound by nothing. */
  readonly checks: ReadonlyMap<string, CheckResult>
  /** Newest record per kind. */
  readonly records: ReadonlyMap<EvidenceRecord, EpochMs>
  readonly attestations: readonly Attestation[]
  readonly now: EpochMs
}

export const CONTROL_STATUSES = [
  'evidenced',
  'partly-evidenced',
  'excepted',
  'failing',
  'not-evidenced',
  'not-applicable',
] as const
export type ControlStatus = (typeof CONTROL_STATUSES)[number]

export type RequirementStatus = 'met' | 'failed' | 'excepted' | 'open' | 'skipped' | 'not-bound'

export interface RequirementResult {
  readonly kind: 'check' | 'record' | 'attestation'
  readonly id: string
  readonly status: RequirementStatus
  readonly detail: string
  readonly at: EpochMs | null
}

export interface ControlAssessment {
  readonly control: Control
  readonly status: ControlStatus
  readonly requirements: readonly RequirementResult[]
}

/** Counts evidence, not words: what is not shown is "not evidenced", whatever the control says about itself. */
export function assessControl(control: Control, evidence: SystemEvidence): ControlAssessment {
  const requirements = [
    ...control.checks.map((id) => checkResult(id, evidence)),
    ...control.records.map(({ kind, what, maxAgeDays }) => recordResult(kind, what, maxAgeDays, evidence)),
    ...control.attestations.map(({ id, what, maxAgeDays }) =>
      attestationResult(control.id, { id, what, maxAgeDays }, evidence),
    ),
  ]
  if (!control.tiers.includes(evidence.tier)) return { control, status: 'not-applicable', requirements }
  return { control, status: statusOf(requirements), requirements }
}

function statusOf(requirements: readonly RequirementResult[]): ControlStatus {
  // A rule of a pack that the system does not bind neither helps nor harms where another rule stands for the control.
  const counted = requirements.filter(({ status }) => status !== 'skipped' && status !== 'not-bound')
  if (counted.some(({ status }) => status === 'failed')) return 'failing'
  if (counted.length === 0)
    return requirements.some(({ status }) => status === 'skipped') ? 'not-applicable' : 'not-evidenced'
  const met = counted.filter(({ status }) => status === 'met' || status === 'excepted')
  // The automated part of a control is missing as a whole: the documents beside it do not make it up.
  const hasUnboundChecks =
    requirements.some(({ status }) => status === 'not-bound') &&
    !requirements.some(({ kind, status }) => kind === 'check' && status !== 'not-bound')
  if (met.length === 0) return 'not-evidenced'
  if (met.length < counted.length || hasUnboundChecks) return 'partly-evidenced'
  return met.some(({ status }) => status === 'excepted') ? 'excepted' : 'evidenced'
}

const CHECK_STATUS: Readonly<Record<CheckResult['outcome'], RequirementStatus>> = {
  passed: 'met',
  failed: 'failed',
  inconclusive: 'open',
  errored: 'open',
  excepted: 'excepted',
  skipped: 'skipped',
}

function checkResult(id: string, { checks }: SystemEvidence): RequirementResult {
  const found = checks.get(id)
  if (found === undefined)
    return { kind: 'check', id, status: 'not-bound', detail: 'no pack of the system has this rule', at: null }
  return { kind: 'check', id, status: CHECK_STATUS[found.outcome], detail: found.detail, at: found.at }
}

// oxlint-disable-next-line max-params -- which records, what they show, how old they may be, and what there is
function recordResult(
  kind: EvidenceRecord,
  what: string,
  maxAgeDays: number,
  { records, now }: SystemEvidence,
): RequirementResult {
  const at = records.get(kind)
  if (at === undefined) return { kind: 'record', id: kind, status: 'open', detail: `not evidenced: ${what}`, at: null }
  const isFresh = now - at <= maxAgeDays * DAY_MS
  const detail = isFresh ? what : `not evidenced for ${maxAgeDays} days: ${what}`
  return { kind: 'record', id: kind, status: isFresh ? 'met' : 'open', detail, at }
}

function attestationResult(
  control: string,
  { id, what, maxAgeDays }: Control['attestations'][number],
  { attestations, now }: SystemEvidence,
): RequirementResult {
  const own = attestations.filter((entry) => entry.control === control && entry.requirement === id)
  const newest = own.reduce<Attestation | undefined>(
    (best, entry) => (best === undefined || entry.at > best.at ? entry : best),
    undefined,
  )
  if (newest === undefined)
    return { kind: 'attestation', id, status: 'open', detail: `not evidenced: ${what}`, at: null }
  const isValid = newest.at <= now && now < newest.validUntil && now - newest.at <= maxAgeDays * DAY_MS
  return {
    kind: 'attestation',
    id,
    status: isValid ? 'met' : 'open',
    detail: `${isValid ? 'attested' : 'attestation ended'}: \`${newest.name}\` by ${newest.attestedBy}`,
    at: newest.at,
  }
}
