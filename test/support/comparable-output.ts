import { parseJson } from '../../src/base/json.ts'
import { HOUR_MS } from '../../src/base/instant.ts'

/** What two states in which the same was done cannot have in common: what is drawn, and what is signed with keys of one's own. */
const DRAWN: readonly (readonly [what: string, found: RegExp])[] = [
  ['token', /\bgh[a-z]_[\w-]+/g],
  ['secret', /\bwhsec_[\w+/=]+/g],
  // 32 bytes: a hash, a salt, a public key.
  ['bytes', /(?<![\w+/=])[\w+/]{43}=(?![\w+/=])/g],
  ['signature', /(?<=^— .+ )[\w+/=]{40,}$/gm],
  ['signature', /(?<="sig": ?")[\w+/=]+/g],
  ['uuid', /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g],
  ['digest', /\b(?:sha256:)?[0-9a-f]{64}\b|\b[0-9a-f]{12}(?=…)/g],
  // Who acted, by a key of this state; and the ledger's name, by its key.
  ['person', /(?<="actor": ?")[0-9a-f]{32}(?=")/g],
  ['origin', /\bgatehouse\.dev\/local\/[0-9a-f]{12}\b/g],
  ['id', /\b(?:[0-9A-HJKMNP-TV-Z]{26}|01[0-9a-hjkmnp-tv-z]{24})\b/g],
]

/** A cursor is the place of a record: its moment and id. */
const CURSOR = /\bWzE[\w-]{20,}/g
/** What was signed, as DSSE holds it. */
const PAYLOAD = /(?<="payload": ?")[\w+/=]+/g
const MS = /\b1[789]\d{11}\b/g
const TIME = /\d{4}-\d\d-\d\dT[\d:.]+Z/g
/** How long something took. */
const SECONDS = /\b\d+\.\d s\b/g

/**
 * Makes outputs of one state comparable with those of another in which the same was done. What is drawn becomes the number
 * under which this state first showed it, so that one thing cannot stand for another; a moment becomes its distance from
 * now in hours, so that no other day or time of day can stand for it. Nothing else changes.
 */
export class ComparableOutput {
  readonly #numbers = new Map<string, Map<string, number>>()

  of(text: string, { folder, now }: { readonly folder: string; readonly now: number }): string {
    const moment = (ms: number): string => `<${Math.round((ms - now) / HOUR_MS)} h>`
    const opened = text
      .replaceAll(folder, '<folder>')
      .replaceAll(CURSOR, (found) => `<cursor ${textOf(found, 'base64url')}>`)
      .replaceAll(PAYLOAD, (found) => textOf(found, 'base64'))
    const drawn = DRAWN.reduce(
      (sofar, [what, pattern]) => sofar.replaceAll(pattern, (found) => `<${what} ${this.#number(what, found)}>`),
      opened,
    )
    return drawn
      .replaceAll(MS, (found) => moment(Number(found)))
      .replaceAll(TIME, (found) => moment(Date.parse(found)))
      .replaceAll(SECONDS, '<seconds>')
  }

  #number(what: string, found: string): number {
    const known = this.#numbers.get(what) ?? new Map<string, number>()
    this.#numbers.set(what, known)
    // A digest is also shown by its first twelve digits, and an id in small letters.
    const key =
      what === 'digest' ? found.replace('sha256:', '').slice(0, 12) : what === 'id' ? found.toUpperCase() : found
    const number = known.get(key) ?? known.size + 1
    known.set(key, number)
    return number
  }
}

/** What was encoded, where it is JSON; else the text as it stood. */
function textOf(encoded: string, encoding: 'base64' | 'base64url'): string {
  const text = Buffer.from(encoded, encoding).toString('utf8')
  return parseJson(text, 10_000_000).ok ? text : encoded
}
