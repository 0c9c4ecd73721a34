import { base64Of as base64OfBytes, hexOf as hexOfBytes, utf8 } from '../../base/bytes.ts'

/** A way to write a text so that a reader or a model still gets it and a naive filter does not. */
export interface Obfuscation {
  readonly id: string
  readonly family: 'characters' | 'layout' | 'encoding' | 'nested'
  /** The text in the other form; deterministic. */
  readonly apply: (text: string) => string
}

const chars = (text: string): string[] => Array.from(text)
const between = (text: string, mark: string): string => chars(text).join(mark)
const shifted =
  (upper: number | undefined, lower: number | undefined, digit: number | undefined) =>
  (text: string): string =>
    chars(text)
      .map((char) => {
        const code = char.charCodeAt(0)
        if (upper !== undefined && code >= 65 && code <= 90) return String.fromCodePoint(upper + code - 65)
        if (lower !== undefined && code >= 97 && code <= 122) return String.fromCodePoint(lower + code - 97)
        if (digit !== undefined && code >= 48 && code <= 57) return String.fromCodePoint(digit + code - 48)
        return char
      })
      .join('')
const looksLike =
  (pairs: string) =>
  (text: string): string => {
    const table = new Map<string, string>()
    const units = chars(pairs)
    for (let index = 0; index + 1 < units.length; index += 2) table.set(units[index] ?? '', units[index + 1] ?? '')
    return chars(text)
      .map((char) => table.get(char) ?? char)
      .join('')
  }
