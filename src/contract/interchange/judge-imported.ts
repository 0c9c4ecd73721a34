import type { Digest } from '../../base/digest.ts'
import type { EpochMs } from '../../base/instant.ts'
import { CHECK_VERSION, type PlannedCheck } from '../../application/release/plan-checks.ts'
import type { CheckEvidence, CheckOutcome, Measure } from '../../domain/release/evidence.ts'
import { decideRate } from '../../domain/statistics/decide-rate.ts'
import type { Distributions } from '../../domain/statistics/distributions.ts'
import { oneLine } from './inert-text.ts'
import { countRows, type ResultReport } from './result-report.ts'

const FAILURES_MAX = 25

export interface ImportContext {
  readonly distributions: Distributions
  readonly releaseDigest: Digest
  /** The imported file, where a case names none. */
  readonly fallback: string
  readonly startedAt: EpochMs
  readonly finishedAt: EpochMs
}

/** Evidence from another tool: a rate of passed cases against the rule's floor, or every case. A case without a verdict is no pass. */
export function judgeImported(check: PlannedCheck, report: ResultReport, context: ImportContext): CheckEvidence {
  const counts = countRows(report.rows)
  const failed = report.rows.filter(({ outcome }) => outcome === 'failed')
  const { outcome, measure } = decide(check, report, context.distributions)
  const errored = counts.errored > 0 ? `, ${counts.errored} without a verdict` : ''
  const tool = `${report.tool} ${report.toolVersion === '' ? '(version not stated)' : report.toolVersion}`
  return {
    checkId: check.rule.id,
    checkVersion: CHECK_VERSION,
    releaseDigest: context.releaseDigest,
    key: check.key,
    outcome,
    summary: oneLine(
      `imported from ${tool}: ${counts.passed} of ${counts.passed + counts.failed} cases pass${errored}`,
      500,
    ),
    measure,
    failures: failed.slice(0, FAILURES_MAX).map(({ id, suite, file, line, why, risks }) => ({
      id: oneLine(`${suite} ${id}`, 250),
      file: oneLine(file ?? context.fallback, 500),
      line: Math.max(1, Math.trunc(line ?? 1)),
      why: oneLine(why, 500),
      risks: risks.map((risk) => risk.slice(0, 60)),
    })),
    failuresOmitted: Math.max(0, failed.length - FAILURES_MAX),
    isSimulated: report.isSimulated,
    startedAt: context.startedAt,
    finishedAt: context.finishedAt,
    suiteDigests: [],
  }
}

function decide(
  { criterion }: PlannedCheck,
  { rows }: ResultReport,
  distributions: Distributions,
): { readonly outcome: CheckOutcome; readonly measure: Measure | null } {
  const { passed, failed, errored } = countRows(rows)
  if (errored > 0 || passed + failed === 0) return { outcome: 'errored', measure: null }
  if (criterion === undefined) return { outcome: failed === 0 ? 'passed' : 'failed', measure: null }
  const decided = rows.filter(({ outcome }) => outcome === 'passed' || outcome === 'failed')
  const { direction, threshold, alpha } = criterion
  const { outcome, n, k, estimate, lower, upper, method } = decideRate(
    distributions,
    criterion,
    decided.map((row) => [row.outcome === 'passed']),
  )
  return {
    outcome,
    measure: { metric: 'imported-pass', n, k, estimate, lower, upper, alpha, direction, threshold, method },
  }
}
