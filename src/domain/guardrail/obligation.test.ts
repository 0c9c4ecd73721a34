import { assert, constantFrom, property } from 'fast-check'
import { expect, test } from 'vitest'
import { heavier, OBLIGATIONS } from './obligation.ts'

const obligation = constantFrom(...OBLIGATIONS)

test('the order goes from letting pass to ending the session', () => {
  expect(OBLIGATIONS).toEqual([
    'allow',
    'log',
    'annotate',
    'redact',
    'pseudonymise',
    'require-approval',
    'block',
    'end-session',
  ])
})

test('the join is commutative, associative and idempotent', () => {
  for (const one of OBLIGATIONS) {
    expect(heavier(one, one)).toBe(one)
    for (const two of OBLIGATIONS) {
      expect(heavier(one, two)).toBe(heavier(two, one))
      for (const three of OBLIGATIONS) expect(heavier(heavier(one, two), three)).toBe(heavier(one, heavier(two, three)))
    }
  }
})

test('allow is neutral and the end of the session absorbs', () => {
  for (const one of OBLIGATIONS) {
    expect(heavier('allow', one)).toBe(one)
    expect(heavier('end-session', one)).toBe('end-session')
  }
})

test('a join is one of its two and no lighter than either', () => {
  assert(
    property(obligation, obligation, (one, two) => {
      const joined = heavier(one, two)
      expect([one, two]).toContain(joined)
      expect(OBLIGATIONS.indexOf(joined)).toBe(Math.max(OBLIGATIONS.indexOf(one), OBLIGATIONS.indexOf(two)))
    }),
  )
})
