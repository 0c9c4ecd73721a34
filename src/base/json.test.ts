import canonicalize from 'canonicalize'
import { array, assert, jsonValue, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  canonicalJson,
  canonicalJsonOf,
  isNestedDeeper,
  JSON_DEPTH_MAX,
  parsedJson,
  parseJson,
  type Json,
} from './json.ts'

/** A list inside a list, `depth` times. */
function nested(depth: number): Json {
  let value: Json = 0
  for (let level = 0; level < depth; level++) value = [value]
  return value
}

describe('canonical JSON follows the examples of RFC 8785', () => {
  test('section 3.2.2: literals, numbers and strings are printed as ECMAScript prints them', () => {
    const input = JSON.parse(`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
      "literals": [null, true, false]
    }`) as Json
    expect(canonicalJsonOf(input)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
  })

  test('section 3.2.3: members are sorted by UTF-16 code units, not by code points', () => {
    const input = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Smiley',
      '\u0080': 'Control',
      '\u00f6': 'o with diaeresis',
    }
    expect([...canonicalJsonOf(input).matchAll(/:"([^"]+)"/g)].map((match) => match[1])).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'o with diaeresis',
      'Euro Sign',
      'Smiley',
      'Hebrew Letter Dalet With Dagesh',
    ])
  })

  test.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('appendix B: the number with bits %s is printed as %s', (bits, printed) => {
    expect(canonicalJsonOf(Buffer.from(bits, 'hex').readDoubleBE())).toBe(printed)
  })
})

test('the canonical form equals that of the `canonicalize` package on any JSON value', () => {
  assert(
    property(jsonValue({ stringUnit: 'binary' }), (value) => canonicalJsonOf(value as Json) === canonicalize(value)),
    { numRuns: 1_000 },
  )
})

test('the canonical form is JSON, means the same value, and is its own canonical form', () => {
  assert(
    property(jsonValue({ stringUnit: 'binary' }), (value) => {
      const text = canonicalJsonOf(value as Json)
      const again = JSON.parse(text) as Json
      // Through JSON text on both sides: minus zero is printed as zero.
      expect(again).toEqual(JSON.parse(JSON.stringify(value)))
      return canonicalJsonOf(again) === text
    }),
  )
})

test('the order in which members were added never shows', () => {
  assert(
    property(array(string({ unit: 'binary' })), (keys) => {
      const forwards = Object.fromEntries(keys.map((key) => [key, key]))
      const backwards = Object.fromEntries(keys.toReversed().map((key) => [key, key]))
      return canonicalJsonOf(forwards) === canonicalJsonOf(backwards)
    }),
  )
})

test.each([
  { what: 'a lone high surrogate', value: '\ud800' },
  { what: 'a lone low surrogate in a list', value: ['\udfff'] },
  { what: 'a surrogate pair the wrong way round', value: '\ude00\ud83d' },
  { what: 'a lone surrogate in a key', value: { '\udc00': 1 } },
  { what: 'not a number', value: Number.NaN },
  { what: 'infinity', value: { a: Number.POSITIVE_INFINITY } },
  { what: 'a missing list item', value: [undefined] as unknown as Json },
  { what: 'a bigint', value: 1n as unknown as Json },
  { what: 'a function', value: { f: () => 1 } as unknown as Json },
])('$what has no canonical form', ({ value }) => {
  expect(canonicalJson(value)).toMatchObject({ ok: false, failure: { code: 'json/not-canonical' } })
  expect(() => canonicalJsonOf(value)).toThrow()
})

test('members that are undefined count as absent', () => {
  expect(canonicalJson({ b: undefined, a: 1 })).toEqual({ ok: true, value: '{"a":1}' })
})

test('a member named `__proto__` is kept like any other', () => {
  const text = '{"__proto__":{"a":1},"b":2}'
  expect(canonicalJsonOf(JSON.parse(text) as Json)).toBe(text)
})

test('nesting is accepted up to the bound and refused beyond it, however deep', () => {
  expect(canonicalJson(nested(JSON_DEPTH_MAX)).ok).toBe(true)
  for (const depth of [JSON_DEPTH_MAX + 1, 100_000]) expect(canonicalJson(nested(depth)).ok).toBe(false)
})

test('a value that contains itself is refused by the same bound', () => {
  const circular: Record<string, Json> = {}
  circular['self'] = circular
  expect(canonicalJson(circular).ok).toBe(false)
})

test.each([
  { text: '{"a":[1]}', ok: true },
  { text: '"\\ud800"', ok: true },
  { text: '', ok: false },
  { text: '{"a":1,}', ok: false },
  { text: 'NaN', ok: false },
  { text: `"${'x'.repeat(99)}"`, ok: false },
])('parsing $text within 100 characters gives ok=$ok', ({ text, ok }) => {
  expect(parseJson(text, 100).ok).toBe(ok)
})

test('parsing any text gives a value or a failure, never an exception', () => {
  assert(property(string({ unit: 'binary' }), (text) => typeof parseJson(text, 1_000).ok === 'boolean'))
})

describe('depth', () => {
  test.each([
    [0, 0, false],
    [1, 0, true],
    [200, 200, false],
    [201, 200, true],
    [100_000, 200, true],
  ])('%i lists inside each other are deeper than %i: %s', (depth, depthMax, isDeeper) => {
    expect(isNestedDeeper(nested(depth), depthMax)).toBe(isDeeper)
    expect(isNestedDeeper({ wide: 'x', deep: nested(depth), none: null }, depthMax + 1)).toBe(isDeeper)
  })
})

test.each([
  ['null', null],
  ['{"a":[1,"b"]}', { a: [1, 'b'] }],
  ['', undefined],
  ['{"a":', undefined],
  ['undefined', undefined],
])('the value of %j is %j', (text, value) => expect(parsedJson(text)).toEqual(value))
