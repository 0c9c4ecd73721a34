import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonTextsOf, type JsonTexts } from './json-texts.ts'

const writtenPlaces = (source: string, { count, places }: JsonTexts): readonly string[] =>
  Array.from({ length: count }, (_, index) => source.slice(places[2 * index], places[2 * index + 1]))

const textsOf = (source: string, textsMax = 10_000, depthMax = 64): readonly string[] | undefined => {
  const texts = jsonTextsOf(source, textsMax, depthMax)
  return texts === undefined
    ? undefined
    : writtenPlaces(source, texts)
        .filter((written) => written.startsWith('"'))
        .map((written) => JSON.parse(written) as string)
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

/** Each text or number with the name that is nearest to it. */
function namedIn(source: string): readonly string[] {
  const texts = jsonTextsOf(source, 10_000, 64)
  if (texts === undefined) return []
  const written = writtenPlaces(source, texts)
  return written.map((text, index) => `${written[texts.names[index] as number] ?? 'none'} ${text}`)
}

test.each([
  ['{"a":"1","b":"2"}', ['none "a"', '"a" "1"', 'none "b"', '"b" "2"']],
  [
    '{"a":["1",["2"],{"b":"3"},"4"],"c":5}',
    ['none "a"', '"a" "1"', '"a" "2"', '"a" "b"', '"b" "3"', '"a" "4"', 'none "c"'],
  ],
  ['[{"a":{"b":{}, "c":"1"}},"2"]', ['none "a"', '"a" "b"', '"a" "c"', '"c" "1"', 'none "2"']],
  ['{"name":"a", "value" : "1"}', ['none "name"', '"name" "a"', 'none "value"', '"value" "1"']],
  ['{"name":["a"],"value":"1"}', ['none "name"', '"name" "a"', 'none "value"', '"value" "1"']],
  ['{"n":12345, "m": [1234, -12345, 1e100 ],"t":true}', ['none "n"', '"n" 12345', 'none "m"', '"m" 1e100', 'none "t"']],
])('in %s each stands under its nearest name, and numbers of five units are told', (source, expected) => {
  expect(namedIn(source)).toEqual(expected)
})

/** Each name that says nothing of its value, with the texts that its object says and the one before it. */
function calledIn(source: string): readonly string[] {
  const texts = jsonTextsOf(source, 10_000, 64)
  if (texts === undefined) return []
  const written = writtenPlaces(source, texts)
  const at = (place: number): string => written[place] ?? '-'
  return [...texts.values].map(
    ([number, { said, before, isOwn }]) =>
      `${at(number)}: ${at(said.name)} ${at(said.key)} ${at(said.other)} ${at(before)} ${isOwn}`,
  )
}

test.each([
  ['{"name":"a","value":"1"}', ['"value": "a" - - "a" false']],
  ['{"NAME":"a","type":"b","on":true,"Val":"1"}', ['"Val": "a" - - - false']],
  ['{"value":"1","n":[{"name":"b"}],"name":"a"}', ['"value": "a" - - - false']],
  ['{"name":"a","n":{"name":"b","value":"1"},"value":"2"}', ['"value": "b" - - "b" false', '"value": "a" - - - false']],
  ['{"ParameterKey":"a","ParameterValue":"1"}', ['"ParameterValue": - - "a" - true']],
  ['{"label":"a","current":"1","key":"b"}', ['"current": - "b" "a" - false']],
  ['{"na\\u006de":"a","v\\u0061lue":1}', ['"v\\u0061lue": "a" - - "a" false']],
  ['{"name":["a"],"value":"1"}', ['"value": - - - - false']],
  ['{"name":1,"x":"a","value":"1"}', ['"value": - - - "a" false']],
  ['[["name","a"],{"value":"1"}]', ['"value": - - - - false']],
  ['{"name":"a","interval":"1","values":["2"]}', []],
])('in %s a value is called what its object says', (source, expected) => {
  expect(calledIn(source)).toEqual(expected)
})
