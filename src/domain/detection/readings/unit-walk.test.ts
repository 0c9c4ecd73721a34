import fc from 'fast-check'
import { expect, test } from 'vitest'
import { automatonOf } from '../automaton.ts'
import { RUN_MIN, SPACED_MIN, walkUnits, type UnitWalk } from './unit-walk.ts'

const automaton = automatonOf([{ text: 'mark', isWord: true }])
const walked = (text: string): UnitWalk => walkUnits(text, automaton)

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
      const { digits, long } = walked(text)
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
      const { singles } = walked(text)
      for (const match of text.matchAll(row)) {
        const letters = Array.from(match[0].matchAll(/[A-Za-z0-9]/g), ({ index }) => match.index + index)
        expect(singles.some((at) => at >= match.index && at <= (letters[SPACED_MIN - 1] ?? 0))).toBe(true)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('words, and letters far apart, are no row', () => {
  expect(walked('an order of six words goes here').singles).toEqual([])
  expect(walked('a.... b.... c.... d.... e.... f').singles).toEqual([])
})

test.each([
  ['plain words', []],
  ['a\\u0041', [1]],
  ['100%', [3]],
  ['a & b', [2]],
  ['=3D', [0]],
])('the signs that escapes begin with in %j stand at %j', (text, places) => {
  expect([...walked(text).escapes]).toEqual(places)
})

test.each([
  ['at 12:30, 1.5 or x-ray', [5, 11]],
  ['fe80::1 and C::D', [4, 13]],
  ['a-b, e-f and g-h', [1, 6]],
  ['the end. A new one: no', []],
])('joints between hexadecimal digits in %j stand at %j', (text, places) => {
  expect([...walked(text).joints]).toEqual(places)
})

test('a text that is walked in halves shows what its pieces show', () => {
  const pieces = fc.constantFrom(
    'words here ',
    '12:34 ',
    '%41',
    'a b c d e f g ',
    'mark ',
    'aGVsbG8gd29ybGQ+aGVsbG8',
    'é',
    '_',
  )
  fc.assert(
    fc.property(fc.array(pieces, { minLength: 300, maxLength: 400 }), (parts) => {
      const text = parts.join('')
      const { digits, long, escapes, joints, spots } = walked(text)
      const at = (pattern: RegExp, shift = 0): readonly number[] =>
        Array.from(text.matchAll(pattern), ({ index }) => index + shift)
      expect([...digits]).toEqual(runsOf(text, /[0-9]+/g))
      expect([...long]).toEqual(runsOf(text, new RegExp(`[A-Za-z0-9+/_-]{${RUN_MIN},}`, 'g')))
      expect([...escapes]).toEqual(at(/[\\%&=]/g))
      expect([...joints]).toEqual(at(/(?<=[0-9a-f])[:.-](?=[0-9a-f])|:(?=:)/gi))
      expect([...spots].filter((_, index) => index % 2 === 0)).toEqual(at(/(?<![A-Za-z0-9])mark(?![A-Za-z0-9])/g, 4))
    }),
    { numRuns: 50 },
  )
})

test('a run that ends with the text ends there', () => {
  expect([...walked('x 12').digits]).toEqual([2, 4])
  expect([...walked('a'.repeat(20)).long]).toEqual([0, 20])
})
