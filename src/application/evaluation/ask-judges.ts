import type { JudgeVerdicts, Verdict } from '../../domain/evaluation/scorers/verdict.ts'
import { noVerdict } from '../../domain/evaluation/scorers/verdict.ts'
import type { Observation, SuiteCase } from '../../domain/evaluation/suite.ts'

/** A model that is asked whether a reply misses what was asked of it. */
export interface Judge {
  readonly id: string
  /** Of everything that its answers depend on: prompt, model, parameters. */
  readonly digest: string
  ask(question: JudgeQuestion): Promise<Verdict>
}

export interface JudgeQuestion {
  readonly input: string
  readonly reply: string
  readonly question: string
}

/** Asks the judges that a case names, one after the other; the verdicts by the expectations' places. */
export async function askJudges(
  judges: ReadonlyMap<string, Judge>,
  suiteCase: SuiteCase,
  observation: Observation,
): Promise<JudgeVerdicts> {
  const verdicts = new Map<number, Verdict>()
  for (const [place, expectation] of suiteCase.expect.entries()) {
    if (expectation.scorer !== 'judge') continue
    const judge = judges.get(expectation.judge)
    verdicts.set(
      place,
      judge === undefined
        ? noVerdict(`the suite has no judge \`${expectation.judge}\``)
        : await judge.ask({
            input: suiteCase.turns.join('\n\n'),
            reply: observation.reply,
            question: expectation.question ?? '',
          }),
    )
  }
  return verdicts
}
