// The bundle has less of the JSON Schema library than the source: what fits, and which place does not hold which keyword, is the same.
import { beforeAll, expect, test } from 'vitest'
import { interpretedChecker } from '../../src/adapters/json-schema/interpreted-checker.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { leanModule } from '../support/lean-module.ts'

const text = { type: 'string' }
const number = { type: 'number' }

/** Each keyword in a schema of `a`. */
const SCHEMAS: readonly JsonObject[] = [
  { type: 'integer' },
  { type: ['string', 'null'] },
  { const: { x: 1 } },
  { const: 'x' },
  { enum: ['x', [1], { x: 1 }] },
  { not: text },
  { anyOf: [text, number] },
  { allOf: [number, { minimum: 2 }] },
  { oneOf: [number, { multipleOf: 2 }] },
  JSON.parse('{ "if": { "type": "string" }, "then": { "minLength": 2 }, "else": { "type": "array" } }') as JsonObject,
  { required: ['x'] },
  { minProperties: 2 },
  { maxProperties: 1 },
  { propertyNames: { maxLength: 1 } },
  { dependentRequired: { x: ['y'] } },
  { dependentSchemas: { x: { required: ['y'] } } },
  { dependencies: { x: ['y'], y: { required: ['x'] } } },
  { properties: { x: text, 'y/~': number } },
  { patternProperties: { '^x': text } },
  { properties: { x: number }, additionalProperties: false },
  { additionalProperties: number },
  { properties: { x: number }, unevaluatedProperties: false },
  { allOf: [{ properties: { x: number } }], unevaluatedProperties: text },
  { prefixItems: [number, text], items: false },
  { items: number },
  { items: [number], additionalItems: text },
  { prefixItems: [number], unevaluatedItems: false },
  { contains: number },
  { contains: number, minContains: 2, maxContains: 2 },
  { minItems: 2 },
  { maxItems: 1 },
  { uniqueItems: true },
  { minimum: 2, maximum: 3 },
  { exclusiveMinimum: 1, exclusiveMaximum: 3 },
  { multipleOf: 0.5 },
  { minLength: 2, maxLength: 3 },
  { pattern: '^x+$' },
  { pattern: '(' },
  { $ref: '#/$defs/even' },
  { $ref: '#/$defs/none' },
  { $ref: '#/$defs/tree' },
]
const VALUES = [
  0,
  1,
  2,
  2.25,
  3,
  '',
  'x',
  'xx',
  'xyxy',
  true,
  null,
  {},
  { x: 1 },
  { x: 'a', y: 2 },
  { y: 'a' },
  { 'y/~': 'a', xx: 1 },
  { x: { x: { x: 'deep' } } },
  [],
  [1],
  [1, 'a'],
  [1, 1, 1],
  ['a', { x: 1 }, { x: 1 }],
]

const schemas: ReadonlyMap<string, JsonObject> = new Map(
  SCHEMAS.map((schema) => [
    JSON.stringify(schema),
    {
      type: 'object',
      properties: { a: schema },
      $defs: { even: { multipleOf: 2 }, tree: { type: 'object', properties: { x: { $ref: '#/$defs/tree' } } } },
    } as JsonObject,
  ]),
)
const own = interpretedChecker(schemas)
let bundled: typeof own

beforeAll(async () => {
  const module = await leanModule<{ readonly interpretedChecker: typeof interpretedChecker }>(
    'src/adapters/json-schema/interpreted-checker.ts',
  )
  bundled = module.interpretedChecker(schemas)
})

test.each([...schemas.keys()])('%s', (name) => {
  const said = VALUES.map((a) => bundled(name, { a } as JsonObject))
  expect(said).toEqual(VALUES.map((a) => own(name, { a } as JsonObject)))
  expect(said.some((reason) => reason !== undefined)).toBe(true)
})
