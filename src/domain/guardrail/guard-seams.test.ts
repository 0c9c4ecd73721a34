import { array, assert, constantFrom, property } from 'fast-check'
import { expect, test } from 'vitest'
import { firstBehind, guardSeams } from './guard-seams.ts'
import { resolveGuardPolicy } from './guard-policy.ts'
import { guardText } from './guard-text.ts'

const POLICY = resolveGuardPolicy({ preset: 'T1', input: { pii: { action: 'redact' } } }, 'T1').input
const WORDS = ['jo.doe@example.com', 'SSN 536-22', '-8726', ' ', 'lamp', '4111 1111 ', '1111 1111', '\ud83d\ude00']

test('what lies across a seam counts, and nothing else', () => {
  const text = 'jo.doe@example.com, SSN 536-22-8726'
  expect(guardSeams(text, [24], POLICY).findings).toEqual([])
  expect(guardSeams(text, [24], POLICY).text).toBe(text)
  expect(guardSeams(text, [30], POLICY)).toMatchObject({ action: 'redact', findings: [{ detector: 'pii/us-ssn' }] })
  // A seam at the edge of a value is none within it.
  expect(guardSeams(text, [18], POLICY).findings).toEqual([])
})

test('what cannot be read is refused', () => {
  expect(guardSeams('\ud800', [1], POLICY).action).toBe('block')
})

test('it finds what the guard finds across a seam, in any text', () => {
  let found = 0
  assert(
    property(array(constantFrom(...WORDS), { minLength: 2, maxLength: 8 }), (parts) => {
      const text = parts.join('')
      const seams = parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join('').length)
      const across = guardText(text, POLICY).findings.filter(({ start, end }) =>
        seams.some((seam) => start < seam && seam < end),
      )
      expect(guardSeams(text, seams, POLICY).findings).toEqual(across)
      found += across.length
    }),
  )
  expect(found).toBeGreaterThan(0)
})

test.each([
  [[], 3, 0],
  [[1, 3, 5], 0, 0],
  [[1, 3, 5], 1, 1],
  [[1, 3, 5], 4, 2],
  [[1, 3, 5], 5, 3],
])('of the seams %j the first behind %i is the one at %i', (seams, place, index) => {
  expect(firstBehind(seams, place)).toBe(index)
})