const bytes = (text: string): number[] => [...utf8(text)]
const hexOf = (text: string): string => hexOfBytes(utf8(text))
const base64Of = (text: string): string => base64OfBytes(utf8(text))
const urlSafe = (text: string): string => base64Of(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
const percentOf = (text: string): string => hexOf(text).replace(/../g, '%$&')
const perUnit = (text: string, write: (code: number) => string): string =>
  Array.from({ length: text.length }, (_, index) => write(text.charCodeAt(index))).join('')
const perChar = (text: string, write: (code: number) => string): string =>
  chars(text)
    .map((char) => write(char.codePointAt(0) ?? 0))
    .join('')
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

function base32Of(text: string): string {
  const bits = bytes(text)
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
  return (bits.match(/.{1,5}/g) ?? []).map((group) => BASE32[Number.parseInt(group.padEnd(5, '0'), 2)] ?? '').join('')
}

const characters = (id: string, apply: Obfuscation['apply']): Obfuscation => ({ id, family: 'characters', apply })
const layout = (id: string, apply: Obfuscation['apply']): Obfuscation => ({ id, family: 'layout', apply })
const encoding = (id: string, apply: Obfuscation['apply']): Obfuscation => ({ id, family: 'encoding', apply })
const nested = (id: string, apply: Obfuscation['apply']): Obfuscation => ({ id, family: 'nested', apply })

/** Forms that decode to exactly the same text: a guard that reads them finds what it finds in the open. */
export const EXACT_OBFUSCATIONS: readonly Obfuscation[] = [
  characters('zero-width-space', (text) => between(text, '\u200b')),
  characters('zero-width-joiner', (text) => between(text, '\u200d')),
  characters('word-joiner', (text) => between(text, '\u2060')),
  characters('soft-hyphen', (text) => between(text, '\u00ad')),
  characters('byte-order-mark', (text) => between(text, '\ufeff')),
  characters('direction-marks', (text) => `\u202d${between(text, '\u200e')}\u202c`),
  characters('variation-selectors', (text) => between(text, '\ufe0f')),
  characters('combining-grapheme-joiner', (text) => between(text, '\u034f')),
  characters('combining-strokes', (text) => between(text, '\u0336')),
  characters('tags-between', (text) => between(text, '\u{e0061}')),
  characters('fullwidth', (text) => text.replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0))),
  characters('mathematical-bold', shifted(0x1d400, 0x1d41a, 0x1d7ce)),
  characters('mathematical-sans', shifted(0x1d5a0, 0x1d5ba, 0x1d7e2)),
  characters('monospace', shifted(0x1d670, 0x1d68a, 0x1d7f6)),
  characters('double-struck-digits', shifted(undefined, undefined, 0x1d7d8)),
  characters('arabic-indic-digits', shifted(undefined, undefined, 0x660)),
  characters('devanagari-digits', shifted(undefined, undefined, 0x966)),
  characters('persian-digits', shifted(undefined, undefined, 0x6f0)),
  characters('cyrillic-letters', looksLike('aаcсeеiіjјoоpрsѕxхyуAАBВCСEЕHНIІJЈKКMМOОPРSЅTТXХYУ')),
  characters('greek-letters', looksLike('oοvνAΑBΒEΕZΖHΗIΙKΚMΜNΝOΟPΡTΤXΧYΥ')),
  encoding('base64', base64Of),
  encoding('base64-url', urlSafe),
  encoding('base64-unpadded', (text) => base64Of(text).replace(/=+$/, '')),
  encoding('base64-wrapped', (text) => base64Of(`${text} -- ${text}`).replace(/.{44}/g, '$&\n')),
  encoding('base32', base32Of),
  encoding('hex', hexOf),
  encoding('hex-upper', (text) => hexOf(text).toUpperCase()),
  encoding('hex-spaced', (text) => hexOf(text).replace(/..(?=.)/g, '$& ')),
  encoding('hex-0x', (text) => `0x${hexOf(text)}`),
  encoding('hex-escapes', (text) => perUnit(text, (code) => `\\x${(code & 0xff).toString(16).padStart(2, '0')}`)),
  encoding('unicode-escapes', (text) => perUnit(text, (code) => `\\u${code.toString(16).padStart(4, '0')}`)),
  encoding('unicode-braces', (text) => perChar(text, (code) => `\\u{${code.toString(16)}}`)),
  encoding('octal-escapes', (text) => perUnit(text, (code) => `\\${(code & 0xff).toString(8).padStart(3, '0')}`)),
  encoding('percent', percentOf),
  encoding('entities-decimal', (text) => perChar(text, (code) => `&#${code};`)),
  encoding('entities-hex', (text) => perChar(text, (code) => `&#x${code.toString(16)};`)),
  encoding('quoted-printable', (text) => hexOf(text).toUpperCase().replace(/../g, '=$&')),
  encoding('binary', (text) =>
    bytes(text)
      .map((byte) => byte.toString(2).padStart(8, '0'))
      .join(' '),
  ),
  encoding('character-codes', (text) => bytes(text).map(String).join(', ')),
  encoding('tag-characters', (text) => `See${perUnit(text, (code) => String.fromCodePoint(0xe0000 + (code & 0x7f)))}`),
  encoding(
    'selector-bytes',
    (text) =>
      `See${bytes(text)
        .map((byte) => String.fromCodePoint(byte < 16 ? 0xfe00 + byte : 0xe0100 + byte - 16))
        .join('')}`,
  ),
  nested('base64-twice', (text) => base64Of(base64Of(text))),
  nested('base64-of-hex', (text) => base64Of(hexOf(text))),
  nested('percent-twice', (text) => percentOf(text).replaceAll('%', '%25')),
  nested('percent-of-base64', (text) => percentOf(base64Of(text))),
  nested('base64-of-fullwidth', (text) =>
    base64Of(text.replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0))),
  ),
  nested('hex-of-zero-width', (text) => hexOf(between(text, '\u200b'))),
]

const TURN = (text: string): string =>
  text.replace(/[A-Za-z]/g, (char) => {
    const base = char <= 'Z' ? 65 : 97
    return String.fromCharCode(((char.charCodeAt(0) - base + 13) % 26) + base)
  })

/** Forms that a model still reads and that lose something: case, spaces, letters. They concern instructions. */
export const LOSSY_OBFUSCATIONS: readonly Obfuscation[] = [
  layout('spaced-letters', (text) =>
    text
      .split(' ')
      .map((word) => between(word, ' '))
      .join('   '),
  ),
  layout('spaced-letters-even', (text) => between(text.replaceAll(' ', ''), ' ')),
  layout('dotted-letters', (text) =>
    text
      .split(' ')
      .map((word) => between(word, '.'))
      .join('  '),
  ),
  layout('dashed-letters', (text) =>
    text
      .split(' ')
      .map((word) => between(word, '-'))
      .join('  '),
  ),
  layout('upper-case', (text) => text.toUpperCase()),
  layout('one-word-a-line', (text) => text.replaceAll(' ', ' \n')),
  layout('reversed', (text) => chars(text).toReversed().join('')),
  encoding('rot13', TURN),
  characters('leet', looksLike('a4e3i1o0s5t7')),
  nested('base64-of-rot13', (text) => base64Of(TURN(text))),
]
