import { array, assert, boolean, constantFrom, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exactUpper } from '../../../test/support/exact-binomial.ts'
import { stdlibDistributions } from '../../adapters/statistics/stdlib-distributions.ts'
import { ALPHA_DEFAULT, casesNeeded, type Criterion, type RateDecision } from './criterion.ts'
import { decideRate } from './decide-rate.ts'

const atMost = (threshold: number): Criterion => ({ direction: 'at-most', threshold, alpha: ALPHA_DEFAULT })
const atLeast = (threshold: number): Criterion => ({ direction: 'at-least', threshold, alpha: ALPHA_DEFAULT })
const decide = (criterion: Criterion, trials: readonly (readonly boolean[])[]): RateDecision =>
  decideRate(stdlibDistributions, criterion, trials)
/** `k` events in `n` cases of one trial. */
const single = (k: number, n: number): boolean[][] => Array.from({ length: n }, (_, at) => [at < k])

describe('one trial per case', () => {
  test.each([
    [atMost(0.02), 0, 149, 'passed'],
    [atMost(0.02), 0, 148, 'inconclusive'],
    [atMost(0.02), 1, 149, 'inconclusive'],
    [atMost(0.02), 10, 149, 'failed'],
    [atMost(0.01), 0, 299, 'passed'],
    [atMost(0.01), 0, 298, 'inconclusive'],
    [atMost(0.5), 0, 1, 'inconclusive'],
    [atMost(1), 1, 1, 'passed'],
    [atMost(0), 0, 100_000, 'inconclusive'],
    [atLeast(0.9), 29, 29, 'passed'],
    [atLeast(0.9), 28, 28, 'inconclusive'],
    [atLeast(0.9), 20, 30, 'failed'],
    [atLeast(0.9), 27, 30, 'inconclusive'],
    [atLeast(0), 0, 1, 'passed'],
  ] as const)('%j with %i events in %i cases is %s', (criterion, k, n, outcome) => {
    expect(decide(criterion, single(k, n))).toMatchObject({ outcome, k, n, estimate: k / n, method: 'clopper-pearson' })
  })

  test('no case at all shows nothing', () => {
    for (const criterion of [atMost(1), atLeast(0)])
      expect(decide(criterion, [])).toEqual({
        outcome: 'inconclusive',
        n: 0,
        k: 0,
        estimate: 0,
        lower: 0,
        upper: 1,
        method: 'none',
      })
  })

  test('passed and failed are never both possible: the bounds say which', () => {
    for (let k = 0; k <= 60; k++) {
      const { outcome, lower, upper } = decide(atMost(0.2), single(k, 60))
      expect(outcome).toBe(upper <= 0.2 ? 'passed' : lower > 0.2 ? 'failed' : 'inconclusive')
      expect(upper).toBeCloseTo(exactUpper(k, 60, 0.05), 8)
    }
  })
})

describe('repeated trials', () => {
  const repeated = (rates: readonly number[], trials: number): boolean[][] =>
    rates.map((events) => Array.from({ length: trials }, (_, at) => at < events))

  test('below 30 cases are inconclusive, however good', () => {
    expect(
      decide(
        atMost(0.9),
        repeated(
          Array.from({ length: 29 }, () => 0),
          5,
        ),
      ),
    ).toMatchObject({
      outcome: 'inconclusive',
      method: 'none',
      n: 29,
    })
    expect(
      decide(
        atMost(0.9),
        repeated(
          Array.from({ length: 30 }, () => 0),
          5,
        ),
      ),
    ).toMatchObject({
      outcome: 'passed',
      method: 'korn-graubard',
      n: 30,
    })
  })

  test('are worth as many single trials as the spread between cases says', () => {
    // 31 cases of 4 trials: rates 0 (21 times) and 0.5 (10 times); t(0.975, 30) = 2.042272, t(0.975, 123) = 1.979439.
    const { estimate, lower, upper, method, k } = decide(
      atMost(0.3),
      repeated([...Array.from({ length: 21 }, () => 0), ...Array.from({ length: 10 }, () => 2)], 4),
    )
    const mean = 5 / 31
    const variance = (21 * mean ** 2 + 10 * (0.5 - mean) ** 2) / 30 / 31
    const size = ((mean * (1 - mean)) / variance) * (1.979439 / 2.042272) ** 2
    expect(method).toBe('korn-graubard')
    expect(k).toBe(5)
    expect(size).toBeGreaterThan(31)
    expect(size).toBeLessThan(124)
    expect(estimate).toBeCloseTo(mean, 12)
    expect(upper).toBeCloseTo(stdlibDistributions.betaQuantile(0.95, mean * size + 1, size - mean * size), 6)
    expect(lower).toBeCloseTo(stdlibDistributions.betaQuantile(0.05, mean * size, size - mean * size + 1), 6)
  })

  test('never shrink the interval by repetition: many trials of one case are one case', () => {
    const few = decide(
      atMost(0.02),
      repeated(
        Array.from({ length: 40 }, () => 0),
        2,
      ),
    )
    const many = decide(
      atMost(0.02),
      repeated(
        Array.from({ length: 40 }, () => 0),
        50,
      ),
    )
    expect(many.upper).toBe(few.upper)
    expect(many.outcome).toBe('inconclusive')
  })

  test.each([1, 2, 3, 6])(
    'with the same rate of %i in 7 in every case have no spread, and still an interval',
    (events) => {
      const { lower, upper, estimate } = decide(
        atMost(0.5),
        repeated(
          Array.from({ length: 40 }, () => events),
          7,
        ),
      )
      expect(estimate).toBeCloseTo(events / 7, 10)
      expect(upper - estimate).toBeGreaterThan(0.03)
      expect(estimate - lower).toBeGreaterThan(0.03)
    },
  )

  test('a case without any trial shows nothing, so nothing passes on it', () => {
    const unrun = Array.from({ length: 200 }, () => [])
    for (const trials of [
      unrun,
      [...single(0, 299), []],
      [
        [],
        ...repeated(
          Array.from({ length: 300 }, () => 0),
          3,
        ),
      ],
    ])
      expect(decide(atMost(0.5), trials)).toMatchObject({ outcome: 'inconclusive', method: 'none' })
  })
})

