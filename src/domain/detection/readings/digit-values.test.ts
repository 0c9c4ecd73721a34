import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BASE32_DIGITS, BASE64_DIGITS, decodeDigits, HEX_DIGITS, type Digits } from './digit-values.ts'

const decoded = (text: string, digits: Digits, room = text.length): readonly number[] | undefined => {
  const bytes = new Uint8Array(room)
  const count = decodeDigits(bytes, { text: `?${text}?`, start: 1, end: text.length + 1 }, digits)
  return count < 0 ? undefined : [...bytes.subarray(0, count)]
}

const bytes = fc.uint8Array({ maxLength: 60 })

test('base64 and hexadecimal digits say what Node says', () => {
  fc.assert(
    fc.property(bytes, (some) => {
      const buffer = Buffer.from(some)
      const expected = [...buffer]
      expect(decoded(buffer.toString('base64').replaceAll('=', ''), BASE64_DIGITS)).toEqual(expected)
      expect(decoded(buffer.toString('base64url'), BASE64_DIGITS)).toEqual(expected)
      expect(decoded(buffer.toString('hex'), HEX_DIGITS)).toEqual(expected)
      expect(decoded(buffer.toString('hex').toUpperCase(), HEX_DIGITS)).toEqual(expected)
    }),
  )
})

test.each([
  ['MZXW6YTBOI', 'foobar'],
  ['mzxw6ytb', 'fooba'],
  ['MZXW6YQ', 'foob'],
])('%s is base32 of %s (RFC 4648, section 10)', (text, plain) => {
  expect(decoded(text, BASE32_DIGITS)).toEqual([...Buffer.from(plain)])
})

test.each([
  ['4g', HEX_DIGITS],
  ['MZXW1', BASE32_DIGITS],
  ['ab.c', BASE64_DIGITS],
  ['abcé', BASE64_DIGITS],
])('%s is not decoded', (text, digits) => {
  expect(decoded(text, digits)).toBeUndefined()
})

test('no more is decoded than there is room for', () => {
  expect(decoded('414243zz', HEX_DIGITS, 2)).toEqual([0x41, 0x42])
})
