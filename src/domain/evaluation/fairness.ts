import { wilsonInterval } from '../statistics/proportion.ts'
import { mcNemar, pairedDifference } from '../statistics/paired.ts'
import type { Distributions } from '../statistics/distributions.ts'

/** One decision about one person, as a table of decisions holds it. */
export interface FairnessDecision {
  readonly group: string
  /** The favourable decision. */
  readonly selected: boolean
  /** What was right, where it is known. */
  readonly actual?: boolean | undefined
}

export interface GroupRates {
  readonly group: string
  readonly n: number
  readonly selection: RateOf
  /** Among those who deserved it; null where no truth is known. */
  readonly truePositive: RateOf | null
  readonly falsePositive: RateOf | null
}

export interface RateOf {
  readonly n: number
  readonly k: number
  readonly rate: number | null
  readonly low: number
  readonly high: number
}

export interface Contrast {
  readonly group: string
  readonly reference: string
  readonly difference: number
  readonly low: number
  readonly high: number
}

export interface RatioOf {
  readonly group: string
  readonly reference: string
  readonly ratio: number
  readonly low: number
  readonly high: number
}

export interface FairnessReport {
  readonly reference: string
  readonly groups: readonly GroupRates[]
  /** Selection rate of each group minus that of the reference. */
  readonly demographicParity: readonly Contrast[]
  /** Differences of true and of false positive rates; empty where no truth is known. */
  readonly equalOpportunity: readonly Contrast[]
  readonly falsePositiveParity: readonly Contrast[]
  /** Larger of the two absolute differences over all groups; null where no truth is known. */
  readonly equalisedOdds: number | null
  /** Selection rate of each group over that of the reference; below 0.8 is the "four-fifths" sign of adverse impact. */
  readonly selectionRatio: readonly RatioOf[]
}

const Z_95 = 1.959_963_984_540_054

/** Group fairness of decisions, each figure with a 95 % interval, against the group with the most decisions unless one is named. */
export function fairnessOf(decisions: readonly FairnessDecision[], named?: string): FairnessReport | undefined {
  const byGroup = Map.groupBy(decisions, ({ group }) => group)
  const groups = [...byGroup.keys()].toSorted()
  const largest = groups.toSorted((left, right) => sizeOf(byGroup, right) - sizeOf(byGroup, left))[0]
  const reference = named ?? largest
  if (reference === undefined || !byGroup.has(reference)) return undefined
  const rates = groups.map((group) => ratesOf(group, byGroup.get(group) ?? []))
  const base = rates.find(({ group }) => group === reference) as GroupRates
  const others = rates.filter(({ group }) => group !== reference)
  const contrasts = (pick: (group: GroupRates) => RateOf | null): readonly Contrast[] =>
    others.flatMap((group) => contrast(group.group, reference, pick(group), pick(base)))
  const equalOpportunity = contrasts(({ truePositive }) => truePositive)
  const falsePositiveParity = contrasts(({ falsePositive }) => falsePositive)
  const odds = [...equalOpportunity, ...falsePositiveParity].map(({ difference }) => Math.abs(difference))
  return {
    reference,
    groups: rates,
    demographicParity: contrasts(({ selection }) => selection),
    equalOpportunity,
    falsePositiveParity,
    equalisedOdds: odds.length === 0 ? null : Math.max(...odds),
    selectionRatio: others.flatMap((group) => ratio(group, base)),
  }
}

function sizeOf(byGroup: ReadonlyMap<string, readonly FairnessDecision[]>, group: string): number {
  return byGroup.get(group)?.length ?? 0
}

function ratesOf(group: string, decisions: readonly FairnessDecision[]): GroupRates {
  const count = (among: readonly FairnessDecision[]): RateOf => {
    const k = among.filter(({ selected }) => selected).length
    const n = among.length
    return { n, k, rate: n === 0 ? null : k / n, ...wilsonInterval({ k, n }) }
  }
  const isKnown = decisions.some(({ actual }) => actual !== undefined)
  return {
    group,
    n: decisions.length,
    selection: count(decisions),
    truePositive: isKnown ? count(decisions.filter(({ actual }) => actual === true)) : null,
    falsePositive: isKnown ? count(decisions.filter(({ actual }) => actual === false)) : null,
  }
}

