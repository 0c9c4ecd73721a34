import type { CriterionResult, EvaluationReport } from '../../../domain/evaluation/evaluation-report.ts'
import { inert } from '../style.ts'
import { escapedMarkup as escaped } from '../../../contract/interchange/html-page.ts'
import { criterionLine, percent } from './print-evaluation.ts'

function cell(text: string): string {
  return inert(text).replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;').replaceAll('`', "'")
}

/** Criteria as a table, then failures: for a pull request or a step summary. */
export function markdownReport(report: EvaluationReport): string {
  const { suite, cases, trials, criteria, failures, failuresOmitted } = report
  const lines = [
    `## ${suite.id} ${suite.version}`,
    '',
    `${cases.run} of ${cases.available} cases, ${trials.run} trials, ${trials.errored} without verdict, seed ${report.seed}; ${report.stopped}`,
    '',
  ]
  if (report.target.isSimulated) lines.push('> Answers came from a simulated target.', '')
  if (criteria.length > 0)
    lines.push(
      '| criterion | outcome | |',
      '|---|---|---|',
      ...criteria.map(
        (criterion) => `| ${criterion.id} | **${criterion.outcome}** | ${cell(criterionLine(criterion))} |`,
      ),
      '',
    )
  lines.push('| scorer | holds | 95 % interval |', '|---|---:|---|')
  for (const { name, n, k, low, high } of report.scorers)
    lines.push(`| ${cell(name)} | ${k}/${n} | ${percent(low)}–${percent(high)} |`)
  if (failures.length > 0) lines.push('', '| case | why |', '|---|---|')
  for (const { id, file, line, why } of failures) lines.push(`| ${cell(`${id} (${file}:${line})`)} | ${cell(why)} |`)
  if (failuresOmitted > 0) lines.push('', `and ${failuresOmitted} more`)
  return `${lines.join('\n')}\n`
}

/** Criteria as test cases: no verdict is an error, never a failure and never a pass. */
export function junitReport({ suite, criteria, failures }: EvaluationReport): string {
  const count = (...outcomes: CriterionResult['outcome'][]): number =>
    criteria.filter(({ outcome }) => outcomes.includes(outcome)).length
  const cases = criteria.map((criterion) => {
    const head = `    <testcase classname="${escaped(suite.id)}" name="${escaped(criterion.id)}"`
    const line = escaped(criterionLine(criterion))
    if (criterion.outcome === 'passed') return `${head}/>`
    if (criterion.outcome !== 'failed')
      return `${head}><error type="${criterion.outcome}" message="${line}"/></testcase>`
    const places = failures.map(({ id, file, line: at, why }) => `${file}:${at} ${id}: ${why}`).join('\n')
    return `${head}><failure type="assertion" message="${line}">${escaped(places)}</failure></testcase>`
  })
  const totals = `tests="${criteria.length}" failures="${count('failed')}" errors="${count('errored', 'inconclusive')}" skipped="0"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="gatehouse eval" ${totals}>\n  <testsuite name="${escaped(`${suite.id} ${suite.version}`)}" ${totals}>\n${cases.join('\n')}\n  </testsuite>\n</testsuites>\n`
}
