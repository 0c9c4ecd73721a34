import { assert, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { seededStream } from '../../../base/seeded-stream.ts'
import { PatternSet } from './pattern-set.ts'
import { samplePattern } from './sample-pattern.ts'
import { canonicalView } from '../canonical-view.ts'

const PATTERNS = ['EMP-\\d{6}', 'project (?:zeus|hera)', '\\bA?[^a-z]{2,5}\\b', '[a-f]{3}é', '.{4}x', 'a\\.b|c{0,3}d']

test('a sample is matched by its pattern', () => {
  assert(
    property(integer({ min: 0, max: PATTERNS.length - 1 }), integer(), (pick, seed) => {
      const pattern = PATTERNS[pick] ?? ''
      const random = seededStream(seed)
      const text = samplePattern(pattern, false, (n) => Math.floor(random() * n)) ?? ''
      const set = PatternSet.of([{ pattern, ignoreCase: false }])
      if (!set.ok) throw new Error(set.failure.message)
      expect(set.value.search(canonicalView(text).text).length).toBeGreaterThan(0)
    }),
  )
})

test('what is no pattern has no sample', () => {
  expect(samplePattern('a*', false, () => 0)).toBeUndefined()
})
