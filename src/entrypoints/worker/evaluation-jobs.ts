import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeSha256 } from '../../adapters/crypto/node-crypto.ts'
import { openCaseFile } from '../../adapters/evaluation/case-file.ts'
import { compileSuite, type CompiledSuite } from '../../adapters/evaluation/compile-suite.ts'
import { dropTrials, finishPart, SqlJournal } from '../../adapters/evaluation/sql-journal.ts'
import { HttpExchanger } from '../../adapters/targets/http-exchange.ts'
import { LagMeter } from '../../adapters/targets/lag-meter.ts'
import type { TargetPorts } from '../../adapters/targets/target-ports.ts'
import { finishEvaluation, startEvaluation, type StartedEvaluation } from '../../application/evaluation/record-run.ts'
import type { CaseSource } from '../../application/evaluation/run-trials.ts'
import type { JobOutcome, RunningJob } from '../../application/jobs/job-queue.ts'
import { payloadOf, type MergeWork, type ShardWork, type SuiteWork } from '../../application/jobs/payloads.ts'
import { digestOfJson } from '../../base/digest.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Problem } from '../../base/result.ts'
import { leakIndex } from '../../domain/detection/prompt-leak.ts'
import { evaluate, type EvaluatedRun } from '../cli/evaluation/evaluate.ts'
import { declaredModels, openRunTarget, type RunTarget } from '../cli/evaluation/open-run-target.ts'
import { headlessTerminal } from './headless-terminal.ts'
import type { WorkerPorts } from './worker-ports.ts'

/** Raised when the same answers would be scored otherwise. */
const SCORING_VERSION = 1

interface OpenedSuite extends Pick<WorkerPorts, 'environment'> {
  readonly suite: CompiledSuite
  readonly cases: CaseSource
  readonly ports: TargetPorts
  readonly trials: number
  readonly seed: number
}

const again = (problem: Problem | undefined): JobOutcome => ({
  kind: 'again',
  problem: problem ?? { code: 'evaluation/failed', message: 'the evaluation could not be run' },
})
const DONE: JobOutcome = { kind: 'done' }

/** Begins a run and queues its parts. */
export async function runSuiteJob({ node, environment }: WorkerPorts, job: RunningJob): Promise<JobOutcome> {
  const work = payloadOf<SuiteWork>(job.payload)
  return withSuite(work, environment, async (opened) => {
    const target = await openTarget(work, opened)
    if (!target.ok) return again(target.failure[0])
    const { identity, isSimulated } = target.value.target
    await target.value.target.close()
    const started = await startEvaluation(node, {
      id: job.id,
      system: work.system,
      schedule: work.schedule,
      suiteFile: work.suite,
      suiteId: opened.suite.head.metadata.id,
      digest: digestOf(opened, identity),
      target: identity,
      isSimulated,
      trials: opened.trials,
      seed: opened.seed,
      shards: work.shards,
      startedBy: work.startedBy ?? null,
    })
    if (!started.ok) return again(started.failure)
    const queue = await node.jobs()
    for (let part = 1; part <= started.value.shards; part++) {
      const payload: ShardWork = { ...work, run: job.id, digest: started.value.digest, part }
      const added = await queue.enqueue({
        kind: 'evaluation.shard',
        subject: job.id,
        payload: payload as unknown as JsonObject,
        key: `${job.id}/${part}`,
      })
      if (!added.ok) return again(added.failure)
    }
    return DONE
  })
}

/** Runs one part; trials that any worker has finished are not run again. */
export async function runShardJob({ node, environment }: WorkerPorts, job: RunningJob): Promise<JobOutcome> {
  const work = payloadOf<ShardWork>(job.payload)
  const record = await node.store.get('evaluations', work.run)
  if (record === undefined || record.status !== 'running') return DONE
  return withSuite(work, environment, async (opened) => {
    const target = await openTarget(work, opened)
    if (!target.ok) return again(target.failure[0])
    try {
      if (digestOf(opened, target.value.target.identity) !== work.digest) return CHANGED
      const place = { db: node.db, organization: node.organization, run: work.run }
      const journal = await SqlJournal.open(place, work.part)
      const shard = { part: work.part, of: work.shards }
      const ran = await evaluateWith(work, opened, { ...target.value, journal, shard }, job.signal)
      if (!('report' in ran)) return again(ran)
      if (ran.report.stopped !== 'completed' && ran.report.stopped !== 'decided')
        return again({ code: 'evaluation/stopped', message: `the part stopped: ${ran.report.stopped}` })
      if ((await finishPart(place, work.part)) < work.shards) return DONE
      const { part: _, ...rest } = work
      const added = await (
        await node.jobs()
      ).enqueue({
        kind: 'evaluation.merge',
        subject: work.run,
        payload: rest as unknown as JsonObject,
        key: work.run,
      })
      return added.ok ? DONE : again(added.failure)
    } finally {
      await target.value.target.close()
    }
  })
}

