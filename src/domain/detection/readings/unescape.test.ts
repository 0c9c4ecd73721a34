import fc from 'fast-check'
import { expect, test } from 'vitest'
import { escapedRegions } from './escaped-regions.ts'
import { unescape } from './unescape.ts'

const FORMS =
  /(?:%[0-9a-fA-F]{2}){1,4096}|(?:=[0-9A-F]{2}){3,4096}|(?<=\S)=\r?\n(?=\S)|&#(?:[xX][0-9a-fA-F]+|[0-9]+);?|&[A-Za-z]{2,14};|\\{1,4}(?:u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})/g

const texts = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\\u0041',
        '\\ud83d',
        '\\ude00',
        '\\u00e9',
        '\\\\u0042',
        '\\x43',
        '\\u{1f600}',
        '\\101',
        '\\U00000044',
      ),
      fc.constantFrom(
        '%41',
        '%C3%A9',
        '%ff',
        '%20',
        '=41=42=43',
        'a=\nb',
        '=\r\n',
        '&lt;',
        '&#65;',
        '&#x42',
        '&shy;',
        '&none;',
        '&#0;',
      ),
      fc.string({ unit: fc.constantFrom(...'\\u04a%=&#x; é'), maxLength: 8 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

test('escapes stand where an expression finds them, one behind the other', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const found = Array.from(text.matchAll(FORMS), ({ 0: escape, index }) => ({
        index,
        end: index + escape.length,
        alone: escape.endsWith('\n') ? '' : unescape(escape)?.text,
      })).filter(({ alone }) => alone !== undefined)
      let expected = ''
      const places: number[] = []
      let from = 0
      for (const { index, end, alone = '' } of [...found, { index: text.length, end: text.length }]) {
        for (let at = from; at < index; at++) places.push(at, at + 1)
        for (let unit = 0; unit < alone.length; unit++) places.push(index, end)
        expected += text.slice(from, index) + alone
        from = end
      }
      const unescaped = unescape(text)
      expect(unescaped === undefined).toBe(found.length === 0)
      if (unescaped === undefined) return
      expect(unescaped.text).toBe(expected)
      expect(Array.from(unescaped.starts, (start, at) => [start, unescaped.ends[at]]).flat()).toEqual(places)
    }),
    { numRuns: 3_000 },
  )
})

test('a text that an expression finds an escape in has a region that holds it', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const signs = Uint32Array.from(text.matchAll(/[\\%&=]/g), ({ index }) => index)
      const regions = escapedRegions(text, signs)
      for (const { index, 0: escape } of text.matchAll(FORMS))
        expect(regions.some(({ start, end }) => start <= index && end >= index + escape.length)).toBe(true)
    }),
    { numRuns: 3_000 },
  )
})

test.each([
  ['half a pair', '\\ud83d!', '\ud83d!'],
  ['both halves', '\\ud83d\\ude00', '😀'],
  ['a character of four bytes', '%F0%9F%98%80', '😀'],
  ['a backslash that is escaped itself', '\\\\u0041', 'A'],
  ['a soft line break', '4111=\r\n1111=\n1', '411111111'],
])('%s', (_, text, expected) => {
  expect(unescape(text)?.text).toBe(expected)
})

test.each(['const a =\n  1', 'a=\n b', '=\nb', 'a=b'])('%j breaks no line of quoted-printable', (text) => {
  expect(unescape(text)).toBeUndefined()
})
