import { array, assert, double, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LatencyHistogram } from './latency-histogram.ts'

function summaryOf(latencies: readonly number[]): ReturnType<LatencyHistogram['summary']> {
  const histogram = new LatencyHistogram()
  for (const latency of latencies) histogram.add(latency)
  return histogram.summary()
}

describe('latencies in buckets', () => {
  test('have quantiles within 1 % of the exact ones, in any order', () => {
    assert(
      property(array(double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 }), (latencies) => {
        const summary = summaryOf(latencies)
        expect(summaryOf(latencies.toReversed())).toEqual(summary)
        const sorted = latencies.toSorted((left, right) => left - right)
        for (const [p, value] of [
          [0.5, summary.p50Ms],
          [0.9, summary.p90Ms],
          [0.99, summary.p99Ms],
        ] as const) {
          const exact = sorted[Math.ceil(p * sorted.length) - 1] ?? 0
          // Half a bucket, and the rounding to hundredths that a reader sees.
          expect(Math.abs((value ?? 0) - exact)).toBeLessThanOrEqual(exact * 0.005_1 + 0.005_1)
        }
        expect(summary.maxMs).toBeCloseTo(sorted.at(-1) ?? 0, 1)
      }),
    )
  })

  test('leave out what this process or a cache spoiled, and count it', () => {
    const histogram = new LatencyHistogram()
    histogram.add(50)
    for (let at = 0; at < 9; at++) histogram.addVoid()
    expect(histogram.summary()).toMatchObject({ n: 1, voided: 9, maxMs: 50 })
    expect(histogram.summary().p99Ms).toBeCloseTo(50, 0)
  })

  test('of nothing say nothing', () => {
    expect(summaryOf([])).toEqual({ n: 0, voided: 0, p50Ms: null, p90Ms: null, p99Ms: null, maxMs: null })
  })
})
