import type { CriterionResult, EvaluationReport, ShownRate } from '../../../domain/evaluation/evaluation-report.ts'
import { EXIT_CODE, type ExitCode } from '../exit-code.ts'
import { inert, styleFor } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

const FAILURES_SHOWN = 10
const ERRORS_SHOWN = 5

export const percent = (rate: number): string => `${(100 * rate).toFixed(1)}%`

/** Failed beats errored beats inconclusive; a run without criteria passes unless a trial has no verdict. */
export function exitCodeOfReport({ criteria, trials }: EvaluationReport): ExitCode {
  if (criteria.some(({ outcome }) => outcome === 'failed')) return EXIT_CODE.blocked
  if (criteria.some(({ outcome }) => outcome !== 'passed')) return EXIT_CODE.inconclusive
  return criteria.length === 0 && trials.errored > 0 ? EXIT_CODE.inconclusive : EXIT_CODE.pass
}

/** "task-success 97.2% (486/500), lower 95% bound 95.6%, floor 95.0%" */
export function criterionLine(criterion: CriterionResult): string {
  const { metric, n, k, estimate, lower, upper, direction, threshold, alpha, corrected, note, method } = criterion
  const shown = corrected ?? { estimate, lower, upper }
  const level = `${Math.round(100 * (1 - alpha))}%`
  const bound =
    direction === 'at-most'
      ? `upper ${level} bound ${percent(shown.upper)}`
      : `lower ${level} bound ${percent(shown.lower)}`
  const limit = `${direction === 'at-most' ? 'limit' : 'floor'} ${percent(threshold)}`
  const count = Number.isInteger(k) ? `${k}/${n}` : `n=${n}`
  const judged = corrected === null ? '' : `, corrected for the judge's errors from ${percent(estimate)}`
  const sequence = method.endsWith('-sequence') ? ', sequential' : ''
  const rest = note === null ? '' : `; ${note}`
  return `${metric} ${percent(shown.estimate)} (${count}${judged}), ${bound}, ${limit}${sequence}${rest}`
}

const NAME_CHARS = 160

/** A target in a line: its type, what of it is told apart by, and the release that it is of. */
export function targetName(identity: unknown): string {
  if (typeof identity !== 'object' || identity === null) return String(identity).slice(0, NAME_CHARS)
  const fields = identity as Readonly<Record<string, unknown>>
  const of = ['model', 'module', 'url', 'command', 'baseUrl', 'file']
    .map((key) => fields[key])
    .filter((value) => typeof value === 'string' || Array.isArray(value))
    .slice(0, 2)
    .map((value) => (Array.isArray(value) ? value.join(' ') : value))
  const release = typeof fields['release'] === 'string' ? [`release ${fields['release'].slice(0, 19)}`] : []
  const words = [fields['type'], ...of, ...release].filter((word) => typeof word === 'string')
  return (words.length > 0 ? words.join(' ') : JSON.stringify(identity)).slice(0, NAME_CHARS)
}

/** The report for people: criteria first, then what to read. */
export function printEvaluation(terminal: Terminal, report: EvaluationReport): void {
  const style = styleFor(terminal.hasColor)
  const { suite, target, cases, trials, criteria } = report
  printLine(
    terminal,
    `${suite.id} ${suite.version} · ${inert(targetName(target.identity))} · ${cases.run} of ${cases.available} cases, ${trials.run} trials, seed ${report.seed}`,
  )
  if (target.isSimulated)
    printLine(terminal, style.yellow('answers came from a SIMULATED target: this shows the suite, not a real model'))
  if (report.stopped !== 'completed') printLine(terminal, `stopped: ${report.stopped}`)
  printLine(terminal)
  for (const criterion of criteria) {
    const mark = { passed: style.green('PASS'), failed: style.red('FAIL'), inconclusive: '????', errored: 'ERR ' }
    printLine(terminal, ` ${mark[criterion.outcome]} ${criterion.id}  ${inert(criterionLine(criterion))}`)
  }
  if (criteria.length === 0)
    printLine(terminal, ` no criteria: nothing is decided. ${cases.held} of ${cases.run} cases hold in every trial`)
  printRates(terminal, 'scorers', report.scorers)
  printRates(terminal, 'variants', report.variants)
  printLatency(terminal, report)
  for (const { id, file, line, why } of report.failures.slice(0, FAILURES_SHOWN))
    printLine(terminal, ` ${style.red('miss')} ${inert(`${file}:${line} ${id}: ${why}`)}`)
  const hidden = report.failures.length + report.failuresOmitted - FAILURES_SHOWN
  if (hidden > 0) printLine(terminal, `      and ${hidden} more; see the report`)
  for (const { id, kind, why } of report.errors.slice(0, ERRORS_SHOWN))
    printLine(terminal, ` no verdict ${inert(`${id} (${kind}): ${why}`)}`)
  if (trials.errored > ERRORS_SHOWN)
    printLine(terminal, `      and ${trials.errored - ERRORS_SHOWN} more without verdict`)
}

function printRates(terminal: Terminal, title: string, rates: readonly ShownRate[]): void {
  if (rates.length === 0) return
  printLine(terminal, `\n${title}`)
  for (const { name, n, k, low, high } of rates)
    printLine(
      terminal,
      `  ${inert(name).padEnd(24)} ${n === 0 ? '–' : percent(k / n).padStart(6)}  ${`${k}/${n}`.padStart(12)}  95% ${percent(low)}–${percent(high)}`,
    )
}

function printLatency(terminal: Terminal, { latency, usage }: EvaluationReport): void {
  if (latency.n > 0 || latency.voided > 0) {
    const spoiled = latency.voided > 0 ? `; ${latency.voided} void (this process or a cache spoiled them)` : ''
    printLine(
      terminal,
      `\nlatency  p50 ${latency.p50Ms ?? '–'} ms  p90 ${latency.p90Ms ?? '–'} ms  p99 ${latency.p99Ms ?? '–'} ms  max ${latency.maxMs ?? '–'} ms  n=${latency.n}${spoiled}`,
    )
  }
  if (usage.inputTokens + usage.outputTokens > 0)
    printLine(
      terminal,
      `tokens   ${usage.inputTokens} in, ${usage.outputTokens} out${usage.costUsd === null ? '' : `, $${usage.costUsd.toFixed(4)}`}`,
    )
  printLine(terminal)
}
