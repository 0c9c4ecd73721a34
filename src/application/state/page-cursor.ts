import { base64Of, bytesOfBase64, textOf, utf8 } from '../../base/bytes.ts'
import { epochMs } from '../../base/instant.ts'
import { parseJson } from '../../base/json.ts'
import { INSTANT_MAX, type PagePosition } from './records.ts'

/** Longest cursor that is read: an id of 200 characters of four bytes each, with room to spare. */
export const CURSOR_MAX = 1_500

/** A position as text that callers hand back and do not look into. */
export function cursorOf({ at, id }: PagePosition): string {
  return base64Of(utf8(JSON.stringify([at, id])))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** Undefined when the text is no cursor. */
export function positionOf(cursor: string): PagePosition | undefined {
  if (cursor.length > CURSOR_MAX) return undefined
  const padded = cursor.replaceAll('-', '+').replaceAll('_', '/') + '='.repeat((4 - (cursor.length % 4)) % 4)
  const bytes = bytesOfBase64(padded)
  const json = parseJson((bytes && textOf(bytes)) ?? '', CURSOR_MAX)
  if (!json.ok || !Array.isArray(json.value) || json.value.length !== 2) return undefined
  const [at, id] = json.value as readonly unknown[]
  if (typeof at !== 'number' || !Number.isInteger(at) || at < 0 || at > INSTANT_MAX || typeof id !== 'string')
    return undefined
  return { at: epochMs(at), id }
}
