import { DAY_MS, epochMs, type EpochMs } from '../../base/instant.ts'
import { computeTier } from '../manifest/compute-tier.ts'
import { TIERS, type Manifest } from '../manifest/manifest.ts'
import { answersOfManifest, type IntakeAnswers } from './assess-intake.ts'
import { INTAKE_DAYS, type IntakeRequest, type IntakeState } from './intake-request.ts'

/** How long an approved request counts. Why a year: docs/decisions/2026-11-26-gate-asks-for-intake.md. */
export const INTAKE_VALID_DAYS = 365

/** What the newest request of a system says of a manifest. */
export interface IntakeStanding {
  /** Its id; empty where there is none. */
  readonly request: string
  readonly state: IntakeState | 'none'
  /** Until when its approval counts; null where it has none. */
  readonly validUntil: EpochMs | null
  readonly isExpired: boolean
  /** Where the manifest goes beyond what was approved: the approval is not of this system any more. */
  readonly changed: readonly string[]
}

/** A request that was taken back counts for nothing; of the others the newest alone counts. */
export function intakeStanding(requests: readonly IntakeRequest[], manifest: Manifest, now: EpochMs): IntakeStanding {
  const newest = requests
    .filter(({ state }) => state !== 'withdrawn')
    .reduce<IntakeRequest | undefined>(
      (found, one) => (found === undefined || isNewer(one, found) ? one : found),
      undefined,
    )
  if (newest === undefined) return { request: '', state: 'none', validUntil: null, isExpired: false, changed: [] }
  const validUntil = newest.state === 'approved' ? epochMs(approvedAt(newest) + INTAKE_VALID_DAYS * DAY_MS) : null
  return {
    request: newest.id,
    state: newest.state,
    validUntil,
    isExpired: validUntil !== null && now >= validUntil,
    changed: beyondAnswers(newest, manifest),
  }
}

/** Of two of one instant the later number is the newer one. */
function isNewer(one: IntakeRequest, other: IntakeRequest): boolean {
  const [mine, theirs] = [handedInAt(one), handedInAt(other)]
  if (mine !== theirs) return mine > theirs
  return Number(one.id.replace(/\D/g, '')) > Number(other.id.replace(/\D/g, ''))
}

/** Where nobody was asked, it counts from the day on which the answers were handed in. */
function approvedAt(request: IntakeRequest): number {
  const words = request.reviews.flatMap(({ at }) => (at === null ? [] : [at]))
  return words.length > 0 ? Math.max(...words) : handedInAt(request)
}

/** Answers that are handed in again make an older request the newest. */
function handedInAt({ dueAt, assessment }: IntakeRequest): number {
  return dueAt - INTAKE_DAYS[assessment.tier] * DAY_MS
}

/** Material changes. Less than what was approved (fewer data classes, regions or effects, a lower tier) is covered by it. */
function beyondAnswers({ answers, assessment }: IntakeRequest, manifest: Manifest): readonly string[] {
  const now = answersOfManifest(manifest)
  const [was, is] = [answers.intake, now.intake]
  const isBeyond: Readonly<Record<string, boolean>> = {
    tier: TIERS.indexOf(computeTier(manifest).tier) < TIERS.indexOf(assessment.tier),
    purpose: words(was.purpose) !== words(is.purpose),
    audience: was.audience !== is.audience,
    domain: was.domain !== is.domain,
    autonomy: was.autonomy !== is.autonomy,
    multiTenant: is.multiTenant === true && was.multiTenant !== true,
    dataClasses: !isWithin(is.dataClasses, was.dataClasses),
    regions: !areRegionsWithin(is.regions, was.regions),
    aiActRole: was.aiActRole !== is.aiActRole,
    actions: !isWithin(now.actions ?? [], answers.actions ?? []),
    retrievesDocuments: now.retrievesDocuments === true && answers.retrievesDocuments !== true,
    usesVendorModel: now.usesVendorModel === true && answers.usesVendorModel === false,
  }
  return Object.keys(isBeyond).filter((name) => isBeyond[name] === true)
}

/** Line breaks of YAML are no change of purpose. */
function words(text: string): string {
  return text.trim().replace(/\s+/g, ' ')
}

function isWithin(is: readonly string[], was: readonly string[]): boolean {
  return is.every((one) => was.includes(one))
}

/** No region is any region: it was judged as the European Union, and covers nothing that is named later. */
function areRegionsWithin(is: IntakeAnswers['intake']['regions'], was: IntakeAnswers['intake']['regions']): boolean {
  if (is === undefined || was === undefined) return is === was
  return isWithin(is, was)
}
