import { array, assert, double, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { binomialAtMost, binomialExactly } from '../../../test/support/exact-binomial.ts'
import { stdlibDistributions } from '../../adapters/statistics/stdlib-distributions.ts'
import { seededStream } from '../../base/seeded-stream.ts'
import { BettingTest } from './betting.ts'
import { clusteredBootstrap } from './bootstrap.ts'
import { inferFlakiness } from './flakiness.ts'
import { holm } from './holm.ts'
import { correctedRate } from './judge-error.ts'
import { mcNemar, meanDifference, nonInferiority, pairedDifference } from './paired.ts'
import { upperBound } from './proportion.ts'
import { rateEvidence, rateSequenceBounds } from './rate-test.ts'
import { planFixed, planPaired } from './sample-size.ts'
import { SequentialRate } from './sequential-rate.ts'

const D = stdlibDistributions

describe('a mixture of likelihood ratios', () => {
  test('is 1 before anything is seen, and its expectation at the threshold stays 1 at most', () => {
    for (const threshold of [0.01, 0.2, 0.5, 0.9]) {
      expect(rateEvidence(D, { k: 0, n: 0 }, threshold)).toEqual({
        below: expect.closeTo(0, 10),
        above: expect.closeTo(0, 10),
      })
      for (const n of [1, 7, 40]) {
        let [below, above] = [0, 0]
        for (let k = 0; k <= n; k++) {
          const chance = binomialExactly(k, n, threshold)
          const evidence = rateEvidence(D, { k, n }, threshold)
          below += chance * Math.exp(evidence.below)
          above += chance * Math.exp(evidence.above)
        }
        expect(below).toBeCloseTo(1, 6)
        expect(above).toBeCloseTo(1, 6)
      }
    }
  })

  test('has an expectation below 1 on the wrong side of the threshold', () => {
    for (const rate of [0.25, 0.4, 0.9]) {
      let below = 0
      for (let k = 0; k <= 30; k++) {
        const chance = binomialExactly(k, 30, rate)
        below += chance * Math.exp(rateEvidence(D, { k, n: 30 }, 0.2).below)
      }
      expect(below).toBeLessThan(1)
    }
  })

  test('shows nothing of a threshold that cannot be missed or cannot be met', () => {
    expect(rateEvidence(D, { k: 0, n: 1_000 }, 0).below).toBe(Number.NEGATIVE_INFINITY)
    expect(rateEvidence(D, { k: 1_000, n: 1_000 }, 1).above).toBe(Number.NEGATIVE_INFINITY)
  })

  test('bounds the rate more widely than one look would, and always around the estimate', () => {
    assert(
      property(integer({ min: 1, max: 500 }), double({ min: 0, max: 1, noNaN: true }), (n, share) => {
        const k = Math.round(share * n)
        const { lower, upper } = rateSequenceBounds(D, { k, n }, 0.05)
        expect(lower).toBeLessThanOrEqual(k / n)
        expect(upper).toBeGreaterThanOrEqual(k / n)
        if (k === 0) expect(upper).toBeGreaterThan(1 - 0.05 ** (1 / n))
      }),
      { numRuns: 100 },
    )
  })
})

describe('a sequential criterion', () => {
  const criterion = { direction: 'at-most', threshold: 0.02, alpha: 0.05, design: 'sequential' } as const
  const feed = (sequence: SequentialRate, events: number, times: number): void => {
    for (let at = 0; at < times; at++) sequence.add({ events, trials: 1 })
  }

  test('passes at the 164th good case and says so with its bound', () => {
    const sequence = new SequentialRate(D, criterion, true)
    feed(sequence, 0, 163)
    expect(sequence.outcome).toBe('inconclusive')
    feed(sequence, 0, 1)
    expect(sequence.decision()).toMatchObject({ outcome: 'passed', n: 164, k: 0, method: 'beta-binomial-sequence' })
    expect(sequence.decision().upper).toBeLessThanOrEqual(0.02)
  })

  test('is not decided by its first cases, and fails soon on many misses', () => {
    const sequence = new SequentialRate(D, criterion, true)
    feed(sequence, 1, 19)
    expect(sequence.outcome).toBe('inconclusive')
    feed(sequence, 1, 1)
    expect(sequence.decision()).toMatchObject({ outcome: 'failed', n: 20, k: 20 })
    expect(sequence.decision().lower).toBeGreaterThan(0.02)
  })

  test('stays decided: later cases neither count nor change it', () => {
    const sequence = new SequentialRate(D, criterion, true)
    feed(sequence, 0, 164)
    feed(sequence, 1, 100)
    expect(sequence.decision()).toMatchObject({ outcome: 'passed', n: 164, k: 0 })
  })

  test('of repeated trials is not decided below 30 cases', () => {
    const sequence = new SequentialRate(D, { ...criterion, threshold: 0.9 }, false)
    for (let at = 0; at < 29; at++) sequence.add({ events: 0, trials: 4 })
    expect(sequence.outcome).toBe('inconclusive')
    sequence.add({ events: 0, trials: 4 })
    expect(sequence.decision()).toMatchObject({ outcome: 'passed', n: 30, method: 'betting-sequence' })
  })
})

describe('bets on a bounded mean', () => {
  test('win nothing on average when the mean is the threshold', () => {
    // The capital after every sequence of 10 fair coins, each as likely: its mean is 1.
    let [below, above] = [0, 0]
    for (let sequence = 0; sequence < 1_024; sequence++) {
      const betting = new BettingTest(0.05, 0.5)
      for (let at = 0; at < 10; at++) betting.add((sequence >> at) & 1)
      below += Math.exp(betting.below) / 1_024
      above += Math.exp(betting.above) / 1_024
    }
    expect(below).toBeCloseTo(1, 9)
    expect(above).toBeCloseTo(1, 9)
  })

  test('bound the mean where the capital at the threshold says so', () => {
    assert(
      property(
        array(double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 }),
        double({ min: 0.05, max: 0.95, noNaN: true }),
        (values, threshold) => {
          const betting = new BettingTest(0.05, threshold)
          for (const value of values) betting.add(value)
          const { lower, upper } = betting.bounds()
          const limit = Math.log(20)
          if (betting.below > limit + 1e-6) expect(upper).toBeLessThanOrEqual(threshold + 1e-9)
          if (betting.below < limit - 1e-6) expect(upper).toBeGreaterThanOrEqual(threshold - 1e-9)
          if (betting.above > limit + 1e-6) expect(lower).toBeGreaterThanOrEqual(threshold - 1e-9)
          if (betting.above < limit - 1e-6) expect(lower).toBeLessThanOrEqual(threshold + 1e-9)
        },
      ),
    )
  })
})

