import type { Criterion } from './criterion.ts'
import type { Distributions } from './distributions.ts'
import { rateEvidence } from './rate-test.ts'
import { missesOf } from './sample-size.ts'
import { SEQUENTIAL_CASES_MIN } from './sequential-rate.ts'

/** Misses at which a sequential criterion is decided after n cases: at `passAt[n]` or fewer, at `failAt[n]` or more. */
export interface StoppingBounds {
  readonly passAt: Int32Array
  readonly failAt: Int32Array
}

/** The stopping rule as a table: the evidence is monotone in the misses, and its boundaries never fall as n grows. */
export function stoppingBounds(distributions: Distributions, criterion: Criterion, casesMax: number): StoppingBounds {
  const { threshold } = missesOf(criterion, 0)
  const limit = -Math.log(criterion.alpha)
  const passAt = new Int32Array(casesMax + 1).fill(-1)
  const failAt = new Int32Array(casesMax + 1).fill(casesMax + 1)
  let [pass, failing] = [-1, 1]
  for (let n = 1; n <= casesMax; n++) {
    while (pass + 1 <= n && rateEvidence(distributions, { k: pass + 1, n }, threshold).below >= limit) pass += 1
    while (failing <= n && rateEvidence(distributions, { k: failing, n }, threshold).above < limit) failing += 1
    if (n < SEQUENTIAL_CASES_MIN) continue
    passAt[n] = pass
    failAt[n] = failing
  }
  return { passAt, failAt }
}

export interface SequentialOutlook {
  readonly passed: number
  readonly failed: number
  /** Undecided after all cases. */
  readonly inconclusive: number
  /** Cases until it is decided, or all of them, on average. */
  readonly casesMean: number
}

/** Exact operating characteristics at a true miss rate, by following the distribution of the misses case by case. */
export function sequentialOutlook({ passAt, failAt }: StoppingBounds, miss: number): SequentialOutlook {
  const casesMax = passAt.length - 1
  // chance[k]: still undecided, with k misses.
  let chance = new Float64Array(casesMax + 2)
  chance[0] = 1
  let [passed, failed, casesMean] = [0, 0, 0]
  let [low, high] = [0, 0]
  for (let n = 1; n <= casesMax && low <= high; n++) {
    const next = new Float64Array(casesMax + 2)
    let undecided = 0
    for (let k = low; k <= high; k++) {
      const mass = chance[k] as number
      undecided += mass
      next[k] = (next[k] as number) + mass * (1 - miss)
      next[k + 1] = mass * miss
    }
    casesMean += undecided
    high += 1
    while (low <= high && low <= (passAt[n] as number)) passed += next[low++] as number
    while (high >= low && high >= (failAt[n] as number)) failed += next[high--] as number
    chance = next
  }
  return { passed, failed, inconclusive: Math.max(0, 1 - passed - failed), casesMean }
}

/** Fewest cases to have ready so that a sequential criterion passes with probability `power` at the assumed rate. */
export function planSequential(
  distributions: Distributions,
  criterion: Criterion,
  rate: number,
  plan: { readonly power: number; readonly casesMax: number },
): (SequentialOutlook & { readonly n: number }) | undefined {
  const { threshold, miss } = missesOf(criterion, rate)
  if (miss >= threshold) return undefined
  const bounds = stoppingBounds(distributions, criterion, plan.casesMax)
  const outlookAt = (n: number): SequentialOutlook =>
    sequentialOutlook({ passAt: bounds.passAt.subarray(0, n + 1), failAt: bounds.failAt.subarray(0, n + 1) }, miss)
  if (outlookAt(plan.casesMax).passed < plan.power) return undefined
  let [low, high] = [0, plan.casesMax]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (outlookAt(middle).passed >= plan.power) high = middle
    else low = middle
  }
  return { n: high, ...outlookAt(high) }
}
