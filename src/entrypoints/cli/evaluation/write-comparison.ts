import type { Problem, Result } from '../../../base/result.ts'
import type { Comparison, PairedComparison } from '../../../domain/evaluation/compare-runs.ts'
import type { Terminal } from '../terminal.ts'
import { inert } from '../style.ts'
import { percent } from './print-evaluation.ts'
import { writeByEnding, type ReportRenderers } from './write-by-ending.ts'
import { escapedMarkup as escaped } from '../../../contract/interchange/html-page.ts'

const RENDERERS: ReportRenderers<Comparison> = {
  json: (comparison) => `${JSON.stringify({ schemaVersion: 1, ...comparison }, null, 2)}\n`,
  md: comparisonAsMarkdown,
  xml: comparisonAsJUnit,
}

/** Writes a comparison with a baseline, in the format that the file's name ends in. */
export function writeComparison(
  terminal: Terminal,
  comparison: Comparison,
  paths: readonly string[],
): Promise<Result<void, Problem>> {
  return writeByEnding(terminal, { report: comparison, renderers: RENDERERS }, paths)
}

const ALPHA = 0.05
const points = (rate: number): string => `${rate > 0 ? '+' : ''}${(100 * rate).toFixed(1)}`

function inWords({
  baselineRate,
  candidateRate,
  difference,
  low,
  high,
  n,
  gained,
  lost,
  adjusted,
}: PairedComparison): string {
  return `${percent(baselineRate)} → ${percent(candidateRate)}, ${points(difference)} points (95% ${points(low)} to ${points(high)}), n=${n}, ${gained} worse, ${lost} better, p=${adjusted.toFixed(4)}`
}

function decisionOf({ nonInferiority: { estimate, upper, margin } }: Comparison): string {
  return `misses ${points(estimate)} points, upper 95% bound ${points(upper)}, margin ${(100 * margin).toFixed(1)}`
}

/** The decision, each scorer, and each case that held before and misses now, as test cases. No decision is an error. */
function comparisonAsJUnit(comparison: Comparison): string {
  const { nonInferiority, comparisons, regressions } = comparison
  const head = (name: string): string => `    <testcase classname="against the baseline" name="${escaped(name)}"`
  const failed = (name: string, why: string): string =>
    `${head(name)}><failure type="assertion" message="${escaped(why)}"/></testcase>`
  const decision =
    nonInferiority.outcome === 'passed'
      ? `${head('no worse')}/>`
      : nonInferiority.outcome === 'failed'
        ? failed('no worse', decisionOf(comparison))
        : `${head('no worse')}><error type="inconclusive" message="${escaped(decisionOf(comparison))}"/></testcase>`
  const scorers = comparisons
    .filter(({ name }) => name !== 'all')
    .map((one) =>
      one.adjusted < ALPHA && one.difference > 0
        ? failed(`scorer ${one.name}`, inWords(one))
        : `${head(`scorer ${one.name}`)}/>`,
    )
  const lost = regressions.map(({ id, file, line, why }) =>
    failed(`case ${id}`, `${file}:${line}: held before: ${why}`),
  )
  const cases = [decision, ...scorers, ...lost]
  const count = (tag: string): number => cases.filter((one) => one.includes(`<${tag} `)).length
  const totals = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="0"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="gatehouse eval" ${totals}>\n  <testsuite name="against the baseline" ${totals}>\n${cases.join('\n')}\n  </testsuite>\n</testsuites>\n`
}

function cell(text: string): string {
  return inert(text).replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;').replaceAll('`', "'")
}

function comparisonAsMarkdown(comparison: Comparison): string {
  const { nonInferiority, comparisons, regressions, improvements, unpaired } = comparison
  const lines = [
    `## Against the baseline: **${nonInferiority.outcome}**`,
    '',
    decisionOf(comparison),
    '',
    '| scorer | misses |',
    '|---|---|',
    ...comparisons.map((one) => `| ${cell(one.name)} | ${cell(inWords(one))} |`),
  ]
  if (regressions.length > 0) lines.push('', '| regression | why |', '|---|---|')
  for (const { id, file, line, why } of regressions) lines.push(`| ${cell(`${id} (${file}:${line})`)} | ${cell(why)} |`)
  lines.push('', `${improvements.length} cases missed before and hold now`)
  if (unpaired.baseline + unpaired.candidate > 0)
    lines.push('', `not compared: ${unpaired.candidate} of the candidate, ${unpaired.baseline} of the baseline`)
  return `${lines.join('\n')}\n`
}
