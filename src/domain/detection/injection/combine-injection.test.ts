import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { combineInjection } from './combine-injection.ts'
import type { InjectionScore } from './score-injection.ts'

const SHARE = fc.double({ min: 0, max: 1, noNaN: true })

function heuristic(score: number, rule = 'set-aside-instructions'): InjectionScore {
  return { score, hits: [{ rule, start: 0, end: 1, weight: score }] }
}

test('the score lies between 0 and 1 and grows with the classifier and with the heuristics', () => {
  fc.assert(
    fc.property(SHARE, SHARE, SHARE, SHARE, (a, b, c, d) => {
      const low = combineInjection(heuristic(Math.min(a, b)), { score: Math.min(c, d), windows: [] })
      const high = combineInjection(heuristic(Math.max(a, b)), { score: Math.max(c, d), windows: [] })
      expect(low).toBeGreaterThanOrEqual(0)
      expect(high).toBeLessThanOrEqual(1)
      expect(high).toBeGreaterThanOrEqual(low)
    }),
  )
})

test('the score is never below what the heuristics give alone, whatever the classifier says and however long the text is', () => {
  const windows = fc
    .integer({ min: 0, max: 2_000 })
    .map((count) => Array.from({ length: count }, (_, at) => ({ start: at, end: at + 1, score: 0 })))
  const rules = fc.constantFrom('set-aside-instructions', 'leet', 'rot13', 'hidden-tags')
  fc.assert(
    fc.property(SHARE, SHARE, rules, windows, (strength, score, rule, read) => {
      const alone = heuristic(strength, rule)
      expect(combineInjection(alone, { score, windows: read })).toBeGreaterThanOrEqual(alone.score)
    }),
  )
})

test.each(['decoded-base64', 'rot13', 'hidden-tags', 'spaced-letters'])(
  'a strong hit of `%s` reaches the input preset alone, since the classifier cannot read it',
  (rule) => {
    expect(combineInjection(heuristic(0.95, rule), { score: 0.001, windows: [] })).toBeGreaterThanOrEqual(0.9)
  },
)

test('a weak hit alone is worth what the heuristics give it, and no more', () => {
  expect(combineInjection(heuristic(0.45), { score: 0.01, windows: [] })).toBe(0.45)
})

test('letters read as digits lend the classifier nothing', () => {
  const read = { score: 0.6, windows: [] }
  expect(combineInjection(heuristic(0.3, 'leet'), read)).toBe(combineInjection(heuristic(0), read))
  expect(combineInjection(heuristic(0.3), read)).toBeGreaterThan(combineInjection(heuristic(0.3, 'leet'), read))
})

describe('in a long text', () => {
  const windows = (count: number) => Array.from({ length: count }, (_, at) => ({ start: at, end: at + 1, score: 0.5 }))
  const nothing: InjectionScore = { score: 0, hits: [] }
  const of = (heuristics: InjectionScore, count: number, score = 0.9): number =>
    combineInjection(heuristics, { score, windows: windows(count) })

  test('the same signs count for less, the more windows there are beyond eight, and for the same up to there', () => {
    expect(of(nothing, 8)).toBe(of(nothing, 1))
    const scores = [8, 16, 64, 256, 512].map((count) => of(nothing, count))
    for (const [index, score] of scores.entries()) if (index > 0) expect(score).toBeLessThan(scores[index - 1] ?? 0)
    expect(of(nothing, 80)).toBeLessThan(0.5)
  })

  test('padding helps against the classifier up to 512 windows, and never hides an order in plain words', () => {
    expect(of(heuristic(0.92), 100_000)).toBe(of(heuristic(0.92), 512))
    expect(of(heuristic(0.92), 100_000, 0.01)).toBe(0.92)
    expect(of(nothing, 100_000, 0.999)).toBe(of(nothing, 512, 0.999))
  })
})

test('a classifier that is not sure and no hit stay below every preset', () => {
  const nothing = { score: 0, hits: [] }
  expect(combineInjection(nothing, { score: 0.3, windows: [] })).toBeLessThan(0.5)
})
