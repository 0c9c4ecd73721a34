import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonTextsOf } from './json-texts.ts'

const textsOf = (source: string, textsMax = 10_000, depthMax = 64): readonly string[] | undefined => {
  const texts = jsonTextsOf(source, textsMax, depthMax)
  return texts === undefined
    ? undefined
    : Array.from(
        { length: texts.count },
        (_, index) => JSON.parse(source.slice(texts.places[2 * index], texts.places[2 * index + 1])) as string,
      )
}

/** Keys and texts as they come in the source: the order of keys that are numbers is another one in the value. */
function written(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(written)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => [key, ...written(item)])
}

test('the texts are those of the value, with any spacing and any escapes', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), fc.constantFrom(undefined, 1, '\t'), (value, spacing) => {
      const source = JSON.stringify([value], null, spacing)
      expect(textsOf(source)).toEqual(written(JSON.parse(source)))
    }),
    { numRuns: 300 },
  )
})

test('a value that a later one of the same key replaces is a text as well', () => {
  expect(textsOf('{"a":"first","a":"second"}')).toEqual(['a', 'first', 'a', 'second'])
})

test('quotes, backslashes and brackets within a text end nothing', () => {
  expect(textsOf(String.raw`["a\"]","b\\","c[{","\\\"",""]`)).toEqual(['a"]', 'b\\', 'c[{', '\\"', ''])
})

test('as many texts as are allowed are told, and one more is too many', () => {
  expect(textsOf('["a","b","c"]', 3)).toHaveLength(3)
  expect(textsOf('["a","b","c","d"]', 3)).toBeUndefined()
})

test.each(['1', '"a"', '[]', '{}', 'true'])('a value %s one level too deep is refused', (value) => {
  const within = (levels: number): string => `${'['.repeat(levels)}${value}${']'.repeat(levels)}`
  expect(textsOf(within(64))).toBeDefined()
  expect(textsOf(within(65))).toBeUndefined()
})

test('texts without escapes are counted by their units', () => {
  expect(jsonTextsOf(String.raw`{"ab":"cde","f\n":""}`, 10, 10)?.plainUnits).toBe(5)
})
