import { describe, expect, test } from 'vitest'
import { binomialExactly } from '../support/exact-binomial.ts'
import { stdlibDistributions } from '../../src/adapters/statistics/stdlib-distributions.ts'
import { seededStream, type RandomStream } from '../../src/base/seeded-stream.ts'
import { clusterBounds, type ClusterCount } from '../../src/domain/statistics/cluster-interval.ts'
import { ALPHA_DEFAULT, type Criterion } from '../../src/domain/statistics/criterion.ts'
import { decideCounts } from '../../src/domain/statistics/decide-rate.ts'
import { pairedDifference } from '../../src/domain/statistics/paired.ts'
import { lowerBound, upperBound } from '../../src/domain/statistics/proportion.ts'
import { planFixed } from '../../src/domain/statistics/sample-size.ts'
import { planSequential, sequentialOutlook, stoppingBounds } from '../../src/domain/statistics/sequential-plan.ts'
import { SequentialRate } from '../../src/domain/statistics/sequential-rate.ts'

const SEED = 20261125
const RUNS = 10_000
/** α and three standard errors of a share of 10,000 runs. */
const RELEASES_MAX = (ALPHA_DEFAULT + 3 * Math.sqrt((ALPHA_DEFAULT * (1 - ALPHA_DEFAULT)) / RUNS)) * RUNS

/** Rates of cases whose trials hang together: Beta with the given mean and intraclass correlation, as 2,000 quantiles. */
function caseRates(mean: number, correlation: number): Float64Array {
  const size = (1 - correlation) / correlation
  return Float64Array.from({ length: 2_000 }, (_, at) =>
    stdlibDistributions.betaQuantile((at + 0.5) / 2_000, mean * size, (1 - mean) * size),
  )
}

function events(random: RandomStream, rate: number, trials: number): number {
  let count = 0
  for (let trial = 0; trial < trials; trial++) if (random() < rate) count += 1
  return count
}

const drawCluster = (random: RandomStream, rates: Float64Array, trials: number): ClusterCount => ({
  events: events(random, rates[Math.floor(random() * rates.length)] as number, trials),
  trials,
})

const meanOf = (rates: Float64Array): number => rates.reduce((sum, rate) => sum + rate, 0) / rates.length

describe(`at a true rate equal to the threshold the gate releases wrongly in at most α of runs (seed ${SEED})`, () => {
  test.each([
    ['at-most', 0.02, 149],
    ['at-most', 0.02, 400],
    ['at-most', 0.1, 100],
    ['at-least', 0.95, 200],
  ] as const)('fixed, one trial: %s %d with %i cases', (direction, threshold, n) => {
    const random = seededStream(SEED, 'fixed', direction, threshold, n)
    const criterion: Criterion = { direction, threshold, alpha: ALPHA_DEFAULT }
    const passesWith = Array.from({ length: n + 1 }, (_, k) => {
      const clusters = Array.from({ length: n }, (_unused, at) => ({ events: at < k ? 1 : 0, trials: 1 }))
      return decideCounts(stdlibDistributions, criterion, clusters).outcome === 'passed'
    })
    let released = 0
    for (let run = 0; run < RUNS; run++) if (passesWith[events(random, threshold, n)] === true) released += 1
    expect(released).toBeLessThanOrEqual(RELEASES_MAX)
    expect(released).toBeGreaterThan(0)
  })

  test.each([
    ['at-most', 0.02, 1_000],
    ['at-most', 0.1, 400],
    ['at-least', 0.95, 600],
  ] as const)(
    'sequential, one trial: %s %d, looking after each of up to %i cases',
    (direction, threshold, casesMax) => {
      const random = seededStream(SEED, 'sequential', direction, threshold)
      const { passAt, failAt } = stoppingBounds(
        stdlibDistributions,
        { direction, threshold, alpha: ALPHA_DEFAULT },
        casesMax,
      )
      const missRate = direction === 'at-most' ? threshold : 1 - threshold
      let released = 0
      for (let run = 0; run < RUNS; run++) {
        let misses = 0
        for (let n = 1; n <= casesMax; n++) {
          if (random() < missRate) misses += 1
          if (misses <= passAt[n]!) released += 1
          if (misses <= passAt[n]! || misses >= failAt[n]!) break
        }
      }
      expect(released).toBeLessThanOrEqual(RELEASES_MAX)
      expect(released).toBeGreaterThan(0)
    },
  )

  test.each([
    [0.02, 0, 150, 3],
    [0.02, 0.3, 150, 3],
    [0.02, 0.9, 200, 3],
    [0.1, 0.3, 60, 5],
    [0.3, 0.5, 30, 4],
  ])('fixed, threshold %d, correlation %d: %i cases of %i trials', (threshold, correlation, n, trials) => {
    const random = seededStream(SEED, 'fixed clusters', threshold, correlation)
    const rates = correlation === 0 ? Float64Array.of(threshold) : caseRates(threshold, correlation)
    const criterion: Criterion = { direction: 'at-most', threshold: meanOf(rates), alpha: ALPHA_DEFAULT }
    let released = 0
    for (let run = 0; run < RUNS; run++) {
      const clusters = Array.from({ length: n }, () => drawCluster(random, rates, trials))
      if (decideCounts(stdlibDistributions, criterion, clusters).outcome === 'passed') released += 1
    }
    expect(released).toBeLessThanOrEqual(RELEASES_MAX)
  })

  test.each([
    [0.1, 0.3, 200, 3],
    [0.3, 0.05, 200, 5],
    [0.3, 0.9, 200, 2],
  ])('sequential, threshold %d, correlation %d: up to %i cases of %i trials', (threshold, correlation, n, trials) => {
    const random = seededStream(SEED, 'sequential clusters', threshold, correlation)
    const rates = caseRates(threshold, correlation)
    const criterion: Criterion = {
      direction: 'at-most',
      threshold: meanOf(rates),
      alpha: ALPHA_DEFAULT,
      design: 'sequential',
    }
    let released = 0
    for (let run = 0; run < RUNS; run++) {
      const sequence = new SequentialRate(stdlibDistributions, criterion, false)
      for (let at = 0; at < n && sequence.outcome === 'inconclusive'; at++)
        sequence.add(drawCluster(random, rates, trials))
      if (sequence.outcome === 'passed') released += 1
    }
    expect(released).toBeLessThanOrEqual(RELEASES_MAX)
  })
})

