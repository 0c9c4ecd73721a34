import { DAY_MS, type EpochMs } from '../../base/instant.ts'
import type { SuiteCase } from '../evaluation/suite.ts'
import type { Journey } from '../manifest/manifest.ts'

/** Cases that a journey needs unless it says otherwise: a floor for "somebody tried it", not a sample size. */
export const CASES_MIN: Readonly<Record<Journey['risk'], number>> = { low: 1, medium: 3, high: 5 }

/** Label of cases that name no risk, or no language. */
export const UNSTATED = 'unstated'

/** A suite as coverage sees it. */
export interface CoveringSuite {
  readonly id: string
  readonly cases: readonly SuiteCase[]
  /** Does a check of the release read it? Cases that nothing runs cover nothing. */
  readonly isRead: boolean
  /** When it last gave a result for what is covered; undefined when never. */
  readonly newestAt?: EpochMs | undefined
}

export interface CoverageCell {
  readonly risk: string
  readonly language: string
  readonly cases: number
}

export type CoverageGap =
  | { readonly kind: 'cases'; readonly have: number; readonly need: number; readonly unread: number }
  | { readonly kind: 'language'; readonly language: string }
  | { readonly kind: 'risk'; readonly risk: string }
  | { readonly kind: 'no-evidence' }
  | { readonly kind: 'stale'; readonly ageDays: number; readonly maxAgeDays: number }

export interface JourneyCoverage {
  readonly journey: Journey
  readonly casesNeeded: number
  readonly cases: number
  /** Cases in suites that no check reads. */
  readonly unreadCases: number
  /** Cases by risk and language; a case that names two risks is in two cells. */
  readonly cells: readonly CoverageCell[]
  readonly suites: readonly string[]
  readonly newestAt: EpochMs | null
  readonly gaps: readonly CoverageGap[]
}

export interface Freshness {
  readonly now: EpochMs
  readonly maxAgeDays: number
}

/** What the suites hold of each journey, and what is missing. Without `freshness`, the age of evidence is not asked. */
export function coverJourneys(
  journeys: readonly Journey[],
  suites: readonly CoveringSuite[],
  freshness?: Freshness,
): readonly JourneyCoverage[] {
  return journeys.map((journey) => coverOne(journey, suites, freshness))
}

/** Journeys that cases name and the manifest does not: most likely misspelt. */
export function undeclaredJourneys(
  journeys: readonly Journey[],
  suites: readonly Pick<CoveringSuite, 'cases'>[],
): readonly { readonly journey: string; readonly file: string; readonly line: number }[] {
  const declared = new Set(journeys.map(({ id }) => id))
  const found = new Map<string, { readonly journey: string; readonly file: string; readonly line: number }>()
  for (const { journeys: named = [], file, line } of suites.flatMap(({ cases }) => cases))
    for (const journey of named)
      if (!declared.has(journey) && !found.has(journey)) found.set(journey, { journey, file, line })
  return [...found.values()]
}

function coverOne(
  journey: Journey,
  suites: readonly CoveringSuite[],
  freshness: Freshness | undefined,
): JourneyCoverage {
  const holding = suites
    .map((suite) => ({
      ...suite,
      cases: suite.cases.filter(({ journeys }) => journeys?.includes(journey.id) === true),
    }))
    .filter(({ cases }) => cases.length > 0)
  const read = holding.filter(({ isRead }) => isRead)
  const cases = read.flatMap((suite) => suite.cases)
  const unread = holding.filter(({ isRead }) => !isRead).reduce((sum, suite) => sum + suite.cases.length, 0)
  const dates = read.flatMap(({ newestAt }) => newestAt ?? [])
  const newestAt = dates.length === 0 ? null : (Math.max(...dates) as EpochMs)
  const casesNeeded = journey.casesMin ?? CASES_MIN[journey.risk]
  const gaps: CoverageGap[] = []
  if (cases.length < casesNeeded) gaps.push({ kind: 'cases', have: cases.length, need: casesNeeded, unread })
  for (const language of journey.languages ?? [])
    if (!cases.some((one) => one.language === language)) gaps.push({ kind: 'language', language })
  for (const risk of journey.risks ?? [])
    if (!cases.some(({ risks }) => risks.includes(risk))) gaps.push({ kind: 'risk', risk })
  return {
    journey,
    casesNeeded,
    cases: cases.length,
    unreadCases: unread,
    cells: cellsOf(cases),
    suites: read.map(({ id }) => id),
    newestAt,
    gaps: cases.length === 0 ? gaps : [...gaps, ...ageGaps(newestAt, freshness)],
  }
}

function ageGaps(newestAt: EpochMs | null, freshness: Freshness | undefined): readonly CoverageGap[] {
  if (freshness === undefined) return []
  if (newestAt === null) return [{ kind: 'no-evidence' }]
  const { now, maxAgeDays } = freshness
  const ageDays = Math.floor((now - newestAt) / DAY_MS)
  return now - newestAt > maxAgeDays * DAY_MS ? [{ kind: 'stale', ageDays, maxAgeDays }] : []
}

function cellsOf(cases: readonly SuiteCase[]): readonly CoverageCell[] {
  const cells = new Map<string, { risk: string; language: string; cases: number }>()
  for (const { risks, language = UNSTATED } of cases)
    for (const risk of risks.length === 0 ? [UNSTATED] : new Set(risks)) {
      const key = `${risk}\n${language}`
      const cell = cells.get(key) ?? { risk, language, cases: 0 }
      cell.cases += 1
      cells.set(key, cell)
    }
  return [...cells.entries()].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, cell]) => cell)
}

/** Gaps that no further run can close: cases are missing. Age and lack of evidence are closed by running. */
export function isMissingCases({ kind }: CoverageGap): boolean {
  return kind === 'cases' || kind === 'language' || kind === 'risk'
}

/** A gap in words. */
export function describeGap(gap: CoverageGap): string {
  switch (gap.kind) {
    case 'cases': {
      const unread = gap.unread === 0 ? '' : `; ${gap.unread} more are in suites that no check reads`
      return `${gap.have} of ${gap.need} cases${unread}`
    }
    case 'language':
      return `no case in language \`${gap.language}\``
    case 'risk':
      return `no case for risk \`${gap.risk}\``
    case 'no-evidence':
      return 'not evidenced: its suites gave no result for this release'
    case 'stale':
      return `its newest evidence is ${gap.ageDays} days old, ${gap.maxAgeDays} at most`
  }
}