describe('laws', () => {
  const cases = (trials: number): ReturnType<typeof array<boolean[]>> =>
    array(array(boolean(), { minLength: trials, maxLength: trials }), { minLength: 1, maxLength: 80 })
  const rank = { passed: 0, inconclusive: 1, failed: 2 }

  test('one more event never turns failed into passed', () => {
    const arbitrary = integer({ min: 1, max: 4 }).chain((trials) => cases(trials))
    assert(
      property(arbitrary, integer({ min: 0 }), integer({ min: 0, max: 100 }), (trials, chosen, percent) => {
        const case_ = chosen % trials.length
        const more = trials.map((events, at) =>
          at === case_ ? events.with(Math.max(0, events.indexOf(false)), true) : events,
        )
        const criterion = atMost(percent / 100)
        const [before, after] = [decide(criterion, trials).outcome, decide(criterion, more).outcome]
        expect(before === 'failed' && after === 'passed').toBe(false)
        if (trials[0]!.length === 1) expect(rank[after]).toBeGreaterThanOrEqual(rank[before])
      }),
      { numRuns: 400 },
    )
  })

  test('a harder threshold never turns a failure into a pass', () => {
    assert(
      property(
        cases(1),
        constantFrom('at-most', 'at-least'),
        integer({ min: 0, max: 99 }),
        (trials, direction, percent) => {
          const [easy, hard] = direction === 'at-most' ? [percent + 1, percent] : [percent, percent + 1]
          const outcome = (threshold: number): number =>
            rank[decide({ direction, threshold: threshold / 100, alpha: 0.05 }, trials).outcome]
          expect(outcome(hard)).toBeGreaterThanOrEqual(outcome(easy))
        },
      ),
    )
  })

  test('the order of cases does not matter', () => {
    assert(
      property(
        cases(2),
        (trials) => decide(atMost(0.41), trials.toReversed()).outcome === decide(atMost(0.41), trials).outcome,
      ),
    )
  })
})

describe('cases that are needed', () => {
  test.each([
    [atMost(0.02), 149],
    [atMost(0.01), 299],
    [atMost(0.05), 59],
    [atMost(0.5), 5],
    [atLeast(0.9), 29],
    [atLeast(0.95), 59],
    [atMost(1), 1],
    [atLeast(0), 1],
    [atMost(0), undefined],
    [atLeast(1), undefined],
    [atMost(0.000_001), undefined],
  ])('%j needs %s', (criterion, needed) => expect(casesNeeded(criterion)).toBe(needed))

  test('are enough, and one less is not', () => {
    for (let percent = 1; percent <= 60; percent++) {
      for (const criterion of [atMost(percent / 100), atLeast(1 - percent / 100)]) {
        const needed = casesNeeded(criterion)!
        const good = (n: number): boolean[][] => single(criterion.direction === 'at-most' ? 0 : n, n)
        expect(decide(criterion, good(needed)).outcome, JSON.stringify(criterion)).toBe('passed')
        if (needed > 1)
          expect(decide(criterion, good(needed - 1)).outcome, JSON.stringify(criterion)).toBe('inconclusive')
      }
    }
  })
})
