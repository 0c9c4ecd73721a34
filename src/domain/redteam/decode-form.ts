import { bytesOfBase64, bytesOfHex, textOf } from '../../base/bytes.ts'
import { EXACT_OBFUSCATIONS, LOSSY_OBFUSCATIONS } from './obfuscations.ts'

// The way back from each obfuscation, written from the formats and apart from the engine's own decoders: an oracle that
// shares code with what it judges would share its faults.

type Decoder = (text: string) => string | undefined

const without =
  (mark: RegExp): Decoder =>
  (text) =>
    text.replace(mark, '')

/** Characters back to the ASCII ones they stand for; ranges are first character, first ASCII character, count. */
const fromRanges =
  (...ranges: readonly (readonly [number, number, number])[]): Decoder =>
  (text) =>
    Array.from(text, (char) => {
      const code = char.codePointAt(0) ?? 0
      const range = ranges.find(([first, , count]) => code >= first && code < first + count)
      return range === undefined ? char : String.fromCharCode(range[1] + code - range[0])
    }).join('')

const letters = (upper: number, lower: number, digit: number): Decoder =>
  fromRanges([upper, 65, 26], [lower, 97, 26], [digit, 48, 10])
const digits = (zero: number): Decoder => fromRanges([zero, 48, 10])

const fromPairs = (pairs: string): Decoder => {
  const units = Array.from(pairs)
  const table = new Map<string, string>()
  for (let index = 0; index + 1 < units.length; index += 2) table.set(units[index + 1] ?? '', units[index] ?? '')
  return (text) => Array.from(text, (char) => table.get(char) ?? char).join('')
}

const read = (bytes: Uint8Array | undefined): string | undefined => (bytes === undefined ? undefined : textOf(bytes))
const fromHex: Decoder = (text) => read(bytesOfHex(text.toLowerCase()))
const fromBase64: Decoder = (text) => {
  const standard = text
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/={1,2}$/, '')
  return read(bytesOfBase64(standard + '='.repeat((4 - (standard.length % 4)) % 4)))
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const fromBase32: Decoder = (text) => {
  const bits = Array.from(text, (char) => BASE32.indexOf(char).toString(2).padStart(5, '0')).join('')
  return read(Uint8Array.from(bits.match(/[01]{8}/g) ?? [], (byte) => Number.parseInt(byte, 2)))
}

const charOf = (code: number): string => (code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '')
const numbered =
  (pattern: RegExp, radix: number): Decoder =>
  (text) =>
    text.replace(pattern, (_, code: string) => charOf(Number.parseInt(code, radix)))
const percent: Decoder = (text) => fromHex(text.replaceAll('%', ''))

const spelled =
  (separator: string, gap: string): Decoder =>
  (text) =>
    text
      .split(gap)
      .map((word) => word.replaceAll(separator, ''))
      .join(' ')

/** Variation selectors 1 to 16 are the bytes 0 to 15, the supplementary ones the rest. */
const selectorBytes: Decoder = (text) => {
  const bytes = Array.from(text.replace(/^See/, ''), (char) => {
    const code = char.codePointAt(0) ?? 0
    return code < 0xe0000 ? code - 0xfe00 : code - 0xe0100 + 16
  })
  return bytes.every((byte) => byte >= 0 && byte <= 255) ? read(Uint8Array.from(bytes)) : undefined
}

const rot13: Decoder = (text) =>
  text.replace(/[A-Za-z]/g, (char) => {
    const base = char <= 'Z' ? 65 : 97
    return String.fromCharCode(((char.charCodeAt(0) - base + 13) % 26) + base)
  })

const fullwidth = fromRanges([0xff01, 33, 94])
const zeroWidth = without(/\u200b/g)

const chain =
  (...decoders: readonly Decoder[]): Decoder =>
  (text) =>
    decoders.reduce<string | undefined>((at, decoder) => (at === undefined ? undefined : decoder(at)), text)

/** A text said twice with ` -- ` between. */
const half: Decoder = (text) => text.slice(0, (text.length - 4) / 2)

