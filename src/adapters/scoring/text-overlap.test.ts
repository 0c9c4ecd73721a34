import { assert, constantFrom, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OVERLAP_METRICS } from '../../domain/evaluation/expectation.ts'
import { textOverlap } from './text-overlap.ts'

const CAT = 'the cat sat on the mat'

describe('similarity of two texts', () => {
  test.each([
    // kitten → sitting takes three edits.
    ['levenshtein', 'kitten', 'sitting', 1 - 3 / 7],
    ['jaccard', 'a b c', 'b c d', 2 / 4],
    // Unigrams: candidate 5 words, reference 6, 4 of them shared (the, cat, the, mat): P = 4/5, R = 4/6.
    ['rouge-1', 'the cat under the mat', CAT, (2 * (4 / 5) * (4 / 6)) / (4 / 5 + 4 / 6)],
    // Bigrams: "the cat" and "the mat" of 4 and 5.
    ['rouge-2', 'the cat under the mat', CAT, (2 * (2 / 4) * (2 / 5)) / (2 / 4 + 2 / 5)],
    // Longest common subsequence: the cat the mat.
    ['rouge-l', 'the cat under the mat', CAT, (2 * (4 / 5) * (4 / 6)) / (4 / 5 + 4 / 6)],
    // n-gram precisions 7/7 … for the whole text, brevity penalty e^(1 - 6/4).
    ['bleu', 'the cat sat on', CAT, Math.exp(1 - 6 / 4)],
    // Precisions 5/6, 3/5, 1/4 and, smoothed, 1/2 of 1/3; no brevity penalty.
    ['bleu', 'the cat is on the mat', CAT, ((((((5 / 6) * 3) / 5) * 1) / 4) * (1 / 2 / 3)) ** (1 / 4)],
  ] as const)('%s of %j and %j', (metric, candidate, reference, value) => {
    expect(textOverlap(metric, candidate, reference)).toBeCloseTo(value, 10)
  })

  test('lies between nothing and all, all for the same text, whatever the texts', () => {
    assert(
      property(
        constantFrom(...OVERLAP_METRICS),
        string({ maxLength: 60 }),
        string({ maxLength: 60 }),
        (metric, a, b) => {
          const value = textOverlap(metric, a, b)
          expect(value).toBeGreaterThanOrEqual(0)
          expect(value).toBeLessThanOrEqual(1)
          // White space and letters that are no words compare as nothing.
          const same = textOverlap(metric, a, a)
          if (/[\p{L}\p{N}]/u.test(a)) expect(same).toBeCloseTo(1, 10)
        },
      ),
      { numRuns: 1_000 },
    )
  })

  test('of texts without words is that of their letters at most, and never fails', () => {
    for (const metric of OVERLAP_METRICS)
      for (const [a, b] of [
        ['', ''],
        ['', 'a'],
        ['!?', 'a b'],
        ['a', 'a b'],
        ['。', '。'],
      ] as const)
        expect(textOverlap(metric, a, b), `${metric} ${a} ${b}`).toBeGreaterThanOrEqual(0)
  })

  test('looks at the first 4,000 letters: longer texts cost no more', () => {
    const long = 'x'.repeat(1_000_000)
    expect(textOverlap('levenshtein', long, `${'x'.repeat(4_000)}y`)).toBe(1)
  })
})
