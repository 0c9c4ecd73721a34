import { assert, constantFrom, nat, property, string, uint8Array } from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  base64Of,
  bytesOfBase64,
  bytesOfHex,
  compareBytes,
  concatBytes,
  equalBytes,
  hexOf,
  textOf,
  utf8,
} from './bytes.ts'

const bytes = uint8Array({ maxLength: 200 })
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

describe('text', () => {
  test('a well-formed text comes back from its UTF-8 bytes', () => {
    assert(property(string({ unit: 'binary' }), (text) => textOf(utf8(text)) === text))
  })

  test('a byte order mark is part of the text', () => {
    expect(textOf(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa')
  })

  test.each([
    { what: 'a lone continuation byte', hex: '80' },
    { what: 'a cut sequence', hex: 'e282' },
    { what: 'an overlong slash', hex: 'c0af' },
    { what: 'an encoded surrogate', hex: 'eda080' },
    { what: 'a code point beyond U+10FFFF', hex: 'f4908080' },
    { what: 'a byte that UTF-8 never uses', hex: 'ff' },
  ])('$what is no text', ({ hex }) => {
    expect(textOf(bytesOfHex(hex)!)).toBeUndefined()
  })

  test('bytes are text exactly when Node can decode them without loss', () => {
    assert(
      property(
        bytes,
        (some) => (textOf(some) !== undefined) === Buffer.from(Buffer.from(some).toString('utf8')).equals(some),
      ),
    )
  })
})

describe('hexadecimal', () => {
  test('bytes come back, and the spelling is that of Node', () => {
    assert(
      property(
        bytes,
        (some) => equalBytes(bytesOfHex(hexOf(some))!, some) && hexOf(some) === Buffer.from(some).toString('hex'),
      ),
    )
  })

  test.each(['0', 'AB', '0g', ' 00', '00\n', '0x00', '٠٠'])('`%s` is refused', (text) => {
    expect(bytesOfHex(text)).toBeUndefined()
  })
})

describe('base64', () => {
  test('bytes come back, and the spelling is that of Node', () => {
    assert(
      property(
        bytes,
        (some) =>
          equalBytes(bytesOfBase64(base64Of(some))!, some) && base64Of(some) === Buffer.from(some).toString('base64'),
      ),
    )
  })

  test.each([
    { text: 'QQ', because: 'the padding is missing' },
    { text: 'QR==', because: 'unused bits are set after one byte' },
    { text: 'QUJ=', because: 'unused bits are set after two bytes' },
    { text: 'Q===', because: 'six bits are no byte' },
    { text: '====', because: 'padding alone is nothing' },
    { text: 'QQ==QQ==', because: 'padding stands only at the end' },
    { text: 'QUJD\n', because: 'no line break is allowed' },
    { text: 'QU JD===', because: 'no space is allowed' },
    { text: '-_-_', because: 'the URL alphabet is another one' },
    { text: 'QUJDR', because: 'the length is no multiple of four' },
    { text: 'ＱＱ==', because: 'full-width letters are no base64' },
  ])('`$text` is refused because $because', ({ text }) => {
    expect(bytesOfBase64(text)).toBeUndefined()
  })

  test('changing one character gives other bytes or none: no character is free', () => {
    assert(
      property(bytes, nat(), constantFrom(...BASE64.split(''), '=', '-', '_', ' ', '\n'), (some, at, character) => {
        const text = base64Of(some)
        if (text === '') return true
        const position = at % text.length
        const changed = text.slice(0, position) + character + text.slice(position + 1)
        const back = bytesOfBase64(changed)
        return changed === text || back === undefined || !equalBytes(back, some)
      }),
      { numRuns: 1_000 },
    )
  })

  test('whatever is accepted is spelled the one way that bytes are printed', () => {
    assert(
      property(string({ unit: constantFrom(...BASE64.split(''), '=') }), (text) => {
        const back = bytesOfBase64(text)
        return back === undefined || base64Of(back) === text
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('comparison', () => {
  test('order and equality are those of Node', () => {
    assert(
      property(bytes, bytes, (left, right) => {
        expect(Math.sign(compareBytes(left, right))).toBe(Buffer.compare(left, right))
        expect(equalBytes(left, right)).toBe(Buffer.from(left).equals(right))
        expect(equalBytes(left, left.slice())).toBe(true)
      }),
    )
  })

  test('joined parts stand one after the other', () => {
    assert(property(bytes, bytes, bytes, (...parts) => Buffer.concat(parts).equals(concatBytes(...parts))))
    expect(concatBytes()).toEqual(new Uint8Array())
  })
})
