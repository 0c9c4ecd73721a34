import { join, resolve } from 'node:path'
import { openCaseFile } from '../../../adapters/evaluation/case-file.ts'
import { compileSuite } from '../../../adapters/evaluation/compile-suite.ts'
import { FileJournal, joinedJournals } from '../../../adapters/evaluation/file-journal.ts'
import { writeFileAtomic } from '../../../adapters/files/atomic-file.ts'
import { HttpExchanger } from '../../../adapters/targets/http-exchange.ts'
import { LagMeter } from '../../../adapters/targets/lag-meter.ts'
import { recordedClusters } from '../../../application/evaluation/recorded-clusters.ts'
import { drawnPlaces } from '../../../application/evaluation/run-evaluation.ts'
import type { TrialTarget } from '../../../application/evaluation/trial-target.ts'
import type { JsonObject } from '../../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { leakIndex } from '../../../domain/detection/prompt-leak.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { evaluate } from '../evaluation/evaluate.ts'
import { exitCodeOfReport, printEvaluation } from '../evaluation/print-evaluation.ts'
import {
  createRunFolder,
  dropRunFolder,
  listRuns,
  readRun,
  RUN_FILES,
  writeRunHead,
  type StoredRun,
} from '../evaluation/run-folders.ts'
import { parseOutputs } from '../evaluation/report-outputs.ts'
import { casesGap, clustersOfRun } from '../evaluation/run-clusters.ts'
import { writeReports } from '../evaluation/write-reports.ts'
import { reportProblems } from '../report-problems.ts'
import { stateFolderOf } from '../state-folder.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

interface RunsOptions {
  readonly state?: string | undefined
  readonly json: boolean
}

/** `gatehouse eval list`: what was run, newest first. */
export async function evalListCommand(terminal: Terminal, options: RunsOptions): Promise<number> {
  const runs = await listRuns(stateFolderOf(terminal, options.state))
  if (options.json) {
    const rows = runs.map(({ id, head, report }) => ({
      id,
      ...head,
      stopped: report?.stopped ?? null,
      cases: report?.cases ?? null,
      criteria: report?.criteria.map(({ id: name, outcome }) => ({ id: name, outcome })) ?? null,
    }))
    printLine(terminal, inertJson({ schemaVersion: 1, runs: rows }, 2))
    return EXIT_CODE.pass
  }
  if (runs.length === 0) printLine(terminal, 'no run is kept; start one with `gatehouse eval run SUITE`')
  for (const run of runs) printLine(terminal, inert(lineOf(run)))
  return EXIT_CODE.pass
}

function lineOf({ id, head, report }: StoredRun): string {
  const shard = head.shard === null ? '' : ` shard ${head.shard}`
  const state = report === undefined ? 'unfinished: go on with --resume' : outcomeOf(report)
  return `${id}  ${head.startedAt}  ${head.suiteId}${shard}  ${state}`
}

function outcomeOf({ criteria, cases, stopped }: NonNullable<StoredRun['report']>): string {
  const outcomes = [...Map.groupBy(criteria, ({ outcome }) => outcome)].map(
    ([outcome, of]) => `${of.length} ${outcome}`,
  )
  const decided = outcomes.length === 0 ? `${cases.held} of ${cases.run} cases hold` : outcomes.join(', ')
  return `${decided}; ${stopped}`
}

/** `gatehouse eval show`: the report of one run. */
export async function evalShowCommand(
  terminal: Terminal,
  id: string,
  options: RunsOptions & { readonly output: readonly string[] },
): Promise<number> {
  const outputs = parseOutputs(options.output)
  if (!outputs.ok) {
    reportProblems(terminal, outputs.failure)
    return EXIT_CODE.usage
  }
  const run = await readRun(stateFolderOf(terminal, options.state), id)
  if (run?.report === undefined) {
    reportProblems(terminal, [
      {
        code: 'eval/no-run',
        message: run === undefined ? `no run \`${id}\` is kept` : `run \`${id}\` has not come to its end`,
        next:
          run === undefined ? 'take an id from `gatehouse eval list`' : 'go on with `gatehouse eval run … --resume`',
      },
    ])
    return EXIT_CODE.usage
  }
  const finished = { ...run, report: run.report }
  const gap = casesGap(finished, outputs.value)
  if (gap !== undefined) {
    reportProblems(terminal, [gap])
    return EXIT_CODE.usage
  }
  const { report } = finished
  if (!(await writeReports(terminal, { report, clusters: () => clustersOfRun(finished) }, outputs.value)))
    return EXIT_CODE.usage
  if (options.json) printLine(terminal, inertJson(report, 2))
  else printEvaluation(terminal, report)
  return exitCodeOfReport(report)
}

