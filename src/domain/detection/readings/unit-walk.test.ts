import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RUN_MIN, SPACED_MIN, walkUnits } from './unit-walk.ts'

const runsOf = (text: string, pattern: RegExp): readonly number[] =>
  Array.from(text.matchAll(pattern), (match) => [match.index, match.index + match[0].length]).flat()

const texts = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'aB9 +/_-.\\%\n'), maxLength: 120 }),
  fc.string({ unit: fc.constantFrom(...'a1   .'), maxLength: 120 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
)

test('runs of digits and of encoded characters are those that expressions find', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const { digits, long } = walkUnits(text)
      expect([...digits]).toEqual(runsOf(text, /[0-9]+/g))
      expect([...long]).toEqual(runsOf(text, new RegExp(`[A-Za-z0-9+/_-]{${RUN_MIN},}`, 'g')))
    }),
    { numRuns: 2_000 },
  )
})

test('a row of six single letters or digits, at most three signs apart, is always named', () => {
  const row = /(?<![A-Za-z0-9])[A-Za-z0-9](?:[^A-Za-z0-9]{1,3}[A-Za-z0-9]){5,}(?![A-Za-z0-9])/g
  fc.assert(
    fc.property(texts, (text) => {
      const { singles } = walkUnits(text)
      for (const match of text.matchAll(row)) {
        const letters = Array.from(match[0].matchAll(/[A-Za-z0-9]/g), ({ index }) => match.index + index)
        expect(singles.some((at) => at >= match.index && at <= (letters[SPACED_MIN - 1] ?? 0))).toBe(true)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('words, and letters far apart, are no row', () => {
  expect(walkUnits('an order of six words goes here').singles).toEqual([])
  expect(walkUnits('a.... b.... c.... d.... e.... f').singles).toEqual([])
})

test.each([
  ['plain words', false],
  ['a\\u0041', true],
  ['100%', true],
  ['a & b', true],
  ['=3D', true],
])('whether %j may hold an escape: %s', (text, mayEscape) => {
  expect(walkUnits(text).mayEscape).toBe(mayEscape)
})

test('a run that ends with the text ends there', () => {
  expect([...walkUnits('x 12').digits]).toEqual([2, 4])
  expect([...walkUnits('a'.repeat(20)).long]).toEqual([0, 20])
})
