import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ulidIds } from '../../../adapters/ids/ulid-ids.ts'
import { stdlibDistributions } from '../../../adapters/statistics/stdlib-distributions.ts'
import { linePatch } from '../../../base/line-patch.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import {
  changeManifest,
  findComponent,
  findModel,
  nextVersion,
  type ComponentChange,
} from '../../../contract/manifest/change-component.ts'
import type { RecordedSide } from '../../../contract/upgrade/recorded-side.ts'
import { judgeUpgrade } from '../../../domain/upgrade/judge-upgrade.ts'
import { terminalProgress } from '../gate/progress.ts'
import { loadProject, type LoadedProject } from '../load-project.ts'
import type { Terminal } from '../terminal.ts'
import type { UpgradeReport } from './print-upgrade.ts'
import { runSide, type RanSide } from './run-side.ts'

/** How both sides are run. */
export interface UpgradeRun {
  readonly attacks: number
  readonly seed: number
}

export interface ProveUpgradeOptions extends UpgradeRun {
  /** `COMPONENT=VALUE`; `isModel`: the left side is a model by its declared name, and can be nothing else. */
  readonly component: { readonly named: string; readonly to: string; readonly isModel?: boolean | undefined }
  readonly manifest: string
  /** Version of the proposed release; the next minor one where it is not given. */
  readonly release?: string | undefined
  /** Base URL under which the new model answers; that of the old one where it is not given. */
  readonly candidateUrl?: string | undefined
  readonly margin: number
  /** Results of the release from when the version that was proven could still be asked. */
  readonly baseline?: RecordedSide | undefined
}

/** A component of a project against its successor, and the change of the manifest that would make the release. */
export async function proveUpgrade(
  terminal: Terminal,
  project: LoadedProject,
  options: ProveUpgradeOptions,
): Promise<Result<UpgradeReport, readonly Problem[]>> {
  const { release, folder, files } = project
  if ((release.manifest.suites ?? []).length === 0) return fail([NO_SUITE])
  const other = options.baseline === undefined ? undefined : foreignBaseline(options.baseline, project, options)
  if (other !== undefined) return fail([other])
  const { named, to, isModel = false } = options.component
  const change = (isModel ? findModel : findComponent)(release.raw, named, to)
  if (!change.ok) return fail([change.failure])
  const text = await files.readText(options.manifest)
  if (!text.ok) return fail([text.failure])
  const from = release.manifest.metadata.version
  const version = { from, to: options.release ?? nextVersion(from) }
  const proposed = changeManifest(options.manifest, text.value, change.value, version.to)
  if (!proposed.ok) return fail([proposed.failure])
  // The application reads the manifest of its release from the project: the proposal lies there while it is tried.
  const proposal = `.gatehouse-proposal-${ulidIds()}.yaml`
  await writeFile(join(folder, proposal), proposed.value, { flag: 'wx' })
  try {
    const candidate = await loadProject(terminal.workingFolder, folder, proposal)
    if (!candidate.ok) return fail(candidate.failure.map((problem) => inManifest(problem, proposal, options.manifest)))
    return await compare(terminal, options, {
      baseline: project,
      candidate: candidate.value,
      change: change.value,
      version,
      patch: linePatch(options.manifest, text.value, proposed.value),
    })
  } finally {
    await rm(join(folder, proposal), { force: true })
  }
}

/** Runs the project as it is, and gives what is to be kept of it. */
export async function recordSide(
  terminal: Terminal,
  project: LoadedProject,
  { attacks, seed }: UpgradeRun,
): Promise<Result<RecordedSide, readonly Problem[]>> {
  if ((project.release.manifest.suites ?? []).length === 0) return fail([NO_SUITE])
  const { environment, interrupted: signal } = terminal
  const ran = await runSide(project, {
    attacks,
    seed,
    signal,
    progress: terminalProgress(terminal),
    environment,
    name: 'now',
  })
  if (!ran.ok) return ran
  const { releaseDigest, isSimulated, ...side } = ran.value
  const [first] = side.changed
  if (first !== undefined)
    return fail([
      {
        code: 'upgrade/baseline-changed',
        message: `\`${first.answered}\` answered for \`${first.asked}\`: these are not the results of what was proven`,
        next: 'keep them while the declared version answers',
      },
    ])
  return ok({ system: project.release.manifest.metadata.name, releaseDigest, isSimulated, attacks, seed, side })
}

const NO_SUITE: Problem = {
  code: 'upgrade/no-suite',
  message: 'the manifest names no suite: there is nothing to compare on',
  next: 'write one and list it under `suites` (docs/how-to/write-a-suite.md)',
}

/** Results of another release, or of another draw of attacks, are no baseline. */
function foreignBaseline(
  { system, releaseDigest, seed, attacks }: RecordedSide,
  { release }: LoadedProject,
  options: UpgradeRun,
): Problem | undefined {
  const name = release.manifest.metadata.name
  if (system !== name || releaseDigest !== release.digest)
    return {
      code: 'upgrade/other-baseline',
      message: `the results are of \`${system}\` ${releaseDigest}, the project is \`${name}\` ${release.digest}`,
      next: 'check out the release that they are of',
    }
  if (seed === options.seed && attacks === options.attacks) return undefined
  return {
    code: 'upgrade/other-baseline',
    message: `the results are of ${attacks} attacks with seed ${seed}`,
    next: `ask for the same: --attacks ${attacks} --seed ${seed}`,
  }
}

interface Both extends Pick<UpgradeReport, 'change' | 'version' | 'patch'> {
  readonly baseline: LoadedProject
  readonly candidate: LoadedProject
  readonly change: ComponentChange
}

async function compare(
  terminal: Terminal,
  { attacks, seed, margin, candidateUrl, baseline: recorded }: ProveUpgradeOptions,
  { baseline, candidate, ...head }: Both,
): Promise<Result<UpgradeReport, readonly Problem[]>> {
  const { environment, interrupted: signal } = terminal
  const shared = { signal, progress: terminalProgress(terminal), attacks, seed }
  const before: Result<RanSide, readonly Problem[]> =
    recorded === undefined
      ? await runSide(baseline, { ...shared, environment, name: 'before' })
      : ok({ ...recorded.side, releaseDigest: recorded.releaseDigest, isSimulated: recorded.isSimulated })
  if (!before.ok) return before
  const after = await runSide(candidate, {
    ...shared,
    environment: candidateUrl === undefined ? environment : { ...environment, OPENAI_BASE_URL: candidateUrl },
    name: 'after',
  })
  if (!after.ok) return after
  return ok({
    schemaVersion: 1,
    system: baseline.release.manifest.metadata.name,
    ...head,
    releaseDigest: { from: before.value.releaseDigest, to: after.value.releaseDigest },
    isSimulated: before.value.isSimulated || after.value.isSimulated,
    margin,
    seed,
    ...judgeUpgrade(before.value, after.value, { distributions: stdlibDistributions, margin, seed }),
  })
}

/** Problems of the proposal point at the manifest that the user knows. */
function inManifest(problem: Problem, proposal: string, manifest: string): Problem {
  const { at } = problem
  return at?.file === proposal ? { ...problem, at: { ...at, file: manifest } } : problem
}
