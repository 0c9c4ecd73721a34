import type { EpochMs } from '../../base/instant.ts'
import { isEvent, isFailing, type CaseResult } from '../../domain/evaluation/run-summary.ts'
import type { CheckEvidence, CheckFailure, Measure } from '../../domain/release/evidence.ts'
import type { Digest } from '../../base/digest.ts'
import { decideRate } from '../../domain/statistics/decide-rate.ts'
import type { Distributions } from '../../domain/statistics/distributions.ts'
import { CHECK_VERSION, type PlannedCheck } from '../release/plan-checks.ts'

const FAILURES_MAX = 25

export interface JudgeContext {
  readonly distributions: Distributions
  readonly releaseDigest: Digest
  readonly isSimulated: boolean
  readonly startedAt: EpochMs
  readonly finishedAt: EpochMs
}

/** Turns the results of a check's cases into evidence: a rate against its criterion, or "every case holds". */
export function judgeSuiteCheck(
  check: PlannedCheck,
  results: readonly CaseResult[],
  context: JudgeContext,
): CheckEvidence {
  if (check.spec.kind !== 'suite') throw new TypeError('a suite check is judged here')
  const { metric } = check.spec
  const errored = results.filter(({ trials }) => trials.some(({ kind }) => kind === 'errored'))
  const failing = failuresOf(check, results)
  const base = evidenceBase(check, context, failing)
  if (results.length === 0)
    return {
      ...base,
      outcome: 'errored',
      summary: `no suite of purpose \`${check.spec.purpose}\` is declared`,
      measure: null,
    }
  if (errored.length > 0) {
    const first = errored[0]?.trials.find((trial) => trial.kind === 'errored')
    return {
      ...base,
      outcome: 'errored',
      summary: `${errored.length} of ${results.length} cases gave no verdict (first: ${first?.kind === 'errored' ? first.why : 'unknown'})`,
      measure: null,
    }
  }
  const events = results.map(({ trials }) =>
    trials.map((trial) => trial.kind === 'scored' && isEvent(metric, trial.score)),
  )
  if (check.criterion === undefined) {
    const k = events.filter((trials) => trials.some(Boolean)).length
    const measure: Measure = {
      metric,
      n: events.length,
      k,
      estimate: k / events.length,
      lower: 0,
      upper: 1,
      alpha: 0,
      direction: 'none',
      threshold: null,
      method: 'every case holds',
    }
    return {
      ...base,
      outcome: k === 0 ? 'passed' : 'failed',
      summary: `${events.length - k} of ${events.length} cases hold`,
      measure,
    }
  }
  const decision = decideRate(context.distributions, check.criterion, events)
  const { direction, threshold, alpha } = check.criterion
  const measure: Measure = {
    metric,
    n: decision.n,
    k: decision.k,
    estimate: decision.estimate,
    lower: decision.lower,
    upper: decision.upper,
    alpha,
    direction,
    threshold,
    method: decision.method,
  }
  return { ...base, outcome: decision.outcome, summary: summaryOf(measure), measure }
}

/** Evidence of a built-in check: it holds when nothing is found. */
export function judgeBuiltinCheck(
  check: PlannedCheck,
  failures: readonly CheckFailure[],
  looked: number,
  context: JudgeContext,
): CheckEvidence {
  const base = evidenceBase(check, context, failures)
  const what = failures.length === 1 ? '1 finding' : `${failures.length} findings`
  return {
    ...base,
    outcome: failures.length === 0 ? 'passed' : 'failed',
    summary: `${what} in ${looked === 1 ? '1 place' : `${looked} places`}`,
    measure: null,
  }
}

function evidenceBase(
  check: PlannedCheck,
  context: JudgeContext,
  failures: readonly CheckFailure[],
): Omit<CheckEvidence, 'outcome' | 'summary' | 'measure'> {
  return {
    checkId: check.rule.id,
    checkVersion: CHECK_VERSION,
    releaseDigest: context.releaseDigest,
    key: check.key,
    failures: failures.slice(0, FAILURES_MAX),
    failuresOmitted: Math.max(0, failures.length - FAILURES_MAX),
    isSimulated: check.spec.kind === 'suite' && context.isSimulated,
    startedAt: context.startedAt,
    finishedAt: context.finishedAt,
    suiteDigests: check.suites.map(({ digest }) => digest),
  }
}

function failuresOf(check: PlannedCheck, results: readonly CaseResult[]): readonly CheckFailure[] {
  if (check.spec.kind !== 'suite') return []
  const { metric } = check.spec
  return results
    .flatMap(({ suiteCase, trials }) => {
      const bad = trials.find((trial) => trial.kind === 'scored' && isFailing(metric, trial.score))
      if (bad?.kind !== 'scored') return []
      const why = bad.score.misses
        .map((miss) => miss.why)
        .join('; ')
        .slice(0, 500)
      return [{ id: suiteCase.id, file: suiteCase.file, line: suiteCase.line, why, risks: suiteCase.risks }]
    })
    .toSorted((left, right) => (left.file === right.file ? left.line - right.line : left.file < right.file ? -1 : 1))
}

const percent = (rate: number): string => `${(100 * rate).toFixed(1)}%`

/** "attack success 4.7% (14/300), 95% bound ≤ 7.1%, limit 2.0%" */
function summaryOf({ metric, n, k, estimate, lower, upper, direction, threshold }: Measure): string {
  const bound = direction === 'at-most' ? `upper 95% bound ${percent(upper)}` : `lower 95% bound ${percent(lower)}`
  const limit = `${direction === 'at-most' ? 'limit' : 'floor'} ${percent(threshold ?? 0)}`
  const count = Number.isInteger(k) ? `${k}/${n}` : `n=${n}`
  return `${metric.replace('-', ' ')} ${percent(estimate)} (${count}), ${bound}, ${limit}`
}