const CHANGED: JobOutcome = {
  kind: 'dead',
  problem: {
    code: 'evaluation/changed',
    message: 'suite or target are not what the run began with',
    next: 'let every worker have the same files',
  },
}

/** The report of the whole from the trials of all parts; nothing is run. */
export async function mergeJob({ node, environment }: WorkerPorts, job: RunningJob): Promise<JobOutcome> {
  const work = payloadOf<MergeWork>(job.payload)
  const place = { db: node.db, organization: node.organization, run: work.run }
  const record = await node.store.get('evaluations', work.run)
  if (record === undefined) return DONE
  if (record.status === 'running') {
    const {
      ledgerIndex: _,
      report: __,
      ...run
    } = record.document as unknown as StartedEvaluation & {
      ledgerIndex: number
      report: null
    }
    const outcome = await withSuite(work, environment, async (opened) => {
      const target = absentTarget(run)
      if (digestOf(opened, run.target) !== run.digest) return CHANGED
      const journal = await SqlJournal.open(place, 0)
      const ran = await evaluateWith(work, opened, { target, leak: leakIndex([]), journal }, job.signal)
      if (!('report' in ran)) return again(ran)
      const models = await declaredModels(work.project, work.manifest)
      const finished = await finishEvaluation(node, run, ran.report, models)
      return finished.ok ? DONE : again(finished.failure)
    })
    if (outcome.kind !== 'done') return outcome
  }
  await dropTrials(place)
  return DONE
}

/** A case that no part recorded has no verdict. */
function absentTarget({ target, isSimulated }: StartedEvaluation): RunTarget['target'] {
  return {
    identity: target as JsonObject,
    isSimulated,
    run: async () => ({
      kind: 'failed',
      failure: { kind: 'not-recorded', message: 'no part has a result of this case' },
    }),
    close: async () => undefined,
  }
}

function digestOf({ suite, trials, seed }: OpenedSuite, target: unknown): string {
  return digestOfJson(nodeSha256, { suite: suite.digest, target, trials, seed, scoring: SCORING_VERSION } as Json)
}

function openTarget(work: SuiteWork, { suite, ports }: OpenedSuite): ReturnType<typeof openRunTarget> {
  return openRunTarget(
    suite.head,
    { manifest: work.manifest, ...(work.target === null ? {} : { target: work.target }) },
    ports,
  )
}

// oxlint-disable-next-line max-params -- the work, its suite, what answers and until when
async function evaluateWith(
  work: SuiteWork,
  { suite, cases, ports, trials, seed }: OpenedSuite,
  run: Pick<RunTarget, 'target' | 'leak'> & {
    readonly journal: SqlJournal
    readonly shard?: { readonly part: number; readonly of: number }
  },
  signal: AbortSignal,
): Promise<EvaluatedRun | Problem> {
  const terminal = headlessTerminal(work.project, ports.environment, signal)
  const { concurrency } = work
  const ran = await evaluate(terminal, { ...run, suite, cases, ports, trials, seed, concurrency, budget: {} })
  return ran.ok
    ? ran.value
    : (ran.failure[0] ?? { code: 'evaluation/failed', message: 'the evaluation could not be run' })
}

/** Compiles the suite into a folder of its own, which is gone afterwards. */
async function withSuite(
  work: SuiteWork,
  environment: WorkerPorts['environment'],
  use: (opened: OpenedSuite) => Promise<JobOutcome>,
): Promise<JobOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-suite-'))
  const ports: TargetPorts = { http: new HttpExchanger(), lag: new LagMeter(), environment, folder: work.project }
  try {
    const file = join(folder, 'cases.jsonl')
    const suite = await compileSuite(work.project, work.suite, file)
    if (!suite.ok) return again(suite.failure[0])
    const cases = await openCaseFile(file)
    try {
      const { head } = suite.value
      const trials = work.trials ?? head.trials ?? 1
      return await use({ suite: suite.value, cases, ports, environment, trials, seed: work.seed ?? head.seed ?? 1 })
    } finally {
      await cases.close()
    }
  } finally {
    ports.lag.close()
    await ports.http.close()
    await rm(folder, { recursive: true, force: true })
  }
}
