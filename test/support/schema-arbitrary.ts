import {
  anything,
  array,
  boolean,
  constant,
  constantFrom,
  dictionary,
  double,
  integer,
  jsonValue,
  oneof,
  record,
  string,
  stringMatching,
  type Arbitrary,
} from 'fast-check'
import type { Json, JsonObject } from '../../src/base/json.ts'

/** Longest text and list that is made, whatever a schema allows: breadth finds more than bulk. */
const LENGTH_MAX = 40
const ITEMS_MAX = 4
const DEPTH_MAX = 6

/** Values that a JSON Schema of this API admits, as far as they can be made without search. */
export function arbitraryOf(
  schema: JsonObject,
  components: Readonly<Record<string, JsonObject>>,
  depth = 0,
): Arbitrary<Json> {
  const of = (inner: Json | undefined): Arbitrary<Json> =>
    arbitraryOf((inner ?? {}) as JsonObject, components, depth + 1)
  const { $ref: ref, const: only, enum: values, anyOf, oneOf } = schema
  if (depth > DEPTH_MAX) return constant(null)
  if (typeof ref === 'string') {
    const name = ref.split('/').at(-1) ?? ''
    return name === 'Json' ? (jsonValue({ maxDepth: 2 }) as Arbitrary<Json>) : of(components[name])
  }
  if (only !== undefined) return constant(only)
  if (Array.isArray(values)) return constantFrom(...(values as readonly Json[]))
  const choices = (anyOf ?? oneOf) as readonly JsonObject[] | undefined
  if (choices !== undefined) return oneof(...choices.map(of))
  const types = Array.isArray(schema['type']) ? (schema['type'] as readonly string[]) : [schema['type'] as string]
  return oneof(...types.map((type) => ofType(type, schema, of)))
}

function ofType(
  type: string | undefined,
  schema: JsonObject,
  of: (inner: Json | undefined) => Arbitrary<Json>,
): Arbitrary<Json> {
  const number = (key: string): number | undefined => schema[key] as number | undefined
  switch (type) {
    case 'null':
      return constant(null)
    case 'boolean':
      return boolean()
    case 'integer':
      return integer({
        min: Math.max(number('minimum') ?? -1_000, -1e9),
        max: Math.min(number('maximum') ?? 1_000, 1e9),
      })
    case 'number':
      return double({ min: number('minimum') ?? -1e6, max: number('maximum') ?? 1e6, noNaN: true })
    case 'string':
      return ofText(schema)
    case 'array':
      return array(of(schema['items']), {
        minLength: number('minItems') ?? 0,
        maxLength: Math.max(number('minItems') ?? 0, ITEMS_MAX),
      }) as Arbitrary<Json>
    case 'object': {
      const { properties, required, additionalProperties } = schema
      if (properties !== undefined)
        return record(
          Object.fromEntries(Object.entries(properties as JsonObject).map(([key, inner]) => [key, of(inner)])),
          { requiredKeys: [...((required ?? []) as readonly string[])] },
        ) as Arbitrary<Json>
      return dictionary(string({ maxLength: 12 }), of(additionalProperties === false ? {} : additionalProperties), {
        maxKeys: ITEMS_MAX,
      }) as Arbitrary<Json>
    }
    default:
      return jsonValue({ maxDepth: 2 }) as Arbitrary<Json>
  }
}

function ofText({ pattern, minLength, maxLength }: JsonObject): Arbitrary<Json> {
  if (typeof pattern === 'string') return stringMatching(new RegExp(pattern, 'u'))
  const least = typeof minLength === 'number' ? minLength : 0
  const most = Math.min(typeof maxLength === 'number' ? maxLength : LENGTH_MAX, LENGTH_MAX)
  return string({ minLength: least, maxLength: Math.max(least, most), unit: 'grapheme' })
}

const nested = (depth: number): Json => {
  let value: Json = 'deep'
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

/** What breaks programs that trust their input. */
export const HOSTILE: readonly Json[] = [
  null,
  true,
  -1,
  0,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\ue000',
  '__proto__',
  'constructor',
  "'; drop table releases; --",
  '../../../../etc/passwd',
  '%00%2e%2e%2f',
  '${jndi:ldap://x}',
  '<script>alert(1)</script>',
  '=cmd|calc',
  '\u202e\u2066',
  'a'.repeat(5_000),
  'é'.repeat(2_001),
  [],
  {},
  [[]],
  { $ref: '#' },
  { toString: 1, hasOwnProperty: 1 },
  Array.from({ length: 2_000 }, () => 0),
  nested(50),
  nested(190),
  nested(400),
]

/** A sound input with one thing wrong in it: a field missing, added or replaced. */
export function nearlyOf(sound: Arbitrary<Json>): Arbitrary<Json> {
  return sound.chain((value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return constantFrom(...HOSTILE)
    const keys = Object.keys(value)
    return record({
      key: constantFrom(...keys, 'unknown', '__proto__', 'constructor'),
      how: constantFrom('hostile', 'hostile', 'any', 'gone'),
      hostile: constantFrom(...HOSTILE),
      any: anything({ maxDepth: 2 }),
    }).map(({ key, how, hostile, any }) => {
      const rest = Object.entries(value).filter(([name]) => name !== key)
      const put = how === 'any' ? (JSON.parse(JSON.stringify(any) ?? 'null') as Json) : hostile
      return Object.fromEntries(how === 'gone' ? rest : [...rest, [key, put]]) as Json
    })
  })
}