export interface EvalMergeOptions {
  readonly project: string
  readonly state?: string | undefined
  readonly output: readonly string[]
  readonly json: boolean
}

/** `gatehouse eval merge`: the report of the whole from the journals of its shards; nothing is run. */
export async function evalMergeCommand(
  terminal: Terminal,
  ids: readonly string[],
  options: EvalMergeOptions,
): Promise<number> {
  const stateFolder = stateFolderOf(terminal, options.state)
  const outputs = parseOutputs(options.output)
  const parts = outputs.ok ? await shardsOf(stateFolder, ids) : outputs
  if (!outputs.ok || !parts.ok) {
    reportProblems(terminal, parts.ok ? [] : parts.failure)
    return EXIT_CODE.usage
  }
  const [first] = parts.value
  if (first === undefined) return EXIT_CODE.usage
  const merged = await createRunFolder(stateFolder)
  const folder = resolve(terminal.workingFolder, options.project)
  const suite = await compileSuite(folder, first.head.suiteFile, join(merged.folder, RUN_FILES.cases))
  const journals = suite.ok ? await journalsOf(parts.value) : suite
  if (!suite.ok || !journals.ok) {
    await dropRunFolder(merged.folder)
    reportProblems(terminal, suite.ok ? (journals.ok ? [] : journals.failure) : suite.failure)
    return EXIT_CODE.usage
  }
  const cases = await openCaseFile(join(merged.folder, RUN_FILES.cases))
  const ports = { http: new HttpExchanger(), lag: new LagMeter(), environment: terminal.environment, folder }
  try {
    const ran = await evaluate(terminal, {
      suite: suite.value,
      target: absentTarget(first),
      leak: leakIndex([]),
      trials: first.head.trials,
      seed: first.head.seed,
      cases,
      journal: joinedJournals(journals.value),
      ports,
      concurrency: 1,
      budget: {},
    })
    if (!ran.ok) {
      reportProblems(terminal, ran.failure)
      return EXIT_CODE.usage
    }
    const { report } = ran.value
    await writeRunHead(merged.folder, { ...first.head, shard: null })
    await writeFileAtomic(join(merged.folder, RUN_FILES.report), `${JSON.stringify(report, null, 2)}\n`, 0o600)
    const { trials, seed } = first.head
    const places = drawnPlaces(seed, cases.count, undefined).slice(0, report.cases.run).toSorted()
    const clusters = (): ReturnType<typeof recordedClusters> =>
      recordedClusters(cases, joinedJournals(journals.value), { trials, places })
    if (!(await writeReports(terminal, { report, clusters }, outputs.value))) return EXIT_CODE.usage
    if (options.json) printLine(terminal, inertJson(report, 2))
    else printEvaluation(terminal, report)
    return exitCodeOfReport(report)
  } finally {
    for (const journal of journals.value) await journal.close()
    await cases.close()
    ports.lag.close()
    await ports.http.close()
  }
}

async function shardsOf(
  stateFolder: string,
  ids: readonly string[],
): Promise<Result<readonly StoredRun[], readonly Problem[]>> {
  const runs: StoredRun[] = []
  for (const id of ids) {
    const run = await readRun(stateFolder, id)
    if (run === undefined)
      return fail([
        { code: 'eval/no-run', message: `no run \`${id}\` is kept`, next: 'take an id from `gatehouse eval list`' },
      ])
    runs.push(run)
  }
  const other = runs.find(({ head }) => head.run !== runs[0]?.head.run)
  if (other !== undefined)
    return fail([
      {
        code: 'eval/other-run',
        message: `run \`${other.id}\` is of another suite, target, seed or number of trials`,
        next: 'merge the shards of one run',
      },
    ])
  return ok(runs)
}

async function journalsOf(runs: readonly StoredRun[]): Promise<Result<readonly FileJournal[], readonly Problem[]>> {
  const journals: FileJournal[] = []
  for (const { folder, head } of runs) {
    const journal = await FileJournal.resume(join(folder, RUN_FILES.journal), head.run)
    if (!journal.ok) {
      await Promise.all(journals.map((open) => open.close()))
      return fail([journal.failure])
    }
    journals.push(journal.value)
  }
  return ok(journals)
}

/** A case that no shard recorded has no verdict. */
function absentTarget({ head, report }: StoredRun): TrialTarget {
  return {
    identity: head.target as JsonObject,
    isSimulated: report?.target.isSimulated ?? false,
    run: async () => ({
      kind: 'failed',
      failure: { kind: 'not-recorded', message: 'no shard has a result of this case' },
    }),
    close: async () => undefined,
  }
}
