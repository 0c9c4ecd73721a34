import { join } from 'node:path'
import { stdlibDistributions } from '../../../adapters/statistics/stdlib-distributions.ts'
import { readJournal } from '../../../adapters/evaluation/read-journal.ts'
import {
  compareConfigurations,
  type ConfigurationComparison,
  type RecordedRun,
} from '../../../application/evaluation/compare-configurations.ts'
import type { PlannedCheck } from '../../../application/release/plan-checks.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { RunFigures } from '../../../domain/evaluation/run-figures.ts'
import { comparisonHtml, comparisonMarkdown, conclusionOf, tableOf } from '../evaluation/comparison-reports.ts'
import { listRuns, readRun, RUN_FILES, type StoredRun } from '../evaluation/run-folders.ts'
import { writeByEnding, type ReportRenderers } from '../evaluation/write-by-ending.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { printTable } from '../print-table.ts'
import { reportProblems } from '../report-problems.ts'
import { stateFolderOf } from '../state-folder.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

export interface EvalCompareOptions {
  readonly state?: string | undefined
  readonly project: string
  readonly manifest: string
  /** Only runs of these suites. */
  readonly suite: readonly string[]
  /** Also ask for the criteria of the gate of this project. */
  readonly gate: boolean
  readonly output: readonly string[]
  readonly json: boolean
}

const RENDERERS: ReportRenderers<ConfigurationComparison> = {
  json: (comparison) => `${JSON.stringify(comparison, null, 2)}\n`,
  html: comparisonHtml,
  md: comparisonMarkdown,
}

/** `gatehouse eval compare`: releases, models and prompts by their recorded runs: Pareto front and the cheapest that passes. */
export async function evalCompareCommand(
  terminal: Terminal,
  ids: readonly string[],
  options: EvalCompareOptions,
): Promise<number> {
  const compared = await readAndCompare(terminal, ids, options)
  if (!compared.ok) {
    reportProblems(terminal, compared.failure)
    return EXIT_CODE.usage
  }
  const comparison = compared.value
  const written = await writeByEnding(terminal, { report: comparison, renderers: RENDERERS }, options.output)
  if (!written.ok) {
    reportProblems(terminal, [written.failure])
    return EXIT_CODE.usage
  }
  if (options.json) printLine(terminal, inertJson(comparison, 2))
  else {
    printTable(terminal, 'human', tableOf(comparison))
    printLine(terminal)
    printLine(terminal, inert(conclusionOf(comparison)))
    for (const { run, why } of comparison.leftOut) printLine(terminal, inert(`left out: ${run}, ${why}`))
  }
  return EXIT_CODE.pass
}

async function readAndCompare(
  terminal: Terminal,
  ids: readonly string[],
  options: EvalCompareOptions,
): Promise<Result<ConfigurationComparison, readonly Problem[]>> {
  const stateFolder = stateFolderOf(terminal, options.state)
  const all = await listRuns(stateFolder)
  const named = ids.length === 0 ? ok(all.filter(({ head }) => head.shard === null)) : await runsOf(stateFolder, ids)
  if (!named.ok) return named
  const finished = named.value.filter(
    (run) => isFinished(run) && (options.suite.length === 0 || options.suite.includes(run.head.suiteId)),
  )
  const unfinished = ids.length === 0 ? undefined : named.value.find((run) => !isFinished(run))
  if (unfinished !== undefined)
    return fail([
      {
        code: 'eval/unfinished-run',
        message: `run \`${unfinished.id}\` has not come to its end`,
        next: 'go on with it by `gatehouse eval run … --resume`, or leave it out',
      },
    ])
  const gate = options.gate ? await gateChecks(terminal, options) : ok(undefined)
  if (!gate.ok) return gate
  const runs: RecordedRun[] = []
  for (const run of finished) {
    const figures = await figuresOf(run, all)
    if (!figures.ok) return fail([figures.failure])
    if (run.report !== undefined) runs.push({ id: run.id, report: run.report, figures: figures.value })
  }
  const comparison = compareConfigurations(runs, { distributions: stdlibDistributions, gate: gate.value })
  if (comparison.configurations.length >= 2) return ok(comparison)
  const why = comparison.leftOut.map(({ run, why: reason }) => `${run}: ${reason}`).slice(0, 5)
  return fail([
    {
      code: 'eval/nothing-to-compare',
      message: `${comparison.configurations.length} targets have a finished run of each suite, and two are needed${why.length === 0 ? '' : ` (${why.join('; ')})`}`,
      next: 'run the same suites against each target by `gatehouse eval run`, or name suites with --suite',
    },
  ])
}

function isFinished({ report }: StoredRun): boolean {
  return report !== undefined && (report.stopped === 'completed' || report.stopped === 'decided')
}

async function runsOf(
  stateFolder: string,
  ids: readonly string[],
): Promise<Result<readonly StoredRun[], readonly Problem[]>> {
  const runs = await Promise.all(ids.map(async (id) => ({ id, run: await readRun(stateFolder, id) })))
  const missing = runs.filter(({ run }) => run === undefined)
  if (missing.length === 0) return ok(runs.flatMap(({ run }) => run ?? []))
  return fail(
    missing.map(({ id }) => ({
      code: 'eval/no-run',
      message: `no run \`${id}\` is kept`,
      next: 'take an id from `gatehouse eval list`',
    })),
  )
}

/** From the journal of the run; of a merged one, from those of its shards. */
async function figuresOf(run: StoredRun, all: readonly StoredRun[]): Promise<Result<RunFigures, Problem>> {
  const shards = all.filter(({ head }) => head.run === run.head.run && head.shard !== null)
  const own = await readInto(run.id, run.folder)
  if (own.ok || own.failure.code !== 'eval/no-journal' || shards.length === 0) return own
  const figures = new RunFigures()
  for (const { folder } of shards) {
    const part = await readInto(run.id, folder)
    if (!part.ok) return part
    figures.merge(part.value)
  }
  return ok(figures)
}

async function readInto(id: string, folder: string): Promise<Result<RunFigures, Problem>> {
  const figures = new RunFigures()
  const read = await readJournal(join(folder, RUN_FILES.journal), (record) => figures.add(id, record))
  return read.ok ? ok(figures) : read
}

async function gateChecks(
  terminal: Terminal,
  options: EvalCompareOptions,
): Promise<Result<readonly PlannedCheck[], readonly Problem[]>> {
  const { loadGate } = await import('../gate/load-gate.ts')
  const prepared = await loadGate(terminal, options)
  return prepared.ok ? ok(prepared.value.checks) : prepared
}