/**
 * Difference of two independent proportions with the interval made of their two Wilson intervals (R. G. Newcombe, Interval
 * estimation for the difference between independent proportions, Statistics in Medicine 17 (1998), 873–890, method 10).
 */
// oxlint-disable-next-line max-params -- two groups and their two rates
function contrast(group: string, reference: string, one: RateOf | null, other: RateOf | null): readonly Contrast[] {
  if (one?.rate === null || one === null || other?.rate === null || other === null) return []
  const difference = one.rate - other.rate
  const below = Math.hypot(one.rate - one.low, other.high - other.rate)
  const above = Math.hypot(one.high - one.rate, other.rate - other.low)
  return [
    { group, reference, difference, low: Math.max(-1, difference - below), high: Math.min(1, difference + above) },
  ]
}

/** Ratio of selection rates with the log interval of D. Katz et al. (Biometrics 34 (1978), 469–474), a half added to each count. */
function ratio(group: GroupRates, base: GroupRates): readonly RatioOf[] {
  const [one, other] = [group.selection, base.selection]
  if (one.n === 0 || other.n === 0) return []
  const [k1, n1, k2, n2] = [one.k + 0.5, one.n + 0.5, other.k + 0.5, other.n + 0.5]
  const value = k1 / n1 / (k2 / n2)
  const spread = Z_95 * Math.sqrt(1 / k1 - 1 / n1 + 1 / k2 - 1 / n2)
  return [
    {
      group: group.group,
      reference: base.group,
      ratio: value,
      low: value * Math.exp(-spread),
      high: value * Math.exp(spread),
    },
  ]
}

/** Cases that differ only in a group: how often the answers come out differently. */
export interface PairedGroups {
  /** Pairs whose cases of two groups both have a verdict. */
  readonly pairs: number
  readonly contrasts: readonly {
    readonly group: string
    readonly reference: string
    readonly pairs: number
    /** Held for the reference and not for the group, and the other way round. */
    readonly onlyReferenceHeld: number
    readonly onlyGroupHeld: number
    readonly difference: number
    readonly low: number
    readonly high: number
    readonly pValue: number
  }[]
}

export interface PairedOutcome {
  readonly pair: string
  readonly group: string
  readonly held: boolean
}

/** Counterfactual pairs, each group against the first in alphabetical order: exact McNemar test, Tango's 95 % interval. */
export function pairedGroups(distributions: Distributions, outcomes: readonly PairedOutcome[]): PairedGroups | null {
  const byPair = Map.groupBy(outcomes, ({ pair }) => pair)
  const groups = [...new Set(outcomes.map(({ group }) => group))].toSorted()
  const [reference, ...others] = groups
  if (reference === undefined || others.length === 0) return null
  const contrasts = others.flatMap((group) => {
    let [pairs, onlyReferenceHeld, onlyGroupHeld] = [0, 0, 0]
    for (const members of byPair.values()) {
      const one = members.find((member) => member.group === group)
      const other = members.find((member) => member.group === reference)
      if (one === undefined || other === undefined) continue
      pairs += 1
      if (other.held && !one.held) onlyReferenceHeld += 1
      if (one.held && !other.held) onlyGroupHeld += 1
    }
    if (pairs === 0) return []
    const counts = { n: pairs, gained: onlyGroupHeld, lost: onlyReferenceHeld }
    const { estimate, lower, upper } = pairedDifference(distributions, counts, 0.025)
    const pValue = mcNemar(distributions, counts).twoSided
    return [
      {
        group,
        reference,
        pairs,
        onlyReferenceHeld,
        onlyGroupHeld,
        difference: estimate,
        low: lower,
        high: upper,
        pValue,
      },
    ]
  })
  return { pairs: byPair.size, contrasts }
}
