import { resolve } from 'node:path'
import { projectFolder } from '../../../adapters/files/project-folder.ts'
import { stdlibDistributions } from '../../../adapters/statistics/stdlib-distributions.ts'
import { criteriaOf, parseSuiteHead } from '../../../contract/suite/parse-suite.ts'
import type { SuiteCriterion } from '../../../domain/evaluation/suite.ts'
import { casesNeeded } from '../../../domain/statistics/criterion.ts'
import { planFixed } from '../../../domain/statistics/sample-size.ts'
import { planSequential } from '../../../domain/statistics/sequential-plan.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { reportProblems } from '../report-problems.ts'
import { inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

export interface EvalPlanOptions {
  readonly project: string
  /** Miss rate that is hoped for; half of what is allowed when absent. */
  readonly missRate?: number | undefined
  readonly power: number
  readonly json: boolean
}

interface PlannedCriterion {
  readonly id: string
  readonly missesAllowed: number
  readonly missRate: number
  /** Fewest cases with which it can pass at all. */
  readonly least: number | null
  readonly fixed: { readonly cases: number; readonly missesMax: number; readonly power: number } | null
  readonly sequential: { readonly cases: number; readonly casesMean: number; readonly power: number } | null
}

const SEQUENTIAL_CASES_MAX = 5_000

/** `gatehouse eval plan`: how many cases each criterion of a suite needs, before anything is run. */
export async function evalPlanCommand(
  terminal: Terminal,
  suiteFile: string,
  options: EvalPlanOptions,
): Promise<number> {
  const text = await projectFolder(resolve(terminal.workingFolder, options.project)).readText(suiteFile)
  const head = text.ok ? parseSuiteHead(suiteFile, text.value) : undefined
  if (!text.ok || head === undefined || !head.ok) {
    reportProblems(terminal, text.ok ? (head?.ok === false ? head.failure : []) : [text.failure])
    return EXIT_CODE.usage
  }
  const planned = criteriaOf(head.value).map((criterion) => planOf(criterion, options))
  if (options.json) {
    printLine(terminal, inertJson({ schemaVersion: 1, power: options.power, criteria: planned }, 2))
    return EXIT_CODE.pass
  }
  if (planned.length === 0) printLine(terminal, 'the suite asks for no criterion: write some under `criteria`')
  for (const { id, missesAllowed, missRate, least, fixed, sequential } of planned) {
    printLine(terminal, `${id}: misses at most ${show(missesAllowed)}, planned for a true rate of ${show(missRate)}`)
    printLine(terminal, `  fixed       ${fixed === null ? TOO_NEAR : fixedLine(fixed)}`)
    printLine(terminal, `  sequential  ${sequential === null ? TOO_NEAR : sequentialLine(sequential)}`)
    if (least !== null) printLine(terminal, `  with fewer than ${least} cases it cannot pass, however good they are`)
  }
  return EXIT_CODE.pass
}

const TOO_NEAR = 'no number of cases is enough: the rate is too near to the threshold, or beyond it'
const show = (rate: number): string => `${(100 * rate).toFixed(2)}%`

function fixedLine({ cases, missesMax, power }: NonNullable<PlannedCriterion['fixed']>): string {
  return `${cases} cases pass with up to ${missesMax} misses: probability ${power.toFixed(3)}`
}

function sequentialLine({ cases, casesMean, power }: NonNullable<PlannedCriterion['sequential']>): string {
  return `have ${cases} cases ready; ${Math.ceil(casesMean)} are run on average: probability ${power.toFixed(3)}`
}

function planOf(criterion: SuiteCriterion, { missRate, power }: EvalPlanOptions): PlannedCriterion {
  const { direction, threshold } = criterion
  const missesAllowed = direction === 'at-most' ? threshold : 1 - threshold
  const hoped = missRate ?? missesAllowed / 2
  const rate = direction === 'at-most' ? hoped : 1 - hoped
  const fixed = planFixed(stdlibDistributions, criterion, rate, power)
  const sequential = planSequential(stdlibDistributions, criterion, rate, { power, casesMax: SEQUENTIAL_CASES_MAX })
  return {
    id: criterion.id,
    missesAllowed,
    missRate: hoped,
    least: casesNeeded(criterion) ?? null,
    fixed: fixed === undefined ? null : { cases: fixed.n, missesMax: fixed.missesMax, power: fixed.power },
    sequential:
      sequential === undefined
        ? null
        : { cases: sequential.n, casesMean: sequential.casesMean, power: sequential.passed },
  }
}