describe('pairs', () => {
  test.each([
    [0, 0, 1],
    [5, 5, 1],
    [8, 1, 0.039_062_5],
    [1, 8, 0.039_062_5],
    [10, 0, 0.001_953_125],
  ])('with %i gained and %i lost have the exact two-sided p value %d', (gained, lost, p) => {
    expect(mcNemar(D, { n: 100, gained, lost }).twoSided).toBeCloseTo(p, 9)
  })

  test('have the interval of Tango’s example: 43 and 0 of 44 treated alike, one lost', () => {
    // Tango 1998, table II: n = 44, one discordant pair: two-sided 95 % (−0.096, 0.057) by the score interval.
    const { estimate, lower, upper } = pairedDifference(D, { n: 44, gained: 0, lost: 1 }, 0.025)
    expect(estimate).toBeCloseTo(-0.0227, 4)
    expect(lower).toBeCloseTo(-0.118, 3)
    expect(upper).toBeCloseTo(0.0598, 3)
  })

  test.each([
    [{ n: 500, gained: 0, lost: 0 }, 0.02, 'passed'],
    [{ n: 60, gained: 0, lost: 0 }, 0.02, 'inconclusive'],
    [{ n: 500, gained: 40, lost: 0 }, 0.02, 'failed'],
    [{ n: 500, gained: 0, lost: 40 }, 0.02, 'passed'],
  ] as const)('%j with margin %d: no more misses than before is %s', (counts, margin, outcome) => {
    expect(nonInferiority(pairedDifference(D, counts, 0.05), margin, 'gained').outcome).toBe(outcome)
    // A rate that should be high is the mirror image.
    const mirrored = { n: counts.n, gained: counts.lost, lost: counts.gained }
    expect(nonInferiority(pairedDifference(D, mirrored, 0.05), margin, 'lost').outcome).toBe(outcome)
  })

  test('of scores are compared by their mean difference, and not at all when there is one', () => {
    expect(meanDifference(D, [0.5], 0.05)).toBeUndefined()
    expect(meanDifference(D, [0, 0, 0], 0.05)).toMatchObject({ estimate: 0, twoSided: 1 })
    const { estimate, lower, upper, twoSided } = meanDifference(D, [1, 2, 3, 4, 5], 0.05)!
    expect([estimate, twoSided]).toEqual([3, expect.closeTo(0.013_2, 3)])
    // t(0.95, 4) = 2.131847; standard error √(2.5/5).
    expect(upper - lower).toBeCloseTo(2 * 2.131_847 * Math.sqrt(0.5), 5)
  })
})

describe('the clustered bootstrap', () => {
  test('is the same for the same seed, and near the normal interval for many cases', () => {
    const random = seededStream(3, 'values')
    const values = Array.from({ length: 400 }, () => random())
    const first = clusteredBootstrap(D, values, { alpha: 0.05, seed: 9 })!
    expect(clusteredBootstrap(D, values, { alpha: 0.05, seed: 9 })).toEqual(first)
    expect(clusteredBootstrap(D, values, { alpha: 0.05, seed: 10 })).not.toEqual(first)
    const normal = meanDifference(D, values, 0.05)!
    expect(first.lower).toBeCloseTo(normal.lower, 2)
    expect(first.upper).toBeCloseTo(normal.upper, 2)
  })

  test('says nothing where nothing varies', () => {
    expect(clusteredBootstrap(D, [1], { alpha: 0.05, seed: 1 })).toBeUndefined()
    expect(clusteredBootstrap(D, [0, 0, 0], { alpha: 0.05, seed: 1 })).toBeUndefined()
  })
})

