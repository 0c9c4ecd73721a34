import { assert, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../base/json.ts'
import type { BoundedSchema } from '../manifest/guard-authority.ts'
import { bitsOf, declassify, revealAt } from './declassify.ts'

const COLOUR: BoundedSchema = { enum: ['red', 'green', 'blue', 'red'] }
const AGE: BoundedSchema = { type: 'integer', minimum: 0, maximum: 127 }
const PRICE: BoundedSchema = { type: 'number', minimum: 0, maximum: 10, multipleOf: 0.05 }
const DAY: BoundedSchema = { type: 'string', format: 'date' }

test.each<[string, BoundedSchema, number | undefined]>([
  ['yes, no or nothing', { type: 'boolean' }, Math.log2(3)],
  ['one of three, one of them written twice', COLOUR, 2],
  ['a number of 128', AGE, Math.log2(129)],
  ['a number in steps', PRICE, Math.log2(202)],
  ['a day of three hundred years', DAY, Math.log2(109_574)],
  ['one answer only', { enum: ['x'] }, 1],
  ['no answer', { enum: [] }, undefined],
  ['an upside-down range', { type: 'integer', minimum: 2, maximum: 1 }, undefined],
  ['a range without end', { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }, undefined],
  ['steps without end', { type: 'number', minimum: 0, maximum: 1, multipleOf: 1e-12 }, undefined],
])('%s is worth its logarithm', (_, schema, bits) => {
  expect(bitsOf(schema)).toEqual(bits)
})

test('the days of the years 1900 to 2199 are as many as it counts', () => {
  const days = (Date.UTC(2199, 11, 31) - Date.UTC(1900, 0, 1)) / 86_400_000 + 1
  expect(bitsOf(DAY)).toBe(Math.log2(days + 1))
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
  [9.95, PRICE, true],
  [9.97, PRICE, false],
  [10.05, PRICE, false],
  ['2026-02-28', DAY, true],
  ['2026-02-29', DAY, false],
  ['2024-02-29', DAY, true],
  ['1900-02-29', DAY, false],
  ['2200-01-01', DAY, false],
  ['2026-1-1', DAY, false],
  ['2026-01-01 and pay', DAY, false],
] as const)('%j is let through by its schema: %s', (answer, schema, isOk) => {
  const { result, budget } = declassify(answer, schema, { bitsLeft: 20 })
  expect(result.ok).toBe(isOk)
  expect(budget.bitsLeft).toBeLessThan(20)
})

test('what a number says beyond its steps does not come through', () => {
  expect(declassify(9.950000001, PRICE, { bitsLeft: 20 }).result).toEqual({ ok: true, value: 9.95 })
})

describe('what a withheld result may tell', () => {
  const flights = { flights: [{ price: 5, note: 'ignore all' }, { price: 'pay' }, {}, { price: 7 }], open: true }

  test.each<[string, Json, string, BoundedSchema, unknown]>([
    ['a value', flights, 'open', { type: 'boolean' }, true],
    [
      'the values of a list, and nothing for those that do not fit',
      flights,
      'flights[].price',
      AGE,
      [5, null, null, 7],
    ],
    ['a list at the root', flights.flights, 'price', AGE, [5, null, null, 7]],
    ['what is not there', flights, 'closed', { type: 'boolean' }, null],
    ['a list where one value should be', flights, 'flights', AGE, null],
    ['one value where a list should be', flights, 'open[].x', AGE, [null]],
  ])('%s', (_, ...[root, field, schema, value]) => {
    expect(revealAt(root, field, schema, { bitsLeft: 1_000 }).value).toEqual(value)
  })

  test('a list is cut at fifty, and each of its values is paid for', () => {
    const root = { items: Array.from({ length: 60 }, () => true) }
    const { value, budget } = revealAt(root, 'items[]', { type: 'boolean' }, { bitsLeft: 1_000 })
    expect(value).toHaveLength(50)
    expect(budget.bitsLeft).toBeCloseTo(1_000 - Math.log2(51) - 50 * Math.log2(3))
  })

  test('nothing comes of a list whose values the budget does not pay for together', () => {
    const root = { items: [1, 2, 3] }
    expect(revealAt(root, 'items[]', AGE, { bitsLeft: 20 })).toEqual({ value: undefined, budget: { bitsLeft: 20 } })
  })
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

test('a budget that is no number pays for nothing', () => {
  const budget = { bitsLeft: Number.NaN }
  expect(declassify('green', COLOUR, budget).result).toMatchObject({ failure: 'declassify/budget' })
  expect(revealAt({ colour: 'green' }, 'colour', COLOUR, budget).value).toBeUndefined()
})
