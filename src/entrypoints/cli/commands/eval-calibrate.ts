import { resolve } from 'node:path'
import { readLabels } from '../../../adapters/evaluation/read-labels.ts'
import { writeFileAtomic } from '../../../adapters/files/atomic-file.ts'
import { projectFolder } from '../../../adapters/files/project-folder.ts'
import { systemClock } from '../../../adapters/clock/system-clock.ts'
import { stdlibDistributions } from '../../../adapters/statistics/stdlib-distributions.ts'
import { HttpExchanger } from '../../../adapters/targets/http-exchange.ts'
import { LagMeter } from '../../../adapters/targets/lag-meter.ts'
import type { Judge } from '../../../application/evaluation/ask-judges.ts'
import { DAY_MS, epochMs } from '../../../base/instant.ts'
import { parseSuiteHead } from '../../../contract/suite/parse-suite.ts'
import { printPassport } from '../../../contract/suite/passport-file.ts'
import {
  countAgreement,
  passportGap,
  type JudgePassport,
  type LabelledVerdict,
} from '../../../domain/evaluation/passport.ts'
import { lowerBound, upperBound, type Counted } from '../../../domain/statistics/proportion.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { openJudges } from '../evaluation/open-judges.ts'
import { terminalProgress } from '../gate/progress.ts'
import { reportProblems } from '../report-problems.ts'
import { printLine, type Terminal } from '../terminal.ts'

export interface EvalCalibrateOptions {
  readonly project: string
  readonly labels: string
  readonly output: string
  readonly days: number
}

/** `gatehouse eval calibrate`: asks a judge about answers that people labelled, and writes its passport. */
export async function evalCalibrateCommand(
  terminal: Terminal,
  arguments_: { readonly suite: string; readonly judge: string },
  options: EvalCalibrateOptions,
): Promise<number> {
  const folder = resolve(terminal.workingFolder, options.project)
  const text = await projectFolder(folder).readText(arguments_.suite)
  const head = text.ok ? parseSuiteHead(arguments_.suite, text.value) : undefined
  const labels = await readLabels(resolve(terminal.workingFolder, options.labels), options.labels)
  if (!text.ok || head?.ok !== true || !labels.ok) {
    const problems = text.ok ? (head?.ok === false ? head.failure : labels.ok ? [] : labels.failure) : [text.failure]
    reportProblems(terminal, problems)
    return EXIT_CODE.usage
  }
  const ports = { http: new HttpExchanger(), lag: new LagMeter(), environment: terminal.environment, folder }
  const now = systemClock()
  try {
    const opened = await openJudges(head.value.judges ?? [], ports, {
      folder,
      now,
      signal: terminal.interrupted,
      isCalibration: true,
    })
    const judge = opened.ok ? opened.value.judges.get(arguments_.judge) : undefined
    if (judge === undefined) {
      const next = `use one of: ${(head.value.judges ?? []).map(({ id }) => id).join(', ')}`
      const unknown = { code: 'suite/unknown-judge', message: `no judge is named \`${arguments_.judge}\``, next }
      reportProblems(terminal, opened.ok ? [unknown] : opened.failure)
      return EXIT_CODE.usage
    }
    const verdicts = await askAll(terminal, judge, labels.value.labels)
    if (terminal.interrupted.aborted) return EXIT_CODE.interrupted
    const passport: JudgePassport = {
      judge: judge.id,
      judgeDigest: judge.digest,
      labelsDigest: labels.value.digest,
      ...countAgreement(verdicts),
      issuedAt: now,
      expiresAt: epochMs(now + options.days * DAY_MS),
    }
    await writeFileAtomic(resolve(folder, options.output), printPassport(passport))
    printPassportLines(terminal, passport)
    const gap = passportGap(stdlibDistributions, passport, judge.digest, now)
    if (gap !== undefined) printLine(terminal, `it informs, and decides nothing: ${gap}`)
    return gap === undefined ? EXIT_CODE.pass : EXIT_CODE.inconclusive
  } finally {
    ports.lag.close()
    await ports.http.close()
  }
}

async function askAll(
  terminal: Terminal,
  judge: Judge,
  labels: readonly {
    readonly prompt: string
    readonly reply: string
    readonly question: string
    readonly label: boolean
  }[],
): Promise<readonly LabelledVerdict[]> {
  const progress = terminalProgress(terminal)
  progress.start(labels.length, 'labelled answers')
  const verdicts: LabelledVerdict[] = []
  for (const { prompt, reply, question, label } of labels) {
    if (terminal.interrupted.aborted) break
    const verdict = await judge.ask({ input: prompt, reply, question })
    verdicts.push({ label, verdict: verdict.holds === undefined ? undefined : !verdict.holds })
    progress.advance()
  }
  progress.stop()
  return verdicts
}

function printPassportLines(terminal: Terminal, { judge, sensitivity, specificity }: JudgePassport): void {
  const show = (name: string, counted: Counted): string => {
    const { k, n } = counted
    const [low, high] = [
      lowerBound(stdlibDistributions, counted, 0.025),
      upperBound(stdlibDistributions, counted, 0.025),
    ]
    return `  ${name} ${n === 0 ? '–' : `${((100 * k) / n).toFixed(1)}%`} (${k}/${n}, 95% ${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)})`
  }
  printLine(terminal, `judge ${judge} against people`)
  printLine(terminal, show('sensitivity', sensitivity))
  printLine(terminal, show('specificity', specificity))
}
