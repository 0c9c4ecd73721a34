import { UnsupportedTokenizer } from './tokenizer-config.ts'

const GRAPHEME_BYTES_MAX = 5
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/**
 * SentencePiece's compiled character map: four bytes with the size of a double-array trie (darts-clone units, little
 * endian), the trie, and the replacements, each ended by NUL. Applied as the `tokenizers` library does: a short grapheme
 * cluster first as a whole, else code point by code point; of several prefixes the shortest counts.
 */
export function precompiledMap(base64: string): (text: string) => string {
  const bytes = Buffer.from(base64, 'base64')
  const size = bytes.length < 4 ? -1 : bytes.readUInt32LE(0)
  if (size < 0 || size % 4 !== 0 || 4 + size > bytes.length)
    throw new UnsupportedTokenizer('the precompiled character map is damaged')
  const units = Uint32Array.from({ length: size / 4 }, (_, index) => bytes.readUInt32LE(4 + 4 * index))
  const replacements = bytes.subarray(4 + size)
  const replacementOf = (piece: string): string | undefined => {
    const at = firstPrefix(units, Buffer.from(piece))
    if (at === undefined || at >= replacements.length) return undefined
    const end = replacements.indexOf(0, at)
    return replacements.toString('utf8', at, end < 0 ? replacements.length : end)
  }
  return (text) => {
    let result = ''
    for (const { segment } of segmenter.segment(text)) {
      const whole = Buffer.byteLength(segment) <= GRAPHEME_BYTES_MAX ? replacementOf(segment) : undefined
      if (whole === undefined) for (const character of segment) result += replacementOf(character) ?? character
      else result += whole
    }
    return result
  }
}

/** Value of the shortest key that is a prefix of the bytes. */
function firstPrefix(units: Uint32Array, key: Uint8Array): number | undefined {
  let at = offsetOf(units[0] ?? 0)
  for (const byte of key) {
    at ^= byte
    const unit = units[at]
    if (unit === undefined || (unit & 0x8000_00ff) >>> 0 !== byte) return undefined
    at ^= offsetOf(unit)
    if (((unit >>> 8) & 1) === 1) return (units[at] ?? 0) & 0x7fff_ffff
  }
  return undefined
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6)
}
