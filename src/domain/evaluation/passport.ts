import type { EpochMs } from '../../base/instant.ts'
import type { Distributions } from '../statistics/distributions.ts'
import type { JudgeCounts } from '../statistics/judge-error.ts'
import { lowerBound, type Counted } from '../statistics/proportion.ts'

/** What people found out about a judge: bound to its prompt and model, and only for a time. */
export interface JudgePassport extends JudgeCounts {
  readonly judge: string
  /** Of the judge's prompt, model and parameters: another is another judge. */
  readonly judgeDigest: string
  /** Of the labelled answers. */
  readonly labelsDigest: string
  readonly issuedAt: EpochMs
  readonly expiresAt: EpochMs
}

/** Half of the judge's answers to labelled cases that must be right, at 95 % confidence each, for it to inform a decision. */
const INFORMATIVE_MIN = 1

/** Why a judge cannot decide; undefined when it can. */
export function passportGap(
  distributions: Distributions,
  passport: JudgePassport | undefined,
  judgeDigest: string,
  now: EpochMs,
): string | undefined {
  if (passport === undefined) return 'the judge has no passport: it informs, and decides nothing'
  if (passport.judgeDigest !== judgeDigest) return 'the passport is of another prompt or model'
  if (passport.issuedAt > now) return 'the passport is not valid yet'
  if (passport.expiresAt <= now) return 'the passport has expired'
  const sensitivity = lowerBound(distributions, passport.sensitivity, PART)
  const specificity = lowerBound(distributions, passport.specificity, PART)
  if (sensitivity + specificity <= INFORMATIVE_MIN)
    return 'on its labels the judge may be no better than a coin: label more answers'
  return undefined
}

/** As in `correctedRate`: three bounds share α. */
const PART = 0.05 / 3

export interface LabelledVerdict {
  /** What people say: is it an event? */
  readonly label: boolean
  /** What the judge says; undefined without a verdict, which counts against it. */
  readonly verdict: boolean | undefined
}

/** Sensitivity and specificity as counts. An answer without a verdict is a wrong one: leaving it out would flatter the judge. */
export function countAgreement(labelled: readonly LabelledVerdict[]): JudgeCounts {
  const count = (label: boolean): Counted => {
    const those = labelled.filter((entry) => entry.label === label)
    return { n: those.length, k: those.filter(({ verdict }) => verdict === label).length }
  }
  return { sensitivity: count(true), specificity: count(false) }
}
