import type { JobOutcome, RunningJob } from '../../application/jobs/job-queue.ts'
import { payloadOf } from '../../application/jobs/payloads.ts'
import { completeRecorded, keepResults, keptResults, recordProof } from '../../application/upgrade/record-upgrade.ts'
import type { UpgradeWork } from '../../application/upgrade/upgrade-work.ts'
import type { Problem, Result } from '../../base/result.ts'
import { recordedSideSchema, sideOfRecord, writeRecordedSide } from '../../contract/upgrade/recorded-side.ts'
import { loadProject, type LoadedProject } from '../cli/load-project.ts'
import type { Terminal } from '../cli/terminal.ts'
import { proveUpgrade, recordSide } from '../cli/upgrade/prove-upgrade.ts'
import { headlessTerminal } from './headless-terminal.ts'
import type { WorkerPorts } from './worker-ports.ts'

const DONE: JobOutcome = { kind: 'done' }
const FAILED: Problem = { code: 'upgrade/failed', message: 'the system could not be run' }

/** Another attempt changes nothing about these. */
const FINAL: ReadonlySet<string> = new Set([
  'upgrade/no-suite',
  'upgrade/baseline-changed',
  'upgrade/unknown-component',
  'upgrade/ambiguous-component',
  'upgrade/unwritable-manifest',
  // Results that are larger than an entry of the ledger.
  'ledger/bad-payload',
])

function outcomeOf([problem = FAILED]: readonly Problem[]): JobOutcome {
  // People have declared the newcomer meanwhile: nothing is left to be proven.
  if (problem.code === 'upgrade/nothing-changes') return DONE
  return { kind: FINAL.has(problem.code) ? 'dead' : 'again', problem }
}

const finished = (recorded: Result<unknown, Problem>): JobOutcome =>
  recorded.ok ? DONE : outcomeOf([recorded.failure])

/** Keeps what a release does, or proves a model that answers in another's place against what was kept. */
export async function upgradeJob(ports: WorkerPorts, job: RunningJob): Promise<JobOutcome> {
  const work = payloadOf<UpgradeWork>(job.payload)
  // What an attempt before this one, or a job that is no longer kept, has recorded is not run again.
  const before = await completeRecorded(ports.node, job.id, work)
  if (!before.ok || before.value.isRecorded) return finished(before)
  const terminal = headlessTerminal(work.project, ports.environment, job.signal)
  const project = await loadProject(work.project, work.project, work.manifest)
  if (!project.ok) return outcomeOf(project.failure)
  const { name } = project.value.release.manifest.metadata
  if (name !== work.system)
    return {
      kind: 'dead',
      problem: {
        code: 'upgrade/other-system',
        message: `the project is \`${name}\`, and \`${work.system}\` is watched`,
        next: 'correct `upgrades` in the configuration of `gatehouse serve`',
      },
    }
  const run: RunOf = { ports, id: job.id, terminal, project: project.value }
  return work.task === 'keep' ? keep(run, work) : prove(run, work)
}

interface RunOf {
  readonly ports: WorkerPorts
  readonly id: string
  readonly terminal: Terminal
  readonly project: LoadedProject
}

async function keep(
  { ports: { node }, id, terminal, project }: RunOf,
  work: UpgradeWork & { readonly task: 'keep' },
): Promise<JobOutcome> {
  const { digest } = project.release
  if (digest !== work.releaseDigest)
    return {
      kind: 'dead',
      problem: {
        code: 'upgrade/other-release',
        message: `the project holds ${digest}; ${work.releaseDigest} was released`,
        next: 'let every worker have the files of what was released, then `gatehouse jobs retry`',
      },
    }
  const kept = await recordSide(terminal, project, work)
  if (!kept.ok) return outcomeOf(kept.failure)
  if (terminal.interrupted.aborted) return { kind: 'again', problem: FAILED }
  return finished(await keepResults(node, { id, work, releaseDigest: digest, results: writeRecordedSide(kept.value) }))
}

async function prove(
  { ports: { node }, id, terminal, project }: RunOf,
  work: UpgradeWork & { readonly task: 'prove' },
): Promise<JobOutcome> {
  const { digest } = project.release
  const kept = await keptResults(node, work.system, digest)
  const baseline = kept === undefined ? undefined : sideOfRecord(recordedSideSchema.parse(kept))
  const { manifest, margin } = work
  const report = await proveUpgrade(terminal, project, {
    component: { named: work.expected, to: work.seen, isModel: true },
    manifest,
    margin,
    baseline,
    // The draw of what was kept: other attacks would find no pair.
    attacks: baseline?.attacks ?? work.attacks,
    seed: baseline?.seed ?? work.seed,
  })
  if (!report.ok) return outcomeOf(report.failure)
  if (terminal.interrupted.aborted) return { kind: 'again', problem: FAILED }
  return finished(await recordProof(node, { id, work, releaseDigest: digest, report: report.value }))
}
