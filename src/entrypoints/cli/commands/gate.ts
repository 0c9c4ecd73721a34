import { join, resolve } from 'node:path'
import { monotonicMs } from '../../../adapters/clock/system-clock.ts'
import { readTextIfPresent, writeFileAtomic } from '../../../adapters/files/atomic-file.ts'
import { lockOf } from '../../../domain/release/lock.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { exitCodeOf, printVerdict } from '../gate/print-verdict.ts'
import { renderReport, REPORT_FORMATS, type ReportFormat } from '../gate/render-reports.ts'
import { runGate } from '../gate/run-gate.ts'
import { reportProblems } from '../report-problems.ts'
import { openSession, principalFrom } from '../session.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { lockFileOf } from './lock.ts'
import { exitCodeOfProblem, exitCodeOfProblems } from './with-session.ts'

export interface GateCommandOptions {
  readonly project: string
  readonly manifest: string
  readonly env: string
  readonly run: boolean
  readonly rerun?: true | readonly string[] | undefined
  readonly advisory: boolean
  readonly verbose: boolean
  readonly format: readonly string[]
  readonly output: readonly string[]
  readonly state?: string | undefined
  readonly as?: string | undefined
}

/** `gatehouse gate`: proves what is not proven, decides, prints, and exits by the fixed table. */
export async function gateCommand(terminal: Terminal, options: GateCommandOptions): Promise<number> {
  const unknown = options.format.find(
    (format) => !REPORT_FORMATS.some((known) => known === format) && format !== 'human',
  )
  if (unknown !== undefined || options.output.length > options.format.filter((format) => format !== 'human').length) {
    reportProblems(terminal, [
      {
        code: 'gate/format',
        message: unknown === undefined ? 'there are more -o than --format' : `\`${unknown}\` is no format`,
        next: `use --format with one of: human, ${REPORT_FORMATS.join(', ')}; each -o takes the next --format`,
      },
    ])
    return EXIT_CODE.usage
  }
  const startedMs = monotonicMs()
  const session = await openSession(terminal, { ...options, makesState: true })
  if (!session.ok) {
    reportProblems(terminal, [session.failure])
    return exitCodeOfProblem(session.failure)
  }
  await using open = session.value
  const gated = await runGate(terminal, open, {
    project: options.project,
    manifest: options.manifest,
    environment: options.env,
    run: options.run,
    rerun: options.rerun === true ? [] : options.rerun,
    author: open.actsAs ?? principalFrom(terminal, options.as).name,
  })
  if (!gated.ok) {
    reportProblems(terminal, gated.failure)
    return exitCodeOfProblems(gated.failure)
  }
  const { verdict, gate } = gated.value
  await updateLock(gate.project.folder, options.manifest, `${JSON.stringify(lockOf(gate.project.release), null, 2)}\n`)
  const formats = options.format.filter((format): format is ReportFormat => format !== 'human')
  for (const [index, format] of formats.entries()) {
    const text = renderReport(format, verdict, options.manifest)
    const path = options.output[index]
    if (path === undefined) terminal.out(text)
    else await writeFileAtomic(resolve(terminal.workingFolder, path), text)
  }
  const toScreen = formats.some((_, index) => options.output[index] === undefined)
  if (!toScreen)
    printVerdict(terminal, gated.value, { verbose: options.verbose, seconds: (monotonicMs() - startedMs) / 1_000 })
  const code = exitCodeOf(verdict)
  const isWaived =
    options.advisory &&
    (code === EXIT_CODE.blocked || code === EXIT_CODE.inconclusive || code === EXIT_CODE.approvalPending)
  if (isWaived && !toScreen)
    printLine(terminal, `--advisory: exiting 0 instead of ${code}; nothing is released by this.`)
  return isWaived ? EXIT_CODE.pass : code
}

async function updateLock(folder: string, manifestFile: string, text: string): Promise<void> {
  const path = join(folder, lockFileOf(manifestFile))
  if ((await readTextIfPresent(path)) !== text) await writeFileAtomic(path, text)
}
