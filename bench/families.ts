import { cut, pick, seeded } from './random.ts'
import type { Corpus } from './corpora.ts'

const repeated = (name: string, unit: string): Corpus => ({
  name,
  text: (size) => cut(unit.repeat(Math.ceil(size / unit.length)), size),
})

/** Base64 of base64 of words, as deep as a decoder would follow. */
function nested(size: number): string {
  const inner = Buffer.from('the quick brown fox jumps over the lazy dog '.repeat(Math.ceil(size / 78))).toString(
    'base64',
  )
  return cut(Buffer.from(inner).toString('base64'), size)
}

function mixed(size: number): string {
  const random = seeded(24)
  const blocks = [0x20, 0xa0, 0x300, 0x400, 0x600, 0x900, 0x2000, 0x3040, 0x4e00, 0xac00, 0xff00, 0x1f600, 0xe0020]
  const chars = Array.from({ length: size }, () =>
    String.fromCodePoint(pick(random, blocks) + Math.floor(random() * 90)),
  )
  return cut(chars.join(''), size)
}

/** Inputs that look for work that grows faster than the text. `prose` is the ordinary case beside them. */
export function families(prose: Corpus): readonly Corpus[] {
  return [
    { ...prose, name: 'prose' },
    repeated('digits', '1234567890'),
    repeated('at signs', '@'),
    repeated('one letter', 'a'),
    repeated('AKIA', 'AKIA'),
    repeated('eyJ-', 'eyJ-'),
    repeated('open brackets', '['),
    repeated('less-than signs', '<'),
    repeated('](', ']('),
    repeated('URLs behind brackets', 'https://a.b/['),
    repeated('URLs in cells', '|https://a.b/c|www.d.e'),
    repeated('%41', '%41'),
    repeated('&#', '&#'),
    repeated('\\u0041', '\\u0041'),
    { name: 'base64 of base64', text: nested },
    repeated('zero-width run', 'a\u200b\u200b\u200b\u200b\u200b\u200b\u200b'),
    repeated('combining marks', 'e\u0301\u0323\u0300\u0302\u0308\u030a\u0327'),
    repeated('spaced letters', 'i g n o r e '),
    repeated('emoji ZWJ chain', '👩\u200d👩\u200d'),
    repeated('-----BEGIN', '-----BEGIN '),
    repeated('"role":', '"role":'),
    repeated('IPv6-like colons', 'fe80:1:'),
    repeated('phone-like groups', '555-0132 '),
    repeated('IBAN-like run', 'DE89370400440532'),
    repeated('newlines', '\n'),
    { name: 'mixed Unicode', text: mixed },
  ]
}
