import { assert, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { binomialAtMost, exactLower, exactUpper } from '../../../test/support/exact-binomial.ts'
import { stdlibDistributions } from '../../adapters/statistics/stdlib-distributions.ts'
import { lowerBound, upperBound, wilsonInterval } from './proportion.ts'

const upper = (k: number, n: number, alpha = 0.05): number => upperBound(stdlibDistributions, { k, n }, alpha)
const lower = (k: number, n: number, alpha = 0.05): number => lowerBound(stdlibDistributions, { k, n }, alpha)

describe('Clopper–Pearson bounds', () => {
  test('no event in 149 cases shows 2 %, in 299 cases 1 %, and one case less does not', () => {
    expect(upper(0, 149)).toBeLessThanOrEqual(0.02)
    expect(upper(0, 148)).toBeGreaterThan(0.02)
    expect(upper(0, 299)).toBeLessThanOrEqual(0.01)
    expect(upper(0, 298)).toBeGreaterThan(0.01)
  })

  // Two-sided 95 % intervals as tables print them: each side is the one-sided bound at 0.025.
  test.each([
    { k: 0, n: 10, low: 0, high: 0.3085 },
    { k: 1, n: 10, low: 0.0025, high: 0.445 },
    { k: 5, n: 10, low: 0.1871, high: 0.8129 },
    { k: 10, n: 10, low: 0.6915, high: 1 },
    { k: 4, n: 20, low: 0.0573, high: 0.4366 },
    { k: 10, n: 100, low: 0.049, high: 0.1762 },
    { k: 81, n: 263, low: 0.2527, high: 0.3676 },
  ])('$k of $n lie between $low and $high, as published', ({ k, n, low, high }) => {
    expect(lower(k, n, 0.025)).toBeCloseTo(low, 3)
    expect(upper(k, n, 0.025)).toBeCloseTo(high, 3)
  })

  test('agree with bisection on the exact binomial tail', () => {
    assert(
      property(
        integer({ min: 1, max: 400 }),
        integer({ min: 0 }),
        integer({ min: 1, max: 20 }),
        (n, chosen, percent) => {
          const k = chosen % (n + 1)
          const alpha = percent / 100
          expect(upper(k, n, alpha)).toBeCloseTo(exactUpper(k, n, alpha), 8)
          expect(lower(k, n, alpha)).toBeCloseTo(exactLower(k, n, alpha), 8)
        },
      ),
      { numRuns: 150 },
    )
  })

  test('over no cases they say nothing', () => {
    expect([lower(0, 0), upper(0, 0)]).toEqual([0, 1])
  })

  test('mirror each other and surround the rate', () => {
    for (const n of [1, 2, 7, 30, 149])
      for (let k = 0; k <= n; k++) {
        expect(lower(k, n)).toBeCloseTo(1 - upper(n - k, n), 10)
        expect(lower(k, n)).toBeLessThanOrEqual(k / n)
        expect(upper(k, n)).toBeGreaterThanOrEqual(k / n)
      }
  })

  test('grow with each event', () => {
    for (const n of [1, 5, 60, 300])
      for (let k = 1; k <= n; k++) {
        expect(upper(k, n)).toBeGreaterThanOrEqual(upper(k - 1, n))
        expect(lower(k, n)).toBeGreaterThanOrEqual(lower(k - 1, n))
      }
  })

  test.each([0.001, 0.01, 0.02, 0.1, 0.3, 0.5, 0.77, 0.95, 0.999])(
    'cover a true rate of %d in at least 95 of 100 runs',
    (p) => {
      for (const n of [1, 10, 30, 149]) {
        let [missedAbove, missedBelow] = [0, 0]
        for (let k = 0; k <= n; k++) {
          const chance = binomialAtMost(k, n, p) - (k === 0 ? 0 : binomialAtMost(k - 1, n, p))
          if (upper(k, n) < p) missedAbove += chance
          if (lower(k, n) > p) missedBelow += chance
        }
        expect(missedAbove).toBeLessThanOrEqual(0.05 + 1e-9)
        expect(missedBelow).toBeLessThanOrEqual(0.05 + 1e-9)
      }
    },
  )
})

describe('Wilson’s interval', () => {
  test.each([
    { k: 0, n: 10, low: 0, high: 0.2775 },
    { k: 1, n: 10, low: 0.0179, high: 0.4042 },
    { k: 5, n: 10, low: 0.2366, high: 0.7634 },
    { k: 10, n: 10, low: 0.7225, high: 1 },
    { k: 81, n: 263, low: 0.2553, high: 0.3662 },
    { k: 15, n: 148, low: 0.0624, high: 0.1605 },
  ])('of $k in $n goes from $low to $high, as published', ({ k, n, low, high }) => {
    expect(wilsonInterval({ k, n }).low).toBeCloseTo(low, 3)
    expect(wilsonInterval({ k, n }).high).toBeCloseTo(high, 3)
  })

  test('holds the rate and stays between 0 and 1', () => {
    expect(wilsonInterval({ k: 0, n: 0 })).toEqual({ low: 0, high: 1 })
    for (const n of [1, 3, 50])
      for (let k = 0; k <= n; k++) {
        const { low, high } = wilsonInterval({ k, n })
        expect(low).toBeGreaterThanOrEqual(0)
        expect(low).toBeLessThanOrEqual(k / n + 1e-12)
        expect(high).toBeGreaterThanOrEqual(k / n - 1e-12)
        expect(high).toBeLessThanOrEqual(1)
      }
  })

  test('solves its defining equation: at a limit the rate lies 1.96 standard errors away', () => {
    for (const [k, n] of [
      [3, 40],
      [20, 41],
      [39, 40],
    ] as const)
      for (const limit of Object.values(wilsonInterval({ k, n })))
        expect(Math.abs(k / n - limit) / Math.sqrt((limit * (1 - limit)) / n)).toBeCloseTo(1.959964, 5)
  })
})
