import type { Comparison } from '../../../domain/evaluation/compare-runs.ts'
import { inert, styleFor } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { percent } from './print-evaluation.ts'

const SHOWN_MAX = 10

const signed = (rate: number): string => `${rate > 0 ? '+' : ''}${(100 * rate).toFixed(1)}`

/** Candidate against baseline: the decision first, then where it comes from. */
export function printComparison(terminal: Terminal, comparison: Comparison): void {
  const style = styleFor(terminal.hasColor)
  const { nonInferiority, comparisons, regressions, improvements, unpaired } = comparison
  const mark = { passed: style.green('PASS'), failed: style.red('FAIL'), inconclusive: '????' }
  printLine(terminal, 'against the baseline, misses in points of percent')
  printLine(
    terminal,
    ` ${mark[nonInferiority.outcome]} no worse by more than ${(100 * nonInferiority.margin).toFixed(1)}: ${signed(nonInferiority.estimate)}, upper 95% bound ${signed(nonInferiority.upper)}`,
  )
  for (const { name, n, baselineRate, candidateRate, difference, low, high, gained, lost, adjusted } of comparisons)
    printLine(
      terminal,
      `  ${inert(name).padEnd(20)} ${percent(baselineRate)} → ${percent(candidateRate)}  ${signed(difference)} (95% ${signed(low)} to ${signed(high)})  n=${n}, ${gained} worse, ${lost} better, p=${adjusted.toFixed(4)}`,
    )
  for (const { id, file, line, why } of regressions.slice(0, SHOWN_MAX))
    printLine(terminal, ` ${style.red('regression')} ${inert(`${file}:${line} ${id}: ${why}`)}`)
  if (regressions.length > SHOWN_MAX)
    printLine(terminal, `      and ${regressions.length - SHOWN_MAX} more regressions`)
  if (improvements.length > 0) printLine(terminal, ` ${improvements.length} cases missed before and hold now`)
  if (unpaired.baseline + unpaired.candidate > 0)
    printLine(
      terminal,
      ` not compared: ${unpaired.candidate} of the candidate and ${unpaired.baseline} of the baseline have no pair or no verdict`,
    )
}
