import { isJsonObject, type Json, type JsonObject } from '../../../base/json.ts'

/** What a `tokenizer.json` asks for and this reader does not do, or a file that is none. Caught in read-tokenizer.ts. */
export class UnsupportedTokenizer extends Error {}

export function objectOf(value: Json | undefined, what: string): JsonObject {
  if (!isJsonObject(value)) throw new UnsupportedTokenizer(`${what} is no object`)
  return value
}

export function listOf(value: Json | undefined, what: string): readonly Json[] {
  if (!Array.isArray(value)) throw new UnsupportedTokenizer(`${what} is no list`)
  return value as readonly Json[]
}

export function textOf(value: Json | undefined, what: string): string {
  if (typeof value !== 'string') throw new UnsupportedTokenizer(`${what} is no text`)
  return value
}

export function idOf(value: Json | undefined, what: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value >= 2 ** 31)
    throw new UnsupportedTokenizer(`${what} is no token id`)
  return value
}

export function booleanOf(value: Json | undefined, otherwise: boolean): boolean {
  return typeof value === 'boolean' ? value : otherwise
}

const VOCABULARY_MAX = 1_000_000

/** `{ token: id }`. */
export function vocabularyOf(value: Json | undefined): ReadonlyMap<string, number> {
  const entries = Object.entries(objectOf(value, '`model.vocab`'))
  if (entries.length > VOCABULARY_MAX) throw new UnsupportedTokenizer(`more than ${VOCABULARY_MAX} tokens`)
  return new Map(entries.map(([token, id]) => [token, idOf(id, '`model.vocab`')]))
}
