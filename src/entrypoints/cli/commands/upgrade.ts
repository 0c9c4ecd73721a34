import { rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { writeFileAtomic } from '../../../adapters/files/atomic-file.ts'
import { ulidIds } from '../../../adapters/ids/ulid-ids.ts'
import { stdlibDistributions } from '../../../adapters/statistics/stdlib-distributions.ts'
import { linePatch } from '../../../base/line-patch.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import {
  changeManifest,
  findComponent,
  nextVersion,
  type ComponentChange,
} from '../../../contract/manifest/change-component.ts'
import { judgeUpgrade } from '../../../domain/upgrade/judge-upgrade.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { terminalProgress } from '../gate/progress.ts'
import { loadProject, type LoadedProject } from '../load-project.ts'
import { reportProblems } from '../report-problems.ts'
import { inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { exitCodeOfUpgrade, printUpgrade, type UpgradeReport } from '../upgrade/print-upgrade.ts'
import { runSide } from '../upgrade/run-side.ts'

export interface UpgradeOptions {
  /** `COMPONENT=VALUE`. */
  readonly component: { readonly named: string; readonly to: string }
  readonly project: string
  readonly manifest: string
  /** Version of the proposed release; the next minor one where it is not given. */
  readonly release?: string | undefined
  /** Base URL under which the new model answers; that of the old one where it is not given. */
  readonly candidateUrl?: string | undefined
  readonly attacks: number
  readonly margin: number
  readonly seed: number
  readonly patch: string
  readonly json: boolean
}

/** `gatehouse upgrade`: a component against its successor on the same cases and attacks, and the release that follows. */
export async function upgradeCommand(terminal: Terminal, options: UpgradeOptions): Promise<number> {
  const report = await proveUpgrade(terminal, options)
  if (!report.ok) {
    reportProblems(terminal, report.failure)
    return EXIT_CODE.usage
  }
  if (terminal.interrupted.aborted) return EXIT_CODE.interrupted
  await writeFileAtomic(resolve(terminal.workingFolder, options.patch), report.value.patch)
  if (options.json) printLine(terminal, inertJson({ ...report.value, exitCode: exitCodeOfUpgrade(report.value) }, 2))
  else printUpgrade(terminal, report.value, options.patch)
  return exitCodeOfUpgrade(report.value)
}

async function proveUpgrade(
  terminal: Terminal,
  options: UpgradeOptions,
): Promise<Result<UpgradeReport, readonly Problem[]>> {
  const project = await loadProject(terminal.workingFolder, options.project, options.manifest)
  if (!project.ok) return project
  const { release, folder, files } = project.value
  if ((release.manifest.suites ?? []).length === 0)
    return fail([
      {
        code: 'upgrade/no-suite',
        message: 'the manifest names no suite: there is nothing to compare on',
        next: 'write one and list it under `suites` (docs/how-to/write-a-suite.md)',
      },
    ])
  const { named, to } = options.component
  const change = findComponent(release.raw, named, to)
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
    const candidate = await loadProject(terminal.workingFolder, options.project, proposal)
    if (!candidate.ok) return fail(candidate.failure.map((problem) => inManifest(problem, proposal, options.manifest)))
    return await compare(terminal, options, {
      baseline: project.value,
      candidate: candidate.value,
      change: change.value,
      version,
      patch: linePatch(options.manifest, text.value, proposed.value),
    })
  } finally {
    await rm(join(folder, proposal), { force: true })
  }
}

interface Both extends Pick<UpgradeReport, 'change' | 'version' | 'patch'> {
  readonly baseline: LoadedProject
  readonly candidate: LoadedProject
  readonly change: ComponentChange
}

async function compare(
  terminal: Terminal,
  { attacks, seed, margin, candidateUrl }: UpgradeOptions,
  { baseline, candidate, ...head }: Both,
): Promise<Result<UpgradeReport, readonly Problem[]>> {
  const { environment, interrupted: signal } = terminal
  const shared = { signal, progress: terminalProgress(terminal), attacks, seed }
  const before = await runSide(baseline, { ...shared, environment, name: 'before' })
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
