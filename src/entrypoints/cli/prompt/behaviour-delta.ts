import { join } from 'node:path'
import { readLines } from '../../../adapters/evaluation/line-file.ts'
import { systemRunClock } from '../../../adapters/clock/system-run-clock.ts'
import { scoringPorts } from '../../../adapters/scoring/scoring-ports.ts'
import { stdlibDistributions } from '../../../adapters/statistics/stdlib-distributions.ts'
import { compareTrials, type CaseTrials } from '../../../application/prompt/compare-trials.ts'
import { runSuite } from '../../../application/evaluation/run-suite.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import type { Comparison } from '../../../domain/evaluation/compare-runs.ts'
import type { CaseResult } from '../../../domain/evaluation/run-summary.ts'
import type { Suite } from '../../../domain/evaluation/suite.ts'
import type { TrialRecord } from '../../../domain/evaluation/trial-record.ts'
import { RUN_FILES, readRun, type StoredRun } from '../evaluation/run-folders.ts'
import { openApplication } from '../gate/open-application.ts'
import { leakOf } from '../gate/open-target.ts'
import { loadSuites, modelIdentity } from '../gate/prepare-gate.ts'
import { terminalProgress } from '../gate/progress.ts'
import type { LoadedProject } from '../load-project.ts'
import { stateFolderOf } from '../state-folder.ts'
import type { Terminal } from '../terminal.ts'

/** The paired difference of two recorded runs of one suite; nothing is run. */
export async function compareRecorded(
  terminal: Terminal,
  options: { readonly runs: readonly string[]; readonly state?: string | undefined; readonly margin: number },
): Promise<Result<Comparison, readonly Problem[]>> {
  const [from = '', to = '', more] = options.runs
  if (to === '' || more !== undefined)
    return fail([{ code: 'usage/value', message: '`--runs` takes two ids', next: 'write BASELINE,CANDIDATE' }])
  const stateFolder = stateFolderOf(terminal, options.state)
  const stored: StoredRun[] = []
  for (const id of [from, to]) {
    const run = await readRun(stateFolder, id.trim())
    if (run?.report === undefined)
      return fail([
        {
          code: 'eval/no-run',
          message: `no finished run \`${id}\` is kept`,
          next: 'take an id from `gatehouse eval list`',
        },
      ])
    stored.push(run)
  }
  const [one, other] = stored as [StoredRun, StoredRun]
  if (one.report?.suite.digest !== other.report?.suite.digest)
    return fail([
      {
        code: 'prompt/other-suite',
        message: `\`${one.id}\` and \`${other.id}\` ran different suites: no case of one is a case of the other`,
        next: 'run the same suite against both',
      },
    ])
  return compared(await trialsIn(one), await trialsIn(other), options.margin)
}

async function trialsIn({ folder }: StoredRun): Promise<readonly CaseTrials[]> {
  const cases = new Map<string, CaseTrials['trials'][number][]>()
  for await (const { text, number } of readLines(join(folder, RUN_FILES.journal), { withTail: false })) {
    if (number === 1) continue
    const { at, id, result } = JSON.parse(text) as TrialRecord
    // Variants are further trials of their case; the case itself is what is paired.
    if (at[1] !== 0) continue
    cases.set(id, [...(cases.get(id) ?? []), result])
  }
  return [...cases].map(([id, trials]) => ({ id, file: RUN_FILES.cases, line: 1, trials }))
}

/** Runs one suite against two manifests, each behind a gateway that serves exactly its release, and pairs the cases. */
export async function compareNow(
  terminal: Terminal,
  options: {
    readonly from: LoadedProject
    readonly to: LoadedProject
    readonly suite: string
    readonly margin: number
  },
): Promise<Result<Comparison, readonly Problem[]>> {
  const { to } = options
  const manifest = { ...to.release.manifest, suites: [options.suite] }
  const suites = await loadSuites({ files: to.files, release: { ...to.release, manifest } })
  if (!suites.ok) return suites
  const [suite] = suites.value as [Suite]
  const sides: (readonly CaseTrials[])[] = []
  for (const project of [options.from, to]) {
    const ran = await runOn(terminal, project, suite)
    if (!ran.ok) return ran
    sides.push(
      ran.value.map(({ suiteCase, trials }) => ({
        id: suiteCase.id,
        file: suiteCase.file,
        line: suiteCase.line,
        trials,
      })),
    )
  }
  if (terminal.interrupted.aborted)
    return fail([{ code: 'prompt/interrupted', message: 'interrupted; nothing was compared' }])
  return compared(sides[0] ?? [], sides[1] ?? [], options.margin)
}

async function runOn(
  terminal: Terminal,
  project: LoadedProject,
  suite: Suite,
): Promise<Result<readonly CaseResult[], readonly Problem[]>> {
  const { environment } = terminal
  const model = modelIdentity(environment)
  const opened = await openApplication(project, { module: suite.target, environment, model })
  if (!opened.ok) return opened
  const target = opened.value
  const progress = terminalProgress(terminal)
  progress.start(suite.cases.length * suite.trials, target.isSimulated ? 'cases (simulated model)' : 'cases')
  try {
    return ok(
      await runSuite(suite, {
        target,
        leak: leakOf(project.release),
        sharedTenant: 'shared',
        scoring: scoringPorts(),
        clock: systemRunClock,
        signal: terminal.interrupted,
        onTrial: () => progress.advance(),
        isDecided: () => false,
      }),
    )
  } finally {
    progress.stop()
    await target.close()
  }
}

function compared(
  baseline: readonly CaseTrials[],
  candidate: readonly CaseTrials[],
  margin: number,
): Result<Comparison, readonly Problem[]> {
  const comparison = compareTrials(baseline, candidate, { distributions: stdlibDistributions, margin })
  return comparison === undefined
    ? fail([
        {
          code: 'prompt/no-pairs',
          message: 'no case has a verdict on both sides',
          next: 'look at the errors of the two runs: gatehouse eval show',
        },
      ])
    : ok(comparison)
}
