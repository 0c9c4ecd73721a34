import { join, resolve } from 'node:path'
import { openCaseFile } from '../../../adapters/evaluation/case-file.ts'
import { compileSuite, type CompiledSuite } from '../../../adapters/evaluation/compile-suite.ts'
import { FileJournal } from '../../../adapters/evaluation/file-journal.ts'
import { writeFileAtomic } from '../../../adapters/files/atomic-file.ts'
import { systemClock } from '../../../adapters/clock/system-clock.ts'
import { nodeSha256 } from '../../../adapters/crypto/node-crypto.ts'
import { HttpExchanger } from '../../../adapters/targets/http-exchange.ts'
import { LagMeter } from '../../../adapters/targets/lag-meter.ts'
import type { TargetPorts } from '../../../adapters/targets/target-ports.ts'
import type { StopReason } from '../../../application/evaluation/run-trials.ts'
import { digestOfJson } from '../../../base/digest.ts'
import { toRfc3339 } from '../../../base/instant.ts'
import type { Json } from '../../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { evaluate, type EvaluatedRun } from '../evaluation/evaluate.ts'
import { exitCodeOfReport, printEvaluation } from '../evaluation/print-evaluation.ts'
import { warnOfChangedModels } from '../evaluation/warn-of-changed-model.ts'
import { parseOutputs, type ReportOutput } from '../evaluation/report-outputs.ts'
import { clustersOfRun } from '../evaluation/run-clusters.ts'
import { writeReports } from '../evaluation/write-reports.ts'
import { openRunTarget, type RunTarget } from '../evaluation/open-run-target.ts'
import {
  createRunFolder,
  dropRunFolder,
  findUnfinished,
  RUN_FILES,
  writeRunHead,
  type RunHead,
} from '../evaluation/run-folders.ts'
import { reportProblems } from '../report-problems.ts'
import { stateFolderOf } from '../state-folder.ts'
import { inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

/** Ways to stop that leave trials to be run. */
const RESUMABLE: ReadonlySet<string> = new Set<StopReason>([
  'cost-budget',
  'time-budget',
  'unauthorized',
  'interrupted',
])

export interface EvalRunOptions {
  readonly project: string
  readonly manifest: string
  readonly state?: string | undefined
  readonly target?: string | undefined
  readonly trials?: number | undefined
  readonly seed?: number | undefined
  readonly concurrency: number
  readonly budgetUsd?: number | undefined
  readonly budgetSeconds?: number | undefined
  readonly shard?: { readonly part: number; readonly of: number } | undefined
  readonly resume: boolean
  readonly record?: string | undefined
  readonly cassette?: string | undefined
  readonly output: readonly string[]
  readonly json: boolean
}

/** Raised when the same answers would be scored otherwise: an older journal is then another run. */
const SCORING_VERSION = 1

/** `gatehouse eval run`: a suite against a target, journaled, with a decision for each criterion. */
export async function evalRunCommand(terminal: Terminal, suiteFile: string, options: EvalRunOptions): Promise<number> {
  const outputs = parseOutputs(options.output)
  if (!outputs.ok) {
    reportProblems(terminal, outputs.failure)
    return EXIT_CODE.usage
  }
  const folder = resolve(terminal.workingFolder, options.project)
  const ports: TargetPorts = {
    http: new HttpExchanger(),
    lag: new LagMeter(),
    environment: terminal.environment,
    folder,
  }
  try {
    const started = await startRun(terminal, suiteFile, options, ports)
    if (!started.ok) {
      reportProblems(terminal, started.failure)
      return EXIT_CODE.usage
    }
    return await finishRun(terminal, { ...started.value, outputs: outputs.value }, options, ports)
  } finally {
    ports.lag.close()
    await ports.http.close()
  }
}

interface StartedRun extends RunTarget {
  readonly suite: CompiledSuite
  readonly id: string
  readonly folder: string
  readonly journal: FileJournal
  readonly head: RunHead
}

interface NamedRun extends StartedRun {
  readonly outputs: readonly ReportOutput[]
}

// oxlint-disable-next-line max-params -- terminal, suite, options and ports of one command
async function startRun(
  terminal: Terminal,
  suiteFile: string,
  options: EvalRunOptions,
  ports: TargetPorts,
): Promise<Result<StartedRun, readonly Problem[]>> {
  const stateFolder = stateFolderOf(terminal, options.state)
  const fresh = await createRunFolder(stateFolder)
  const suite = await compileSuite(ports.folder, suiteFile, join(fresh.folder, RUN_FILES.cases))
  if (!suite.ok) return refuse(fresh.folder, suite.failure)
  const opened = await openRunTarget(suite.value.head, options, ports)
  if (!opened.ok) return refuse(fresh.folder, opened.failure)
  const trials = options.trials ?? suite.value.head.trials ?? 1
  const seed = options.seed ?? suite.value.head.seed ?? 1
  const { target } = opened.value
  const run = digestOfJson(nodeSha256, {
    suite: suite.value.digest,
    target: target.identity,
    trials,
    seed,
    scoring: SCORING_VERSION,
  } as Json)
  const shard = options.shard === undefined ? null : `${options.shard.part}/${options.shard.of}`
  const started = { suite: suite.value, ...opened.value }
  const kept = options.resume ? await findUnfinished(stateFolder, run, shard) : undefined
  if (options.resume && kept === undefined) {
    await target.close()
    return refuse(fresh.folder, [
      {
        code: 'eval/nothing-to-resume',
        message: 'no unfinished run of this suite, target, seed and number of trials is kept',
        next: 'start it without --resume; `gatehouse eval list` shows what is kept',
      },
    ])
  }
  if (kept !== undefined) {
    await dropRunFolder(fresh.folder)
    const journal = await FileJournal.resume(join(kept.folder, RUN_FILES.journal), run)
    if (!journal.ok) return fail([journal.failure])
    return ok({ ...started, id: kept.id, folder: kept.folder, journal: journal.value, head: kept.head })
  }
  const head: RunHead = {
    schemaVersion: 1,
    run,
    suiteFile,
    suiteId: suite.value.head.metadata.id,
    startedAt: toRfc3339(systemClock()),
    target: target.identity,
    trials,
    seed,
    shard,
  }
  const journal = await FileJournal.create(join(fresh.folder, RUN_FILES.journal), run)
  await writeRunHead(fresh.folder, head)
  return ok({ ...started, ...fresh, journal, head })
}

async function refuse(folder: string, problems: readonly Problem[]): Promise<Result<never, readonly Problem[]>> {
  await dropRunFolder(folder)
  return fail(problems)
}

// oxlint-disable-next-line max-params -- terminal, run, options and ports of one command
async function finishRun(
  terminal: Terminal,
  started: NamedRun,
  options: EvalRunOptions,
  ports: TargetPorts,
): Promise<number> {
  await using stack = new AsyncDisposableStack()
  stack.defer(() => started.target.close())
  stack.defer(() => started.journal.close())
  const cases = stack.adopt(await openCaseFile(join(started.folder, RUN_FILES.cases)), (open) => open.close())
  const ran = await evaluate(terminal, {
    ...started,
    trials: started.head.trials,
    seed: started.head.seed,
    cases,
    ports,
    concurrency: options.concurrency,
    budget: {
      costMicroUsd: options.budgetUsd === undefined ? undefined : Math.round(options.budgetUsd * 1_000_000),
      timeMs: options.budgetSeconds === undefined ? undefined : options.budgetSeconds * 1_000,
    },
    shard: options.shard,
    record: options.record,
    cassette: options.cassette,
  })
  if (!ran.ok) {
    reportProblems(terminal, ran.failure)
    return EXIT_CODE.usage
  }
  return await conclude(terminal, started, ran.value, options)
}

// oxlint-disable-next-line max-params -- terminal, run, its outcome and the options of one command
async function conclude(
  terminal: Terminal,
  { id, folder, head, outputs, models }: NamedRun,
  { report, retries, resumed, seconds }: EvaluatedRun,
  options: EvalRunOptions,
): Promise<number> {
  await writeFileAtomic(join(folder, RUN_FILES.report), `${JSON.stringify(report, null, 2)}\n`, 0o600)
  const clusters = (): ReturnType<typeof clustersOfRun> => clustersOfRun({ id, folder, head, report })
  const written = await writeReports(terminal, { report, clusters }, outputs)
  if (!written) return EXIT_CODE.usage
  const speed = `${report.trials.run} trials in ${seconds.toFixed(1)} s`
  const also = [resumed > 0 ? `${resumed} taken from the journal` : '', retries > 0 ? `${retries} retries` : '']
  warnOfChangedModels(terminal, report, models)
  terminal.error(`${[speed, ...also].filter((part) => part !== '').join(', ')}; run ${id}\n`)
  if (options.json) printLine(terminal, inertJson(report, 2))
  else printEvaluation(terminal, report)
  if (RESUMABLE.has(report.stopped))
    terminal.error('  next: what was answered is kept; the same command with --resume goes on from there\n')
  if (report.stopped === 'unauthorized') return EXIT_CODE.unauthenticated
  return terminal.interrupted.aborted ? EXIT_CODE.interrupted : exitCodeOfReport(report)
}
