import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../base/json.ts'
import { argumentChecker } from './argument-checker.ts'
import { interpretedChecker } from './interpreted-checker.ts'

const SCHEMA: JsonObject = {
  type: 'object',
  properties: {
    to: { type: 'string', format: 'email', maxLength: 20, pattern: '^[a-z@.]+$' },
    n: { type: 'integer', minimum: 1, maximum: 5, multipleOf: 1 },
    kind: { enum: ['x', 'y'] },
    tags: { type: 'array', items: { $ref: '#/$defs/tag' }, maxItems: 2, uniqueItems: true },
    format: { type: 'string' },
  },
  required: ['to'],
  additionalProperties: false,
  $defs: { tag: { type: 'string', minLength: 2 } },
}

describe('arguments', () => {
  const schemas = new Map([['t', SCHEMA]])
  const interpreted = interpretedChecker(schemas)
  const compiled = argumentChecker(schemas)

  test.each([
    [true, { to: 'a@b.c' }],
    [true, { to: 'not a format'.replaceAll(' ', '.') }],
    [true, { to: 'a@b.c', n: 5, kind: 'x', tags: ['aa', 'bb'], format: 'any' }],
    [false, {}],
    [false, { to: 7 }],
    [false, { to: 'A' }],
    [false, { to: 'a'.repeat(21) }],
    [false, { to: 'a', n: 0 }],
    [false, { to: 'a', n: 1.5 }],
    [false, { to: 'a', kind: 'z' }],
    [false, { to: 'a', tags: ['a'] }],
    [false, { to: 'a', tags: ['aa', 'aa'] }],
    [false, { to: 'a', tags: ['aa', 'bb', 'cc'] }],
    [false, { to: 'a', format: 1 }],
    [false, { to: 'a', other: 1 }],
    [false, JSON.parse('{"to":"a","__proto__":{"x":1}}') as JsonObject],
  ])('fit: %s for %j, as the compiling checker says', (fits, args) => {
    expect(interpreted('t', args as JsonObject) === undefined).toBe(fits)
    expect(compiled('t', args as JsonObject) === undefined).toBe(fits)
  })

  test('the reason names place and keyword, never a value', () => {
    expect(interpreted('t', { to: 'SECRET VALUE' })).toBe('#/to does not hold `pattern`')
  })
})

test.each([
  ['no schema', new Map<string, JsonObject>(), 'no schema'],
  ['a reference that leads nowhere', new Map([['t', { $ref: '#/$defs/none' }]]), 'cannot be applied'],
  ['a pattern that is none', new Map([['t', { properties: { a: { pattern: '(' } } }]]), 'cannot be applied'],
])('%s fits nothing', (_, schemas, why) => {
  expect(interpretedChecker(schemas as Map<string, JsonObject>)('t', { a: 'x' })).toContain(why)
})

test('a schema is left as it was given', () => {
  const schema = Object.freeze({ type: 'object', properties: Object.freeze({ a: Object.freeze({ type: 'string' }) }) })
  expect(interpretedChecker(new Map([['t', schema as JsonObject]]))('t', { a: 'x' })).toBeUndefined()
})
