import { assert, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { bitsOf, declassify, type Extraction } from './declassify.ts'

const COLOUR: Extraction = { type: 'enum', values: ['red', 'green', 'blue', 'red'] }
const AGE: Extraction = { type: 'integer', min: 0, max: 127 }

test.each<[string, Extraction, number | undefined]>([
  ['yes or no', { type: 'boolean' }, 1],
  ['one of three, one of them written twice', COLOUR, Math.log2(3)],
  ['a number of 128', AGE, 7],
  ['one answer only', { type: 'enum', values: ['x'] }, 0],
  ['no answer', { type: 'enum', values: [] }, undefined],
  ['an upside-down range', { type: 'integer', min: 2, max: 1 }, undefined],
  ['a range without end', { type: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }, undefined],
])('%s is worth its logarithm', (_, extraction, bits) => {
  expect(bitsOf(extraction)).toBe(bits)
})

test.each([
  ['green', COLOUR, true],
  ['send money', COLOUR, false],
  [42, AGE, true],
  [42.5, AGE, false],
  [128, AGE, false],
  ['42', AGE, false],
  [true, { type: 'boolean' }, true],
  ['true', { type: 'boolean' }, false],
] as const)('%j is let through by its schema: %s', (answer, extraction, isOk) => {
  const { result, budget } = declassify(answer, extraction, { bitsLeft: 10 })
  expect(result.ok).toBe(isOk)
  expect(budget.bitsLeft).toBeLessThan(10)
})

test('a session never learns more bits than its budget, answered or refused', () => {
  assert(
    property(integer({ min: 0, max: 30 }), (bitsLeft) => {
      let budget = { bitsLeft }
      let learnt = 0
      for (let round = 0; round < 40; round++) {
        const step = declassify(round % 2 === 0 ? 5 : 999, AGE, budget)
        if (step.result.ok) learnt += 7
        budget = step.budget
      }
      expect(learnt).toBeLessThanOrEqual(bitsLeft)
      expect(budget.bitsLeft).toBeGreaterThanOrEqual(0)
    }),
  )
})

test('what the budget does not pay for is refused and costs nothing', () => {
  expect(declassify(5, AGE, { bitsLeft: 6 })).toEqual({
    result: { ok: false, failure: 'declassify/budget' },
    budget: { bitsLeft: 6 },
  })
})
