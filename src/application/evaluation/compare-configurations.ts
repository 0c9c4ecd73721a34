import { canonicalJsonOf, isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import type { EvaluationReport } from '../../domain/evaluation/evaluation-report.ts'
import {
  rankConfigurations,
  type Dimension,
  type Figures,
  type Rank,
} from '../../domain/evaluation/rank-configurations.ts'
import { RunFigures } from '../../domain/evaluation/run-figures.ts'
import type { SuitePurpose } from '../../domain/evaluation/suite.ts'
import { decideCounts } from '../../domain/statistics/decide-rate.ts'
import type { Distributions } from '../../domain/statistics/distributions.ts'
import type { PlannedCheck } from '../release/plan-checks.ts'

/** A finished run with what its recorded trials came to. */
export interface RecordedRun {
  readonly id: string
  readonly report: EvaluationReport
  readonly figures: RunFigures
}

export interface ComparedCriterion {
  readonly id: string
  readonly outcome: string
  readonly detail: string
}

export interface ComparedConfiguration extends Rank {
  readonly id: string
  readonly label: string
  readonly identity: unknown
  readonly runs: readonly string[]
  readonly isSimulated: boolean
  readonly figures: Figures
  readonly withoutVerdict: number
  readonly criteria: readonly ComparedCriterion[]
  readonly isPassing: boolean
}

export interface ConfigurationComparison {
  readonly schemaVersion: 1
  readonly suites: readonly { readonly id: string; readonly version: string; readonly purpose: string }[]
  readonly dimensions: readonly Dimension[]
  readonly configurations: readonly ComparedConfiguration[]
  readonly cheapestPassing: string | null
  /** Runs that are left out, and why. */
  readonly leftOut: readonly { readonly run: string; readonly why: string }[]
}

interface Group {
  readonly identity: unknown
  readonly runs: RecordedRun[]
}

/**
 * Runs of the same suites against different targets: configurations with their figures, which of them no other beats, and the
 * cheapest that passes. `gate` are the gate's suite checks; without them, the suites' own criteria decide alone.
 */
export function compareConfigurations(
  runs: readonly RecordedRun[],
  options: { readonly distributions: Distributions; readonly gate?: readonly PlannedCheck[] | undefined },
): ConfigurationComparison {
  const groups = new Map<string, Group>()
  const leftOut: { run: string; why: string }[] = []
  // Newest first: of two runs of one suite against one target, the newer counts.
  for (const run of runs.toSorted((left, right) => (left.id < right.id ? 1 : -1))) {
    const key = canonicalJsonOf(run.report.target.identity as Json)
    const group = groups.get(key) ?? { identity: run.report.target.identity, runs: [] }
    groups.set(key, group)
    if (group.runs.some(({ report }) => report.suite.digest === run.report.suite.digest))
      leftOut.push({ run: run.id, why: 'a newer run of the same suite and target is compared' })
    else group.runs.push(run)
  }
  const suites = new Map(runs.map(({ report }) => [report.suite.digest, report.suite]))
  const complete = [...groups.values()].filter((group) => {
    if (group.runs.length === suites.size) return true
    for (const { id } of group.runs)
      leftOut.push({ run: id, why: `its target was run on ${group.runs.length} of ${suites.size} suites` })
    return false
  })
  const labels = labelsOf(complete.map(({ identity }) => identity))
  const measured = complete.map((group, index) => measure(group, labels[index] ?? String(index + 1), options))
  const ranking = rankConfigurations(measured)
  return {
    schemaVersion: 1,
    suites: [...suites.values()]
      .map(({ id, version, purpose }) => ({ id, version, purpose }))
      .toSorted((left, right) => (left.id < right.id ? -1 : 1)),
    dimensions: ranking.dimensions,
    configurations: measured
      .map((one) => ({ ...one, ...(ranking.ranks.get(one.id) ?? { isOnFront: false, dominatedBy: [] }) }))
      .toSorted((left, right) => (left.label < right.label ? -1 : 1)),
    cheapestPassing: ranking.cheapestPassing,
    leftOut,
  }
}

function measure(
  { identity, runs }: Group,
  label: string,
  { distributions, gate }: Parameters<typeof compareConfigurations>[1],
): Omit<ComparedConfiguration, keyof Rank> {
  const [all, ordinary, attacks] = [new RunFigures(), new RunFigures(), new RunFigures()]
  const byPurpose = new Map<string, RunFigures>()
  for (const { report, figures } of runs) {
    const purpose = byPurpose.get(report.suite.purpose) ?? new RunFigures()
    byPurpose.set(report.suite.purpose, purpose)
    for (const sum of [all, purpose, report.suite.purpose === 'red-team' ? attacks : ordinary]) sum.merge(figures)
  }
  const criteria = [
    ...runs.flatMap(({ report }) =>
      report.criteria.map(({ id, outcome, note }) => ({
        id: `${report.suite.id}: ${id}`,
        outcome,
        detail: note ?? '',
      })),
    ),
    ...(gate ?? []).flatMap((check) => gateCriterion(distributions, check, byPurpose)),
  ]
  return {
    id: label,
    label,
    identity,
    runs: runs.map(({ id }) => id).toSorted(),
    isSimulated: runs.some(({ report }) => report.target.isSimulated),
    figures: {
      quality: ordinary.held(distributions),
      safety: attacks.held(distributions),
      cost: all.cost(distributions),
      latency: all.latency(distributions),
    },
    withoutVerdict: all.errored,
    criteria,
    // Nothing that was asked for nothing has passed.
    isPassing: criteria.length > 0 && criteria.every(({ outcome }) => outcome === 'passed'),
  }
}

function gateCriterion(
  distributions: Distributions,
  { rule, spec, criterion }: PlannedCheck,
  byPurpose: ReadonlyMap<string, RunFigures>,
): readonly ComparedCriterion[] {
  if (spec.kind !== 'suite') return []
  const purpose: SuitePurpose = spec.purpose
  const figures = byPurpose.get(purpose)
  if (figures === undefined)
    return [{ id: rule.id, outcome: 'errored', detail: `no run of a suite of purpose \`${purpose}\`` }]
  const clusters = figures.clusters(spec.metric)
  if (clusters === undefined) return [{ id: rule.id, outcome: 'errored', detail: 'a case has no verdict' }]
  if (criterion === undefined) {
    const failing = clusters.filter(({ events }) => events > 0).length
    const outcome = clusters.length === 0 ? 'errored' : failing === 0 ? 'passed' : 'failed'
    return [{ id: rule.id, outcome, detail: `${clusters.length - failing} of ${clusters.length} cases hold` }]
  }
  const { outcome, lower, upper, n } = decideCounts(distributions, criterion, clusters)
  const bound = criterion.direction === 'at-most' ? `upper bound ${percent(upper)}` : `lower bound ${percent(lower)}`
  return [{ id: rule.id, outcome, detail: `${bound}, limit ${percent(criterion.threshold)}, n=${n}` }]
}

const percent = (rate: number): string => `${(100 * rate).toFixed(1)}%`

/** Short names that tell the targets apart: what differs between two of the same name is added. */
function labelsOf(identities: readonly unknown[]): readonly string[] {
  const named = identities.map((identity) => ({ identity, label: nameOf(identity) }))
  return named.map(({ identity, label }, index) => {
    const alike = named.filter((other) => other.label === label)
    if (alike.length === 1) return label
    const number = named.slice(0, index).filter((other) => other.label === label).length + 1
    const difference = differing(
      identity,
      alike.map((other) => other.identity),
    )
    return `${label} #${number}${difference === '' ? '' : ` (${difference})`}`
  })
}

function nameOf(identity: unknown): string {
  if (!isJsonObject(identity as Json)) return 'target'
  const { type, model, release, module, url, command } = identity as JsonObject
  const named = [model, typeof release === 'string' ? release.slice(0, 19) : undefined, module, url, command]
  const parts = [type, ...named].filter((part): part is string => typeof part === 'string' && part !== '')
  return parts.join(' ').slice(0, 100)
}

const SHOWN_CHARS = 32

function differing(identity: unknown, others: readonly unknown[]): string {
  const valueOf = (of: unknown, key: string): string => JSON.stringify((of as JsonObject)[key] ?? null)
  return Object.keys(identity as JsonObject)
    .filter((key) => new Set(others.map((other) => valueOf(other, key))).size > 1)
    .map((key) => `${key} ${valueOf(identity, key).slice(0, SHOWN_CHARS)}`)
    .join(', ')
}
