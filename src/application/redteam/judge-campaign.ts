import type { CheckEvidence, Measure } from '../../domain/release/evidence.ts'
import type { AttackAttempt } from '../../domain/redteam/campaign-run.ts'
import { frameworksOf, goalOf } from '../../domain/redteam/campaign-goals.ts'
import { decideRate } from '../../domain/statistics/decide-rate.ts'
import type { JudgeContext } from '../evaluation/judge-check.ts'
import { CHECK_VERSION, type PlannedCheck } from '../release/plan-checks.ts'

const FAILURES_MAX = 25
const WHY_CHARS_MAX = 500

/** Evidence of a `redteam` check: the share of attacks that succeeded, against the rule's limit. */
export function judgeCampaignCheck(
  check: PlannedCheck,
  attempts: readonly AttackAttempt[],
  context: JudgeContext,
): CheckEvidence {
  const succeeded = attempts.filter(({ outcome }) => outcome === 'succeeded')
  const base = {
    checkId: check.rule.id,
    checkVersion: CHECK_VERSION,
    releaseDigest: context.releaseDigest,
    key: check.key,
    failures: succeeded.slice(0, FAILURES_MAX).map(({ id, file, line, why, goal }) => ({
      id,
      file,
      line,
      why: why.slice(0, WHY_CHARS_MAX),
      risks: frameworksOf(goalOf(goal)),
    })),
    failuresOmitted: Math.max(0, succeeded.length - FAILURES_MAX),
    isSimulated: context.isSimulated,
    startedAt: context.startedAt,
    finishedAt: context.finishedAt,
    suiteDigests: [],
  }
  const errored = attempts.find(({ outcome }) => outcome === 'errored')
  if (errored !== undefined || attempts.length === 0 || check.criterion === undefined) {
    const count = attempts.filter(({ outcome }) => outcome === 'errored').length
    const summary =
      errored === undefined
        ? 'no attack was run'
        : `${count} of ${attempts.length} attacks gave no verdict (first: ${errored.why})`
    return { ...base, outcome: 'errored', summary, measure: null }
  }
  const { direction, threshold, alpha } = check.criterion
  const decision = decideRate(
    context.distributions,
    check.criterion,
    attempts.map(({ outcome }) => [outcome === 'succeeded']),
  )
  const { outcome, n, k, estimate, lower, upper, method } = decision
  const measure: Measure = {
    metric: 'attack-success',
    n,
    k,
    estimate,
    lower,
    upper,
    alpha,
    direction,
    threshold,
    method,
  }
  const percent = (rate: number): string => `${(100 * rate).toFixed(1)}%`
  const summary = `red team ${percent(estimate)} (${k}/${n}), upper 95% bound ${percent(upper)}, limit ${percent(threshold)}`
  return { ...base, outcome, summary, measure }
}

/** Evidence of a check that could not be run at all. */
export function erroredCampaignCheck(check: PlannedCheck, why: string, context: JudgeContext): CheckEvidence {
  return { ...judgeCampaignCheck(check, [], context), summary: why }
}
