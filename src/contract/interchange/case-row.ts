import type { ClusterResult, TrialRecord } from '../../domain/evaluation/trial-record.ts'
import type { SuiteCase, SuitePurpose } from '../../domain/evaluation/suite.ts'
import type { ResultRow } from './result-report.ts'

export interface RowSuite {
  readonly id: string
  readonly purpose: SuitePurpose
}

const MICRO = 1_000_000
/** An attack that comes through weighs more than an answer that is not as wished. */
const SEVERITIES = { 'red-team': 'high', regression: 'high', benign: 'medium', quality: 'medium' } as const

/** The results of a case as rows, one for each variant: a miss in any trial fails it, and without verdict it does not pass. */
export function rowsOfCluster(suite: RowSuite, { variants }: ClusterResult): readonly ResultRow[] {
  return variants
    .filter(({ trials }) => trials.length > 0)
    .map(({ suiteCase, trials }) => rowOfCase(suite, suiteCase, trials))
}

function rowOfCase(suite: RowSuite, suiteCase: SuiteCase, trials: readonly TrialRecord[]): ResultRow {
  const results = trials.map(({ result }) => result)
  const missed = results.find((result) => result.kind === 'scored' && result.score.misses.length > 0)
  const unjudged = results.find((result) => result.kind === 'errored' || result.score.noVerdicts.length > 0)
  const shown = missed ?? unjudged ?? results[0]
  return {
    id: suiteCase.id,
    suite: suite.id,
    outcome: missed !== undefined ? 'failed' : unjudged !== undefined ? 'errored' : 'passed',
    why: shown === undefined ? '' : whyOf(shown),
    severity: SEVERITIES[suite.purpose],
    risks: suiteCase.risks,
    tags: suiteCase.tags,
    input: suiteCase.turns.join('\n\n'),
    output: shown?.kind === 'scored' ? shown.reply : '',
    file: suiteCase.file,
    line: suiteCase.line,
    elapsedMs: sumOf(results.map((result) => (result.kind === 'scored' ? result.latencyMs : undefined))),
    costUsd: inDollars(sumOf(results.map((result) => (result.kind === 'scored' ? result.costMicroUsd : undefined)))),
  }
}

function whyOf(result: TrialRecord['result']): string {
  if (result.kind === 'errored') return `${result.failure}: ${result.why}`
  const { misses, noVerdicts } = result.score
  const remarks = misses.length > 0 ? misses : noVerdicts
  return remarks.map(({ scorer, why }) => `${scorer}: ${why}`).join('; ')
}

/** Undefined where nothing was measured. */
function sumOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0)
}

function inDollars(microUsd: number | undefined): number | undefined {
  return microUsd === undefined ? undefined : microUsd / MICRO
}
