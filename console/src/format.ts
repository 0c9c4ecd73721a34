const DATE_TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
const TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })

export const dateTime = (at: number): string => DATE_TIME.format(at)
export const timeOfDay = (at: number): string => TIME.format(at)

/** `sha256:` and the first 12 digits. */
export function shortDigest(digest: string): string {
  return digest.startsWith('sha256:') ? digest.slice(0, 'sha256:'.length + 12) : digest.slice(0, 19)
}

/** A rate of 0 to 1 as per cent with one decimal; never rounded to a bound that it has not reached. */
export function percent(rate: number): string {
  return percentOf(100 * rate)
}

function percentOf(value: number): string {
  if (value > 0 && value < 0.05) return '<0.1%'
  if (value < 100 && value >= 99.95) return '>99.9%'
  return `${value.toFixed(1)}%`
}

export function figure(value: number, unit: string): string {
  switch (unit) {
    case '%':
      return percentOf(value)
    case 'ms':
      return `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`
    default:
      return `${value !== 0 && Math.abs(value) < 0.01 ? '<0.01' : value.toFixed(Math.abs(value) < 10 ? 2 : 0)} ${unit}`
  }
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

const MINUTE_MS = 60_000

/** A span in the two largest units that matter to a responder. */
export function duration(spanMs: number): string {
  if (spanMs < MINUTE_MS) return `${Math.max(0, Math.round(spanMs / 1_000))} s`
  const minutes = Math.round(spanMs / MINUTE_MS)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}
