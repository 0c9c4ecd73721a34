import { utf8 } from '../../../base/bytes.ts'
import type { JsonObject } from '../../../base/json.ts'
import { booleanOf, idOf, listOf, textOf, UnsupportedTokenizer, vocabularyOf } from './tokenizer-config.ts'

/** Token ids of one pre-token. */
export type TokenModel = (word: string) => readonly number[]

/** The `model` of a `tokenizer.json`; no text is ever read as one of the special tokens. */
export function tokenModelOf(model: JsonObject, specials: ReadonlySet<string>): TokenModel {
  switch (model['type']) {
    case 'WordPiece':
      return wordPiece(model, specials)
    case 'Unigram':
      return unigram(model, specials)
    case 'BPE':
      return bytePairs(model, specials)
    default:
      throw new UnsupportedTokenizer('the model is none of WordPiece, Unigram, BPE')
  }
}

function without(all: ReadonlyMap<string, number>, specials: ReadonlySet<string>): ReadonlyMap<string, number> {
  return new Map([...all].filter(([token]) => !specials.has(token)))
}

/** Longest match from the left; a word that does not come out whole is unknown. */
function wordPiece(model: JsonObject, specials: ReadonlySet<string>): TokenModel {
  const all = vocabularyOf(model['vocab'])
  const vocabulary = without(all, specials)
  let longest = 1
  for (const token of vocabulary.keys()) longest = Math.max(longest, token.length)
  const prefix = textOf(model['continuing_subword_prefix'] ?? '##', '`continuing_subword_prefix`')
  const lengthMax = idOf(model['max_input_chars_per_word'] ?? 100, '`max_input_chars_per_word`')
  const unknown = idOf(all.get(textOf(model['unk_token'] ?? '[UNK]', '`unk_token`')), '`unk_token`')
  return (word) => {
    const characters = Array.from(word)
    if (characters.length > lengthMax) return [unknown]
    const ids: number[] = []
    for (let start = 0; start < characters.length;) {
      let end = Math.min(characters.length, start + longest)
      let id: number | undefined
      for (; end > start; end--) {
        id = vocabulary.get((start > 0 ? prefix : '') + characters.slice(start, end).join(''))
        if (id !== undefined) break
      }
      if (id === undefined) return [unknown]
      ids.push(id)
      start = end
    }
    return ids
  }
}

const UNKNOWN_PENALTY = 10
const PIECE_CHARS_MAX = 128

/** The most likely cut (Viterbi); characters that no piece covers are unknown, neighbours together. */
function unigram(model: JsonObject, specials: ReadonlySet<string>): TokenModel {
  const pieces = new Map<string, { readonly id: number; readonly score: number }>()
  let longest = 1
  let lowest = Number.POSITIVE_INFINITY
  for (const [id, entry] of listOf(model['vocab'], '`model.vocab`').entries()) {
    const [piece, score] = listOf(entry, '`model.vocab`')
    if (typeof score !== 'number') throw new UnsupportedTokenizer('`model.vocab` has a piece without score')
    const text = textOf(piece, '`model.vocab`')
    if (!specials.has(text)) pieces.set(text, { id, score })
    longest = Math.max(longest, Math.min(text.length, PIECE_CHARS_MAX))
    lowest = Math.min(lowest, score)
  }
  const unknown = idOf(model['unk_id'], '`model.unk_id`')
  const bytes = booleanOf(model['byte_fallback'], false) ? byteIds((piece) => pieces.get(piece)?.id) : undefined
  const idsOfUnknown = (text: string): readonly number[] =>
    bytes === undefined || pieces.has(text) ? [unknown] : Array.from(utf8(text), (byte) => bytes[byte] ?? unknown)
  return (word) => {
    const best: { score: number; from: number; id: number }[] = []
    const reach = (to: number, score: number, from: number, id: number): void => {
      const other = best[to]
      if (other === undefined || score > other.score) best[to] = { score, from, id }
    }
    for (let start = 0; start < word.length;) {
      const width = (word.codePointAt(start) ?? 0) > 0xffff ? 2 : 1
      const here = start === 0 ? 0 : (best[start]?.score ?? 0)
      for (let end = start + 1; end <= Math.min(word.length, start + longest); end++) {
        const piece = pieces.get(word.slice(start, end))
        if (piece !== undefined) reach(end, here + piece.score, start, piece.id)
      }
      if (!pieces.has(word.slice(start, start + width)))
        reach(start + width, here + lowest - UNKNOWN_PENALTY, start, unknown)
      start += width
    }
    const ids: number[] = []
    // Unknown neighbours are one token, spelled as they stand; only as a whole may it be a piece after all.
    let unknownEnd = 0
    for (let end = word.length; end > 0;) {
      const step = best[end]
      if (step === undefined) throw new TypeError('every character boundary is reached')
      if (step.id === unknown) {
        unknownEnd = Math.max(unknownEnd, end)
        if (step.from === 0 || best[step.from]?.id !== unknown) {
          for (const id of idsOfUnknown(word.slice(step.from, unknownEnd)).toReversed()) ids.push(id)
          unknownEnd = 0
        }
      } else ids.push(step.id)
      end = step.from
    }
    return ids.toReversed()
  }
}

