import { utf8 } from '../../../base/bytes.ts'
import type { Json, JsonObject } from '../../../base/json.ts'
import { booleanOf, listOf, objectOf, textOf, UnsupportedTokenizer } from './tokenizer-config.ts'

/** Cuts pieces further; the first of them begins the text. */
type PreTokenizer = (pieces: readonly string[]) => readonly string[]

const WORD = '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]'
const WORDS = new RegExp(`${WORD}+|(?:(?!${WORD})\\P{White_Space})+`, 'gu')
const PUNCTUATION = /[!-/:-@[-`{-~\p{P}]|[^!-/:-@[-`{-~\p{P}]+/gu
/** Not `\S`: for JavaScript, U+FEFF is white space. */
const VISIBLE = /\P{White_Space}+/gu
const DIGITS = /\p{N}+|\P{N}+/gu
const DIGIT = /\p{N}|\P{N}+/gu
/** How GPT-2 cuts text. */
const GPT2 =
  /'(?:[stmd]|re|ve|ll)| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu

/** The `pre_tokenizer` of a `tokenizer.json`. */
export function preTokenizerOf(config: Json | undefined, depth = 0): PreTokenizer {
  if (config === null || config === undefined) return (pieces) => pieces
  const object = objectOf(config, '`pre_tokenizer`')
  const type = textOf(object['type'], '`pre_tokenizer.type`')
  switch (type) {
    case 'Sequence': {
      if (depth > 8) throw new UnsupportedTokenizer('pre-tokenizers nest too deep')
      const steps = listOf(object['pretokenizers'], '`pre_tokenizer.pretokenizers`').map((step) =>
        preTokenizerOf(step, depth + 1),
      )
      return (pieces) => steps.reduce((result, step) => step(result), pieces)
    }
    case 'BertPreTokenizer':
      return (pieces) => cut(cut(pieces, VISIBLE), PUNCTUATION)
    case 'Whitespace':
      return (pieces) => cut(pieces, WORDS)
    case 'WhitespaceSplit':
      return (pieces) => cut(pieces, VISIBLE)
    case 'Punctuation':
      if ((object['behavior'] ?? 'Isolated') !== 'Isolated')
        throw new UnsupportedTokenizer('`Punctuation` other than isolated is not supported')
      return (pieces) => cut(pieces, PUNCTUATION)
    case 'Digits': {
      const pattern = booleanOf(object['individual_digits'], false) ? DIGIT : DIGITS
      return (pieces) => cut(pieces, pattern)
    }
    case 'Metaspace':
      return metaspace(object)
    case 'ByteLevel':
      return byteLevel(object)
    default:
      throw new UnsupportedTokenizer(`pre-tokenizer \`${type}\` is not supported`)
  }
}

function cut(pieces: readonly string[], pattern: RegExp): readonly string[] {
  return pieces.flatMap((piece) => piece.match(pattern) ?? [])
}

function metaspace(object: JsonObject): PreTokenizer {
  const mark = typeof object['replacement'] === 'string' ? object['replacement'] : '▁'
  if (mark.length !== 1) throw new UnsupportedTokenizer('`Metaspace.replacement` is not one character')
  const scheme = object['prepend_scheme'] ?? (booleanOf(object['add_prefix_space'], true) ? 'always' : 'never')
  const isSplit = booleanOf(object['split'], true)
  return (pieces) =>
    pieces.flatMap((piece, index) => {
      const marked = piece.replaceAll(' ', mark)
      const isPrefixed = scheme === 'always' || (scheme === 'first' && index === 0)
      const whole = isPrefixed && marked !== '' && !marked.startsWith(mark) ? mark + marked : marked
      if (!isSplit) return [whole]
      const parts = whole.split(mark).map((part, position) => (position === 0 ? part : mark + part))
      return parts.filter((part) => part !== '')
    })
}

function byteLevel(object: JsonObject): PreTokenizer {
  const isPrefixed = booleanOf(object['add_prefix_space'], true)
  const isCut = booleanOf(object['use_regex'], true)
  return (pieces) => {
    const begun = pieces.map((piece) => (isPrefixed && !piece.startsWith(' ') ? ` ${piece}` : piece))
    return (isCut ? cut(begun, GPT2) : begun).map((piece) =>
      Array.from(utf8(piece), (byte) => BYTE_LETTERS[byte]).join(''),
    )
  }
}

/** A printable letter for each byte: itself where it is one in Latin-1, else the next from U+0100 on. */
const BYTE_LETTERS: readonly string[] = (() => {
  let next = 0x100
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte !== 0xad)
    return String.fromCharCode(isPrintable ? byte : next++)
  })
})()
