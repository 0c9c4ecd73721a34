/**
 * A stand-in for a value: `⟦EMAIL:7F3K9Q⟧`. The brackets (U+27E6, U+27E7) are rare in text; the id has no letters that are
 * easily mistaken (Crockford's base 32). Only this exact spelling is a token: no case folding, no white space inside.
 */
const OPEN = '⟦'
const CLOSE = '⟧'
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const KIND_CHARS_MAX = 24
/** 30 bits: with 2,000 values in a scope a guess hits one with a chance of two in a million. */
const ID_CHARS = 6

export const TOKEN_CHARS_MAX = 1 + KIND_CHARS_MAX + 1 + ID_CHARS + 1
const TOKEN = /⟦[A-Z][A-Z0-9-]{0,23}:[0-9A-HJKMNP-TV-Z]{6}⟧/y
const TOKENS = /⟦[A-Z][A-Z0-9-]{0,23}:[0-9A-HJKMNP-TV-Z]{6}⟧/g
const TOKEN_START = /^⟦(?:[A-Z][A-Z0-9-]{0,23})?(?:(?<=[A-Z0-9-]):[0-9A-HJKMNP-TV-Z]{0,6})?$/

/** Kind of a literal in foreign text that has the form of a token and must not act as one. */
export const LITERAL_KIND = 'TEXT'

/** The token of a kind and at least four bytes of a keyed hash. */
export function tokenOf(kind: string, mac: Uint8Array): string {
  let bits = 0
  for (let index = 0; index < 4; index++) bits = bits * 256 + (mac[index] ?? 0)
  let id = ''
  for (let index = 0; index < ID_CHARS; index++) {
    id += ALPHABET.charAt(bits % 32)
    bits = Math.floor(bits / 32)
  }
  return `${OPEN}${kindName(kind)}:${id}${CLOSE}`
}

/** A detector's name as tokens spell it: `us-ssn` becomes `US-SSN`. */
export function kindName(kind: string): string {
  const name = kind
    .toUpperCase()
    .replaceAll(/[^A-Z0-9-]/g, '-')
    .slice(0, KIND_CHARS_MAX)
  return /^[A-Z]/.test(name) ? name : 'VALUE'
}

/** The token that stands at an offset, if one does. */
export function tokenAt(text: string, offset: number): string | undefined {
  TOKEN.lastIndex = offset
  return TOKEN.exec(text)?.[0]
}

/** Could the text go on to be a token? For streams: the start of one must not be let go. */
export function mayBecomeToken(text: string): boolean {
  return text.length < TOKEN_CHARS_MAX && TOKEN_START.test(text)
}

export function replaceTokens(text: string, replace: (token: string) => string): string {
  return text.replaceAll(TOKENS, (token) => replace(token))
}
