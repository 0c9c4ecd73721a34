import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { readTextIfPresent, writeFileAtomic } from '../../../adapters/files/atomic-file.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import {
  BASELINE_CHARS_MAX,
  readRecordedSide,
  writeRecordedSide,
  type RecordedSide,
} from '../../../contract/upgrade/recorded-side.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { loadProject } from '../load-project.ts'
import { reportProblems } from '../report-problems.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { exitCodeOfUpgrade, printUpgrade, type UpgradeReport } from '../upgrade/print-upgrade.ts'
import { proveUpgrade, recordSide, type ProveUpgradeOptions } from '../upgrade/prove-upgrade.ts'

export interface UpgradeOptions extends Omit<ProveUpgradeOptions, 'component' | 'baseline'> {
  /** `COMPONENT=VALUE`. */
  readonly component?: ProveUpgradeOptions['component'] | undefined
  readonly project: string
  readonly patch: string
  /** File of results that were kept earlier. */
  readonly baseline?: string | undefined
  /** File in which the results of the project as it is are kept; nothing is compared then. */
  readonly saveBaseline?: string | undefined
  readonly json: boolean
}

/** `gatehouse upgrade`: a component against its successor on the same cases and attacks, and the release that follows. */
export async function upgradeCommand(terminal: Terminal, options: UpgradeOptions): Promise<number> {
  const { component, saveBaseline } = options
  const saves = saveBaseline !== undefined
  if (saves === (component !== undefined) || (saves && options.baseline !== undefined)) {
    reportProblems(terminal, [
      {
        code: 'upgrade/what',
        message: 'either a component is compared with its successor, or results are kept for later',
        next: 'give --component ID=VALUE, or --save-baseline FILE alone',
      },
    ])
    return EXIT_CODE.usage
  }
  if (saveBaseline !== undefined) return saveCommand(terminal, saveBaseline, options)
  if (component === undefined) return EXIT_CODE.usage
  const report = await proveFromFiles(terminal, { ...options, component })
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

async function proveFromFiles(
  terminal: Terminal,
  { baseline, ...options }: UpgradeOptions & Pick<ProveUpgradeOptions, 'component'>,
): Promise<Result<UpgradeReport, readonly Problem[]>> {
  const project = await loadProject(terminal.workingFolder, options.project, options.manifest)
  if (!project.ok) return project
  const kept = baseline === undefined ? ok(undefined) : await readBaseline(terminal, baseline)
  return kept.ok ? proveUpgrade(terminal, project.value, { ...options, baseline: kept.value }) : kept
}

async function readBaseline(terminal: Terminal, file: string): Promise<Result<RecordedSide, readonly Problem[]>> {
  const path = resolve(terminal.workingFolder, file)
  const size = (await stat(path).catch(() => undefined))?.size ?? 0
  const text = size > BASELINE_CHARS_MAX ? undefined : await readTextIfPresent(path)
  if (text !== undefined) return readRecordedSide(file, text)
  return fail([
    {
      code: 'upgrade/baseline',
      message: size === 0 ? `\`${file}\` is not there` : `\`${file}\` is above ${BASELINE_CHARS_MAX} bytes`,
      next: 'name the file that `gatehouse upgrade --save-baseline FILE` wrote',
    },
  ])
}

/** Keeps what the release does now, for the day on which its provider serves another model under its name. */
async function saveCommand(
  terminal: Terminal,
  file: string,
  { project: folder, manifest, attacks, seed, json }: UpgradeOptions,
): Promise<number> {
  const project = await loadProject(terminal.workingFolder, folder, manifest)
  const recorded = project.ok ? await recordSide(terminal, project.value, { attacks, seed }) : project
  if (!recorded.ok) {
    reportProblems(terminal, recorded.failure)
    return EXIT_CODE.usage
  }
  if (terminal.interrupted.aborted) return EXIT_CODE.interrupted
  const written = JSON.stringify(writeRecordedSide(recorded.value))
  await writeFileAtomic(resolve(terminal.workingFolder, file), `${written}\n`)
  const { system, releaseDigest, side } = recorded.value
  const cases = [...side.suites.values()].reduce((sum, suite) => sum + suite.cases.length, 0)
  const shown = {
    schemaVersion: 1,
    system,
    releaseDigest,
    file,
    cases,
    attacks: side.campaign?.attacks.length ?? 0,
    models: side.models,
  }
  if (json) printLine(terminal, inertJson(shown, 2))
  else {
    printLine(
      terminal,
      inert(`${system} ${releaseDigest}: ${cases} cases and ${shown.attacks} attacks kept in ${file}`),
    )
    printLine(terminal, inert(`answered by ${side.models.map(({ answered }) => answered).join(', ') || 'no model'}`))
    printLine(terminal, `next: gatehouse upgrade --baseline ${inert(file)} --component ID=VALUE, when a model changes`)
  }
  return EXIT_CODE.pass
}