const DECODERS: Readonly<Record<string, Decoder>> = {
  'zero-width-space': zeroWidth,
  'zero-width-joiner': without(/\u200d/g),
  'word-joiner': without(/\u2060/g),
  'soft-hyphen': without(/\u00ad/g),
  'byte-order-mark': without(/\ufeff/g),
  'direction-marks': without(/[\u202d\u200e\u202c]/g),
  'variation-selectors': without(/\ufe0f/g),
  'combining-grapheme-joiner': without(/\u034f/g),
  'combining-strokes': without(/\u0336/g),
  'tags-between': without(/\u{e0061}/gu),
  fullwidth,
  'mathematical-bold': letters(0x1d400, 0x1d41a, 0x1d7ce),
  'mathematical-sans': letters(0x1d5a0, 0x1d5ba, 0x1d7e2),
  monospace: letters(0x1d670, 0x1d68a, 0x1d7f6),
  'double-struck-digits': digits(0x1d7d8),
  'arabic-indic-digits': digits(0x660),
  'devanagari-digits': digits(0x966),
  'persian-digits': digits(0x6f0),
  'cyrillic-letters': fromPairs('aаcсeеiіjјoоpрsѕxхyуAАBВCСEЕHНIІJЈKКMМOОPРSЅTТXХYУ'),
  'greek-letters': fromPairs('oοvνAΑBΒEΕZΖHΗIΙKΚMΜNΝOΟPΡTΤXΧYΥ'),
  base64: fromBase64,
  'base64-url': fromBase64,
  'base64-unpadded': fromBase64,
  'base64-wrapped': chain(without(/\n/g), fromBase64, half),
  base32: fromBase32,
  hex: fromHex,
  'hex-upper': fromHex,
  'hex-spaced': chain(without(/ /g), fromHex),
  'hex-0x': chain(without(/^0x/), fromHex),
  'hex-escapes': numbered(/\\x([0-9a-f]{2})/g, 16),
  'unicode-escapes': numbered(/\\u([0-9a-f]{4})/g, 16),
  'unicode-braces': numbered(/\\u\{([0-9a-f]{1,6})\}/g, 16),
  'octal-escapes': numbered(/\\([0-7]{3})/g, 8),
  percent,
  'entities-decimal': numbered(/&#([0-9]{1,7});/g, 10),
  'entities-hex': numbered(/&#x([0-9a-f]{1,6});/g, 16),
  'quoted-printable': (text) => fromHex(text.replaceAll('=', '')),
  binary: (text) => read(Uint8Array.from(text.split(' '), (byte) => Number.parseInt(byte, 2))),
  'character-codes': (text) => read(Uint8Array.from(text.split(', '), Number)),
  'tag-characters': (text) =>
    Array.from(text.replace(/^See/, ''), (char) => charOf((char.codePointAt(0) ?? 0) - 0xe0000)).join(''),
  'selector-bytes': selectorBytes,
  'base64-twice': chain(fromBase64, fromBase64),
  'base64-of-hex': chain(fromBase64, fromHex),
  'percent-twice': chain((text) => text.replaceAll('%25', '%'), percent),
  'percent-of-base64': chain(percent, fromBase64),
  'base64-of-fullwidth': chain(fromBase64, fullwidth),
  'hex-of-zero-width': chain(fromHex, zeroWidth),
  'spaced-letters': spelled(' ', '   '),
  'spaced-letters-even': without(/ /g),
  'dotted-letters': spelled('.', '  '),
  'dashed-letters': spelled('-', '  '),
  'upper-case': (text) => text.toLowerCase(),
  'one-word-a-line': without(/\n/g),
  reversed: (text) => Array.from(text).toReversed().join(''),
  rot13,
  leet: fromPairs('a4e3i1o0s5t7'),
  'base64-of-rot13': chain(fromBase64, rot13),
}

/** The text that a form was made from; undefined where it does not read as that form. */
export function decodeForm(id: string, text: string): string | undefined {
  return DECODERS[id]?.(text)
}

/** Letters and digits alone, in lower case: what is left of a text when its layout does not count. */
export function bare(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

const FORMS = new Map([...EXACT_OBFUSCATIONS, ...LOSSY_OBFUSCATIONS].map((form) => [form.id, form.apply]))
const EXACT = new Set(EXACT_OBFUSCATIONS.map(({ id }) => id))

/**
 * A text in a form, if the form can write it: decoded again it must be the same text (exact forms) or the same letters and
 * digits (lossy forms), writing it must change something, and it must not grow past `longest` UTF-16 units.
 */
export function writeForm(id: string, text: string, longest = Number.POSITIVE_INFINITY): string | undefined {
  const written = FORMS.get(id)?.(text)
  if (written === undefined || written === text || written.length > longest || !written.isWellFormed()) return undefined
  const back = decodeForm(id, written)
  if (back === undefined) return undefined
  return (EXACT.has(id) ? back === text : bare(back) === bare(text)) ? written : undefined
}
