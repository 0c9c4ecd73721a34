import { resolve } from 'node:path'
import { readDecisions } from '../../../adapters/evaluation/read-decisions.ts'
import { fairnessOf, type Contrast, type FairnessReport } from '../../../domain/evaluation/fairness.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { reportProblems } from '../report-problems.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

export interface EvalFairnessOptions {
  readonly decisions: string
  readonly group: string
  readonly selected: string
  readonly actual?: string | undefined
  readonly reference?: string | undefined
  readonly json: boolean
}

/** `gatehouse eval fairness`: group fairness of a table of decisions, each figure with its interval. */
export async function evalFairnessCommand(terminal: Terminal, options: EvalFairnessOptions): Promise<number> {
  const { decisions: file, ...columns } = options
  const decisions = await readDecisions(resolve(terminal.workingFolder, file), file, columns)
  if (!decisions.ok) {
    reportProblems(terminal, decisions.failure)
    return EXIT_CODE.usage
  }
  const report = fairnessOf(decisions.value, options.reference)
  if (report === undefined) {
    reportProblems(terminal, [
      {
        code: 'eval/no-group',
        message: `no decision is of group \`${options.reference ?? ''}\``,
        next: `use one of: ${[...new Set(decisions.value.map(({ group }) => group))].slice(0, 20).join(', ')}`,
      },
    ])
    return EXIT_CODE.usage
  }
  if (options.json) printLine(terminal, inertJson({ schemaVersion: 1, ...report }, 2))
  else printFairness(terminal, report)
  return EXIT_CODE.pass
}

const points = (rate: number): string => `${rate > 0 ? '+' : ''}${(100 * rate).toFixed(1)}`

function printFairness(terminal: Terminal, report: FairnessReport): void {
  const { groups, reference, demographicParity, equalOpportunity, falsePositiveParity, selectionRatio } = report
  printLine(terminal, `selection rate, 95% interval; the reference is ${inert(reference)}`)
  for (const { group, selection } of groups)
    printLine(
      terminal,
      `  ${inert(group).padEnd(20)} ${((selection.rate ?? 0) * 100).toFixed(1).padStart(5)}%  ${selection.k}/${selection.n}  ${(100 * selection.low).toFixed(1)}–${(100 * selection.high).toFixed(1)}`,
    )
  printContrasts(terminal, 'demographic parity: difference of selection rates, points', demographicParity)
  printContrasts(terminal, 'equalised odds: difference of true positive rates, points', equalOpportunity)
  printContrasts(terminal, 'equalised odds: difference of false positive rates, points', falsePositiveParity)
  printLine(terminal, '\nratio of selection rates; below 0.8 is the four-fifths sign of adverse impact')
  for (const { group, ratio, low, high } of selectionRatio)
    printLine(terminal, `  ${inert(group).padEnd(20)} ${ratio.toFixed(3)}  (${low.toFixed(3)}–${high.toFixed(3)})`)
}

function printContrasts(terminal: Terminal, title: string, contrasts: readonly Contrast[]): void {
  if (contrasts.length === 0) return
  printLine(terminal, `\n${title}`)
  for (const { group, difference, low, high } of contrasts)
    printLine(
      terminal,
      `  ${inert(group).padEnd(20)} ${points(difference).padStart(6)}  (${points(low)} to ${points(high)})`,
    )
}