describe('Holm’s adjustment', () => {
  test('is the one of the textbook example', () => {
    expect(holm([0.01, 0.04, 0.03, 0.005]).map((p) => Number(p.toFixed(3)))).toEqual([0.03, 0.06, 0.06, 0.02])
  })

  test('keeps order, never lowers a p value and never exceeds 1', () => {
    assert(
      property(array(double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }), (values) => {
        const adjusted = holm(values)
        for (const [at, value] of values.entries()) {
          expect(adjusted[at]).toBeGreaterThanOrEqual(value)
          expect(adjusted[at]).toBeLessThanOrEqual(1)
          for (const [other, second] of values.entries())
            if (value < second) expect(adjusted[at]!).toBeLessThanOrEqual(adjusted[other]!)
        }
      }),
    )
  })
})

describe('a rate reported by a fallible judge', () => {
  const judge = { sensitivity: { k: 90, n: 100 }, specificity: { k: 95, n: 100 } }

  test('is corrected as Rogan and Gladen say, with bounds wider than those of the reported rate', () => {
    const { estimate, lower, upper } = correctedRate(D, { k: 50, n: 500 }, judge, 0.05)!
    expect(estimate).toBeCloseTo((0.1 + 0.95 - 1) / (0.9 + 0.95 - 1), 9)
    expect(lower).toBe(0)
    expect(upper).toBeGreaterThan(upperBound(D, { k: 50, n: 500 }, 0.05))
  })

  test('cannot be corrected where the judge may be no better than a coin', () => {
    expect(
      correctedRate(D, { k: 5, n: 50 }, { sensitivity: { k: 6, n: 10 }, specificity: { k: 6, n: 10 } }, 0.05),
    ).toBe(undefined)
    expect(correctedRate(D, { k: 5, n: 50 }, { sensitivity: { k: 0, n: 0 }, specificity: { k: 0, n: 0 } }, 0.05)).toBe(
      undefined,
    )
  })

  test('has narrower bounds the more labels the judge was tried on', () => {
    const few = correctedRate(D, { k: 100, n: 500 }, judge, 0.05)!
    const many = correctedRate(
      D,
      { k: 100, n: 500 },
      { sensitivity: { k: 900, n: 1_000 }, specificity: { k: 950, n: 1_000 } },
      0.05,
    )!
    expect(many.upper - many.lower).toBeLessThan(few.upper - few.lower)
  })
})

describe('a plan', () => {
  const criterion = { direction: 'at-most', threshold: 0.02, alpha: 0.05 } as const

  test.each([
    [criterion, 0, 149, 0],
    [criterion, 0.001, 236, 1],
    [criterion, 0.005, 456, 4],
    [{ ...criterion, direction: 'at-least', threshold: 0.95 }, 0.99, 153, 3],
  ] as const)('of %j at a true rate of %d needs %i cases and allows %i misses', (asked, rate, n, missesMax) => {
    const plan = planFixed(D, asked, rate, 0.9)!
    expect(plan).toMatchObject({ n, missesMax })
    const miss = asked.direction === 'at-most' ? rate : 1 - rate
    expect(plan.power).toBeCloseTo(binomialAtMost(missesMax, n, miss), 9)
    expect(plan.power).toBeGreaterThanOrEqual(0.9)
  })

  test('does not exist at the threshold or beyond it', () => {
    expect(planFixed(D, criterion, 0.02, 0.9)).toBeUndefined()
    expect(planFixed(D, criterion, 0.3, 0.9)).toBeUndefined()
  })

  test('of a paired comparison follows Connor', () => {
    expect(planPaired(D, { gained: 0.1, lost: 0.05 }, 0.05, 0.9)).toBe(627)
    expect(planPaired(D, { gained: 0.1, lost: 0.1 }, 0.05, 0.9)).toBeUndefined()
  })
})

describe('flakiness', () => {
  test('is seen in cases that come out both ways', () => {
    expect(
      inferFlakiness([
        { events: 0, trials: 3 },
        { events: 3, trials: 3 },
        { events: 1, trials: 3 },
        { events: 1, trials: 1 },
      ]),
    ).toMatchObject({ repeated: 3, mixed: 1, share: 1 / 3 })
  })

  test('is none where each case always comes out the same, and full where cases do not differ', () => {
    const stable = Array.from({ length: 40 }, (_, at) => ({ events: at % 2 === 0 ? 0 : 5, trials: 5 }))
    expect(inferFlakiness(stable).correlation).toBeCloseTo(1, 9)
    const noise = Array.from({ length: 40 }, (_, at) => ({ events: at % 2 === 0 ? 2 : 3, trials: 5 }))
    expect(inferFlakiness(noise).correlation).toBe(0)
    expect(inferFlakiness([{ events: 0, trials: 5 }]).correlation).toBeUndefined()
  })
})
