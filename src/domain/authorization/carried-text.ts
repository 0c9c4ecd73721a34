import { punycodeDecode } from '../detection/egress/punycode.ts'
import { plainText, TELLING_CHARS_MAX, TELLING_CHARS_MIN } from './telling-words.ts'

/** What a text says to whoever reads it closely. */
export interface CarriedText {
  /** Runs of letters and digits, unescaped and in canonical form. */
  readonly pieces: readonly string[]
  /** Everything that stands in them, cut in pieces or run together with something else. */
  readonly parts: ReadonlySet<string>
}

/** SECURITY: the bound of the work for one text; what is longer is not looked at, and does not pass. */
export const CARRIED_CHARS_MAX = 4_000

export function carriedText(text: string): CarriedText {
  const pieces = plainText(unescaped(text)).match(/[\p{L}\p{N}]+/gu) ?? []
  return { pieces, parts: partsOf(pieces.join('')) }
}

function partsOf(joined: string): ReadonlySet<string> {
  const parts = new Set<string>()
  const bounded = joined.slice(0, CARRIED_CHARS_MAX)
  for (let from = 0; from < bounded.length; from++)
    for (let length = TELLING_CHARS_MIN; length <= TELLING_CHARS_MAX; length++)
      parts.add(bounded.slice(from, from + length))
  return parts
}

const decoder = new TextDecoder()
const DECODES_MAX = 3

/** Escape by escape, also of escapes: what is none stays, and what is no UTF-8 is a sign like another. */
function unescaped(text: string): string {
  let plain = text
  for (let round = 0; round < DECODES_MAX && plain.includes('%'); round++)
    plain = plain.replace(/(?:%[0-9a-f]{2}){1,2000}/gi, (run) =>
      decoder.decode(Uint8Array.from(run.slice(1).split('%'), (pair) => Number.parseInt(pair, 16))),
    )
  return plain
}

export const looksEncoded = (word: string): boolean =>
  word.length >= 24 || (word.length >= 8 && /\p{L}/u.test(word) && /\p{N}/u.test(word))

/** Pieces with digits in them that make something long: an encoding cut in pieces, or no more than dates and ids. */
export const looksCut = (pieces: readonly string[]): boolean =>
  pieces.filter((piece) => /\p{N}/u.test(piece)).join('').length >= 12

/** Below these, in domains of countries, the next label is the owner's. */
const SECOND_LEVELS = /^(?:com?|org?|net?|a[cd]|go[vb]?|edu?|sch|mil|nom|ltd|plc)$/

/** The labels that whoever owns a site chooses freely (`a` and `b` of `a.b.shop.example`), its own, and the site. */
export function labelsOf(hostname: string): readonly [below: string, own: string, site: string] {
  // Of an IPv6 address, whoever has a network chooses more than half.
  if (hostname.startsWith('[')) return [hostname, '', hostname]
  const labels = hostname.replace(/^www\.|\.+$/g, '').split('.')
  const at = labels.at(-1)?.length === 2 && SECOND_LEVELS.test(labels.at(-2) ?? '') ? -3 : -2
  const read = labels.map((label) => (label.startsWith('xn--') && punycodeDecode(label.slice(4))) || label)
  return [read.slice(0, at).join('.'), read.at(at) ?? '', labels.slice(at).join('.')]
}
