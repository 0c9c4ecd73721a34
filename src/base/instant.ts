/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number & { readonly __brand: 'EpochMs' }

/** Where time comes from; never read ambiently below `adapters/clock`. */
export type Clock = () => EpochMs

export const SECOND_MS = 1_000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

/** Last instant that RFC 3339's four-digit year can name. */
const EPOCH_MS_MAX = 253_402_300_799_999

export function epochMs(value: number): EpochMs {
  if (!Number.isInteger(value) || value < 0 || value > EPOCH_MS_MAX) throw new RangeError(`not an instant: ${value}`)
  return value as EpochMs
}

/** RFC 3339 in UTC with milliseconds. */
export function toRfc3339(instant: EpochMs): string {
  return new Date(instant).toISOString()
}

const RFC3339 = /^\d{4}-\d{2}-\d{2}T(?:[01]\d|2[0-3]):\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/

/** Undefined unless the text is a whole RFC 3339 date-time that exists in the calendar. */
export function parseRfc3339(text: string): EpochMs | undefined {
  if (text.length > 40 || !RFC3339.test(text)) return undefined
  const value = Date.parse(text)
  if (!Number.isFinite(value) || value < 0 || value > EPOCH_MS_MAX) return undefined
  // `Date.parse` rolls 31 February over into March; a date that does not come back is none.
  const day = text.slice(0, 10)
  if (new Date(`${day}T00:00:00Z`).toISOString().slice(0, 10) !== day) return undefined
  return Math.trunc(value) as EpochMs
}
