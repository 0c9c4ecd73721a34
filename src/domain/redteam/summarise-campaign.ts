import type { Distributions } from '../statistics/distributions.ts'
import { lowerBound, upperBound } from '../statistics/proportion.ts'
import { frameworksOf, goalOf, type CampaignGoal } from './campaign-goals.ts'
import type { AttackAttempt, CampaignRun } from './campaign-run.ts'

/** A rate with a two-sided 95 % interval (Clopper–Pearson, 2.5 % on either side). */
export interface Rate {
  readonly k: number
  readonly n: number
  readonly estimate: number
  readonly low: number
  readonly high: number
}

export interface CampaignFinding {
  readonly goal: string
  readonly technique: string
  readonly title: string
  readonly severity: CampaignGoal['severity']
  readonly frameworks: readonly string[]
  readonly fix: string
  readonly rate: Rate
  /** Attempts that succeeded, in the order in which they ran. */
  readonly succeeded: readonly AttackAttempt[]
}

export interface CampaignSummary {
  readonly overall: Rate
  readonly byGoal: readonly { readonly goal: string; readonly rate: Rate }[]
  /** Pairs of goal and technique that succeeded at least once, most severe and most frequent first. */
  readonly findings: readonly CampaignFinding[]
  /** Attempts that gave no verdict: neither held nor succeeded. */
  readonly errored: number
  readonly overBlock: Rate | undefined
}

const TAIL = 0.025
/** How much worse one step of severity is; only the order of findings follows from it. */
const WEIGHT: Readonly<Record<CampaignGoal['severity'], number>> = { critical: 8, high: 4, medium: 2, low: 1 }

export function rateOf(distributions: Distributions, k: number, n: number): Rate {
  return {
    k,
    n,
    estimate: n === 0 ? 0 : k / n,
    low: lowerBound(distributions, { k, n }, TAIL),
    high: upperBound(distributions, { k, n }, TAIL),
  }
}

/** Rates and ranked findings of a campaign; attempts without a verdict are in no rate. */
export function summariseCampaign(distributions: Distributions, { attempts, twins }: CampaignRun): CampaignSummary {
  const decided = attempts.filter(({ outcome }) => outcome !== 'errored')
  const rate = (of: readonly AttackAttempt[]): Rate =>
    rateOf(distributions, of.filter(({ outcome }) => outcome === 'succeeded').length, of.length)
  const answered = twins.filter(({ outcome }) => outcome !== 'errored')
  return {
    overall: rate(decided),
    byGoal: [...groupBy(decided, ({ goal }) => goal)].map(([goal, of]) => ({ goal, rate: rate(of) })),
    findings: [...groupBy(decided, ({ goal, technique }) => `${goal}\n${technique}`).values()]
      .filter((of) => of.some(({ outcome }) => outcome === 'succeeded'))
      .map((of) => findingOf(of, rate(of)))
      .toSorted(byRisk),
    errored: attempts.length - decided.length,
    overBlock:
      answered.length === 0
        ? undefined
        : rateOf(distributions, answered.filter(({ outcome }) => outcome === 'blocked').length, answered.length),
  }
}

function findingOf(of: readonly AttackAttempt[], rate: Rate): CampaignFinding {
  const { goal: id, technique } = of[0] as AttackAttempt
  const goal = goalOf(id)
  return {
    goal: id,
    technique,
    title: goal.title,
    severity: goal.severity,
    frameworks: frameworksOf(goal),
    fix: goal.fix,
    rate,
    succeeded: of.filter(({ outcome }) => outcome === 'succeeded'),
  }
}

/** Severity times success; where equal, what is more certain first. */
function byRisk(left: CampaignFinding, right: CampaignFinding): number {
  const risk = ({ severity, rate }: CampaignFinding): number => WEIGHT[severity] * rate.estimate
  return (
    risk(right) - risk(left) ||
    right.rate.low - left.rate.low ||
    `${left.goal} ${left.technique}`.localeCompare(`${right.goal} ${right.technique}`, 'en')
  )
}

function groupBy<Value>(
  values: readonly Value[],
  keyOf: (value: Value) => string,
): ReadonlyMap<string, readonly Value[]> {
  const groups = new Map<string, Value[]>()
  for (const value of values) {
    const key = keyOf(value)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [value])
    else group.push(value)
  }
  return groups
}