/** Ids of `<0x00>` to `<0xFF>`. */
function byteIds(idOfPiece: (piece: string) => number | undefined): readonly (number | undefined)[] {
  return Array.from({ length: 256 }, (_, byte) => idOfPiece(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`))
}

/** Longer words are cut there first, so that merging stays linear in the text. */
const MERGE_CHARS_MAX = 256

/** Merges neighbours by rank, lowest first. */
function bytePairs(model: JsonObject, specials: ReadonlySet<string>): TokenModel {
  const all = vocabularyOf(model['vocab'])
  const vocabulary = without(all, specials)
  for (const key of ['continuing_subword_prefix', 'end_of_word_suffix'])
    if ((model[key] ?? '') !== '') throw new UnsupportedTokenizer(`BPE with \`${key}\` is not supported`)
  const ranks = new Map<string, number>()
  for (const [rank, merge] of listOf(model['merges'], '`model.merges`').entries()) {
    const pair = typeof merge === 'string' ? merge : listOf(merge, '`model.merges`').join(' ')
    ranks.set(pair, rank)
  }
  const unknownToken = model['unk_token']
  const unknown = typeof unknownToken === 'string' ? all.get(unknownToken) : undefined
  const bytes = booleanOf(model['byte_fallback'], false) ? byteIds((piece) => vocabulary.get(piece)) : undefined
  const idsOf = (symbol: string): readonly number[] => {
    const id = vocabulary.get(symbol)
    if (id !== undefined) return [id]
    const asBytes = bytes === undefined ? [] : Array.from(utf8(symbol), (byte) => bytes[byte])
    if (asBytes.length > 0 && asBytes.every((byte) => byte !== undefined)) return asBytes
    return unknown === undefined ? [] : [unknown]
  }
  return (word) => {
    const characters = Array.from(word)
    const ids: number[] = []
    for (let start = 0; start < characters.length; start += MERGE_CHARS_MAX)
      for (const symbol of merged(characters.slice(start, start + MERGE_CHARS_MAX), ranks)) ids.push(...idsOf(symbol))
    return ids
  }
}

function merged(characters: readonly string[], ranks: ReadonlyMap<string, number>): readonly string[] {
  const symbols = [...characters]
  const rankAt = (index: number): number =>
    index >= 0 && index + 1 < symbols.length
      ? (ranks.get(`${symbols[index]} ${symbols[index + 1]}`) ?? Number.POSITIVE_INFINITY)
      : Number.POSITIVE_INFINITY
  const pairs = symbols.map((_, index) => rankAt(index))
  for (;;) {
    let at = 0
    for (let index = 1; index < pairs.length; index++) if ((pairs[index] ?? 0) < (pairs[at] ?? 0)) at = index
    if (!Number.isFinite(pairs[at] ?? Number.POSITIVE_INFINITY)) return symbols
    symbols.splice(at, 2, `${symbols[at]}${symbols[at + 1]}`)
    pairs.splice(at, 1)
    pairs[at] = rankAt(at)
    if (at > 0) pairs[at - 1] = rankAt(at - 1)
  }
}