describe(`coverage of one-sided 95 % bounds (seed ${SEED})`, () => {
  test('exact bounds cover at least as often as they say, at every rate', () => {
    for (const n of [10, 30, 149, 400]) {
      const bounds = Array.from({ length: n + 1 }, (_, k) => ({
        lower: lowerBound(stdlibDistributions, { k, n }, ALPHA_DEFAULT),
        upper: upperBound(stdlibDistributions, { k, n }, ALPHA_DEFAULT),
      }))
      for (let percent = 1; percent < 100; percent += 2) {
        const rate = percent / 100
        // Exact: the chance of each count is summed, nothing is drawn.
        let [upperCovers, lowerCovers] = [0, 0]
        for (let k = 0; k <= n; k++) {
          const mass = binomialExactly(k, n, rate)
          if (bounds[k]!.upper >= rate) upperCovers += mass
          if (bounds[k]!.lower <= rate) lowerCovers += mass
        }
        expect(upperCovers).toBeGreaterThanOrEqual(0.95 - 1e-9)
        expect(lowerCovers).toBeGreaterThanOrEqual(0.95 - 1e-9)
      }
    }
  })

  test.each([
    [0.02, 0.3, 150, 3],
    [0.05, 0.05, 60, 4],
    [0.1, 0.9, 60, 3],
    [0.5, 0.3, 30, 5],
    [0.9, 0.3, 40, 5],
  ])('cluster bounds at rate %d, correlation %d cover in 94 % of runs at least', (rate, correlation, n, trials) => {
    const random = seededStream(SEED, 'coverage', rate, correlation)
    const rates = caseRates(rate, correlation)
    const mean = meanOf(rates)
    let [upperCovers, lowerCovers] = [0, 0]
    for (let run = 0; run < RUNS; run++) {
      const bounds = clusterBounds(
        stdlibDistributions,
        Array.from({ length: n }, () => drawCluster(random, rates, trials)),
        ALPHA_DEFAULT,
      )
      if (bounds.upper >= mean) upperCovers += 1
      if (bounds.lower <= mean) lowerCovers += 1
    }
    expect(upperCovers / RUNS).toBeGreaterThanOrEqual(0.94)
    expect(lowerCovers / RUNS).toBeGreaterThanOrEqual(0.94)
  })

  test.each([
    [100, 0.1, 0.05],
    [200, 0.05, 0.05],
    [400, 0.02, 0.01],
  ])(
    'the paired difference of %i pairs, gained %d and lost %d, covers in 94 percent of runs at least',
    (n, gain, loss) => {
      const random = seededStream(SEED, 'paired', n)
      let [upperCovers, lowerCovers] = [0, 0]
      for (let run = 0; run < RUNS; run++) {
        let [gained, lost] = [0, 0]
        for (let pair = 0; pair < n; pair++) {
          const draw = random()
          if (draw < gain) gained += 1
          else if (draw < gain + loss) lost += 1
        }
        const { lower, upper } = pairedDifference(stdlibDistributions, { n, gained, lost }, ALPHA_DEFAULT)
        if (upper >= gain - loss) upperCovers += 1
        if (lower <= gain - loss) lowerCovers += 1
      }
      expect(upperCovers / RUNS).toBeGreaterThanOrEqual(0.94)
      expect(lowerCovers / RUNS).toBeGreaterThanOrEqual(0.94)
    },
  )
})

describe('a sequential criterion', () => {
  const criterion: Criterion = { direction: 'at-most', threshold: 0.02, alpha: ALPHA_DEFAULT }

  test('needs fewer cases than a fixed one of the same power when the truth is clear of the threshold', () => {
    // Both are planned to pass with probability 0.9 at a true rate of 0.5 %; then the truth is better, or much worse.
    const fixed = planFixed(stdlibDistributions, criterion, 0.005, 0.9)!
    const sequential = planSequential(stdlibDistributions, criterion, 0.005, { power: 0.9, casesMax: 2_000 })!
    const { passAt, failAt } = stoppingBounds(stdlibDistributions, criterion, sequential.n)
    for (const truth of [0, 0.001, 0.002, 0.06, 0.1, 0.3])
      expect(sequentialOutlook({ passAt, failAt }, truth).casesMean, `at ${truth}`).toBeLessThan(0.75 * fixed.n)
    expect(sequential.passed).toBeGreaterThanOrEqual(0.9)
    expect(sequential.casesMean).toBeLessThan(fixed.n)
  })

  test('has exact error rates: at the threshold it passes with probability α at most, however many cases there are', () => {
    for (const [threshold, casesMax] of [
      [0.02, 2_000],
      [0.2, 1_000],
      [0.5, 1_000],
    ] as const) {
      const bounds = stoppingBounds(stdlibDistributions, { ...criterion, threshold }, casesMax)
      const { passed, failed, inconclusive } = sequentialOutlook(bounds, threshold)
      expect(passed).toBeLessThanOrEqual(ALPHA_DEFAULT)
      expect(failed).toBeLessThanOrEqual(ALPHA_DEFAULT)
      expect(passed + failed + inconclusive).toBeCloseTo(1, 9)
    }
  })
})
