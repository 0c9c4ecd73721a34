import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'

/** PostgreSQL's `text` and `jsonb` hold every character but U+0000. A private-use character stands before its stand-in. */
const ESCAPE = '\ue000'

/** Any text as one that the database takes. */
export function toNulFree(text: string): string {
  return text.replaceAll(ESCAPE, `${ESCAPE}e`).replaceAll('\u0000', `${ESCAPE}0`)
}

export function fromNulFree(text: string): string {
  if (!text.includes(ESCAPE)) return text
  return text.replaceAll(/\ue000([0e])/g, (_, kind: string) => (kind === '0' ? '\u0000' : ESCAPE))
}

/** The same for every string and member name of a document. */
export function mapStrings(value: Json, map: (text: string) => string): Json {
  if (typeof value === 'string') return map(value)
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => mapStrings(item, map))
  return isJsonObject(value) ? mapDocument(value, map) : value
}

export function mapDocument(document: JsonObject, map: (text: string) => string): JsonObject {
  return Object.fromEntries(
    Object.entries(document).map(([key, item]) => [map(key), item === undefined ? item : mapStrings(item, map)]),
  )
}

/** A document of the database. Nearly none holds the private-use character, and then it is what its text says. */
export function documentOfText(text: string): JsonObject {
  const document = JSON.parse(text) as JsonObject
  return text.includes(ESCAPE) ? mapDocument(document, fromNulFree) : document
}
