import { resolve } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { writeFileAtomic } from '../../../adapters/files/atomic-file.ts'
import { errnoOf } from '../../../adapters/files/errno.ts'
import { monotonicMs } from '../../../adapters/clock/system-clock.ts'
import { configuredSeeds } from '../../../domain/redteam/configured-seeds.ts'
import { GuardFuzzer, type Bypass, type FuzzReport, type GuardSide } from '../../../domain/redteam/fuzz-guard.ts'
import { regressionCase } from '../../../domain/redteam/regression-case.ts'
import { seededRandom } from '../../../domain/redteam/seeded-random.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { terminalProgress } from '../gate/progress.ts'
import { reportProblems } from '../report-problems.ts'
import { inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { runningGuardOf } from './running-guard.ts'

export interface RedteamGuardOptions {
  readonly preset: string
  readonly manifest?: string | undefined
  readonly side: GuardSide
  readonly tries: number
  readonly seed: number
  readonly out?: string | undefined
  /** Bypasses per 10,000 tries above which the command exits 3. */
  readonly failAbove?: number | undefined
  readonly json: boolean
}

/** Tries between two looks at Ctrl-C. */
const SLICE = 64
const SHOWN_MAX = 10
const ROWS_MAX = 12

/** `gatehouse redteam guard`: looks for texts that get past the guard; writes each way past it as a regression case. */
export async function redteamGuardCommand(terminal: Terminal, options: RedteamGuardOptions): Promise<number> {
  const running = await runningGuardOf(terminal, options)
  if (running === undefined) return EXIT_CODE.usage
  const policy = running.policy[options.side]
  const random = seededRandom(options.seed)
  const setup = configuredSeeds(running, options.side, policy, random)
  const fuzzer = new GuardFuzzer(options.side, policy, random, setup)
  if (!fuzzer.hasSeeds) {
    reportProblems(terminal, [
      {
        code: 'redteam/nothing-asked',
        message: `the policy asks nothing of \`${options.side}\`, so nothing can get past it`,
        next: 'choose another side or preset, or switch a control on',
      },
    ])
    return EXIT_CODE.usage
  }
  const startedMs = monotonicMs()
  await tryAll(terminal, fuzzer, options.tries)
  const seconds = (monotonicMs() - startedMs) / 1_000
  const report = fuzzer.report()
  if (options.out !== undefined && !(await writeCases(terminal, options.out, report, options.side)))
    return EXIT_CODE.usage
  terminal.error(`${report.tries} tries in ${seconds.toFixed(1)} s, ${Math.round(report.tries / seconds)} a second\n`)
  if (options.json) printLine(terminal, inertJson(asJson(report, options)))
  else printReport(terminal, report, options)
  if (terminal.interrupted.aborted) return EXIT_CODE.interrupted
  return options.failAbove !== undefined && perTenThousand(report.bypasses, report) > options.failAbove
    ? EXIT_CODE.inconclusive
    : EXIT_CODE.pass
}

async function tryAll(terminal: Terminal, fuzzer: GuardFuzzer, tries: number): Promise<void> {
  const progress = terminalProgress(terminal)
  progress.start(tries, 'tries')
  for (let done = 0; done < tries && !terminal.interrupted.aborted; done++) {
    fuzzer.step()
    progress.advance()
    // A signal is heard only between two turns of the event loop.
    if (done % SLICE === SLICE - 1) await nextTurn()
  }
  progress.stop()
}

async function writeCases(terminal: Terminal, out: string, { kept }: FuzzReport, side: GuardSide): Promise<boolean> {
  const lines = kept.map((bypass, index) => `${JSON.stringify(regressionCase(bypass, side, index + 1))}\n`)
  try {
    await writeFileAtomic(resolve(terminal.workingFolder, out), lines.join(''))
    return true
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    reportProblems(terminal, [
      {
        code: 'redteam/unwritable',
        message: `\`${out}\` cannot be written (${errnoOf(error) ?? ''})`,
        next: 'check the folder and its rights',
      },
    ])
    return false
  }
}

function perTenThousand(count: number, { tries }: FuzzReport): number {
  return tries === 0 ? 0 : Math.round((count * 100_000) / tries) / 10
}

function asJson(report: FuzzReport, { side, seed, preset, manifest }: RedteamGuardOptions): unknown {
  const rates = (rows: FuzzReport['byGoal']): unknown =>
    Object.fromEntries(rows.map(([name, count]) => [name, perTenThousand(count, report)]))
  return {
    schemaVersion: 1,
    side,
    policy: manifest ?? preset,
    seed,
    tries: report.tries,
    discarded: report.discarded,
    bypasses: report.bypasses,
    bypassesPer10000: perTenThousand(report.bypasses, report),
    seeds: report.seeds,
    missedOpen: report.missedOpen,
    coverage: report.coverage,
    byTechnique: rates(report.byTechnique),
    byGoal: rates(report.byGoal),
    kept: report.kept.map(({ goal, technique, text, action, score, steps, lossy }) => ({
      goal,
      technique,
      text,
      action,
      score,
      steps,
      lossy,
    })),
  }
}

function printReport(terminal: Terminal, report: FuzzReport, options: RedteamGuardOptions): void {
  const { tries, bypasses, seeds, missedOpen, coverage, discarded, kept } = report
  printLine(terminal, `${options.side}, ${options.manifest ?? options.preset}, seed ${options.seed}`)
  printLine(
    terminal,
    `  ${bypasses} of ${tries} tries got past: ${perTenThousand(bypasses, report)} per 10,000; ${kept.length} ways past, one for each technique and goal`,
  )
  printLine(terminal, `  ${missedOpen} of ${seeds} seeds are not seen in the open and were not mutated`)
  printLine(
    terminal,
    `  ${coverage} pairs of detector and score seen; ${discarded} mutants lost their attack and do not count`,
  )
  printRows(terminal, 'by technique, per 10,000', report, report.byTechnique)
  printRows(terminal, 'by goal, per 10,000', report, report.byGoal)
  const telling = mostTelling(kept)
  if (telling.length > 0) printLine(terminal, '\nmost telling')
  for (const { goal, technique, action, score, text } of telling) {
    printLine(terminal, `  ${goal} by ${technique}: ${action}, score ${score.toFixed(2)}`)
    printLine(terminal, `    ${visible(text)}`)
  }
  if (options.out !== undefined)
    printLine(
      terminal,
      `\n${options.out}: ${kept.length} cases${kept.length === 0 ? '' : '; list it in a suite with `purpose: regression`'}`,
    )
}

function printRows(terminal: Terminal, title: string, report: FuzzReport, rows: FuzzReport['byGoal']): void {
  if (rows.length === 0) return
  printLine(terminal, `\n${title}`)
  for (const [name, count] of rows.slice(0, ROWS_MAX))
    printLine(terminal, `  ${String(perTenThousand(count, report)).padStart(7)}  ${name}`)
  if (rows.length > ROWS_MAX) printLine(terminal, `           and ${rows.length - ROWS_MAX} more`)
}

/** The fewest steps first, exact ones before lossy ones, and each technique and goal once. */
function mostTelling(kept: readonly Bypass[]): readonly Bypass[] {
  const shown: Bypass[] = []
  const seen = new Set<string>()
  const sorted = kept.toSorted(
    (left, right) =>
      Number(left.steps === 0) - Number(right.steps === 0) ||
      left.steps - right.steps ||
      left.lossy - right.lossy ||
      left.score - right.score ||
      left.text.length - right.text.length,
  )
  for (const bypass of sorted) {
    if (shown.length >= SHOWN_MAX) break
    if (seen.has(bypass.technique) || seen.has(bypass.goal)) continue
    seen.add(bypass.technique).add(bypass.goal)
    shown.push(bypass)
  }
  return shown
}

const SHOWN_CHARS_MAX = 100
/** Controls, formats, marks, variation selectors and tags: what a terminal obeys or does not show. */
const UNSEEN = /[\p{C}\p{M}\p{Zl}\p{Zp}]/gu

/** Text of an attack made inert: one line, nothing hidden, nothing that a terminal obeys. */
function visible(text: string): string {
  const shown = Array.from(text).slice(0, SHOWN_CHARS_MAX).join('')
  const plain = shown.replace(UNSEEN, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)
  return shown.length < text.length ? `${plain}… (${text.length} characters)` : plain
}
