import { textOfUnits } from '../../../base/utf16.ts'
import { byteAt, type Bytes, type Stretch } from './shifted-bytes.ts'

const NONE: readonly never[] = []

/** Of noise one unit in seventy is one that these texts have. */
const WIDE_MIN = 8
/** Greek to Hebrew letters end below U+0600: further up, noise has too many units that mean something. */
const WIDE_HIGH = 0x06

interface WideStretch extends Stretch {
  readonly text: string
}

/**
 * Stretches of UTF-16, which begin at any byte. In one byte order a text looks like its own other order a byte on, less or more a
 * unit: of the two the longer counts, and both where they are equal.
 */
export function wideStretches(bytes: Bytes): readonly WideStretch[] {
  const found = wideRuns(bytes)
  if (found === undefined) return NONE
  return WIDE_FORMS.flatMap(({ high, other }, form) =>
    unbeaten(found[form] ?? NONE, found[other] ?? NONE).map(({ from, to }) => {
      const units = new Uint16Array((to - from) / 2)
      for (let unit = 0; unit < units.length; unit++) units[unit] = unitOf(bytes, from + 2 * unit, high)
      return { from, to, text: textOfUnits(units) }
    }),
  )
}

/** Where in its unit the higher byte stands, and the form that the same text has in the other order. */
const WIDE_FORMS = [
  { high: 1, other: 1 },
  { high: 0, other: 0 },
  { high: 1, other: 3 },
  { high: 0, other: 2 },
] as const

/**
 * Runs of units, every second of them from an even or odd byte on, by their form. One that counts holds an eighth unit, so that three
 * bytes of each sixteen tell whether one of any form may be there; undefined where none is.
 */
function wideRuns(bytes: Bytes): readonly Stretch[][] | undefined {
  const { count } = bytes
  let runs: Stretch[][] | undefined
  const take = (form: number, at: number): void => {
    // Each run is walked once, whatever number of these bytes it holds.
    if ((runs?.[form]?.at(-1)?.to ?? 0) > at) return
    const run = wideRunAt(bytes, at, form % 2 === 0 ? 1 : 0)
    if (run !== undefined) (runs ??= [[], [], [], []])[form]?.push(run)
  }
  for (let at = 2 * (WIDE_MIN - 1); at + 1 < count; at += 2 * WIDE_MIN) {
    const isBehind = at + 2 < count
    if (byteAt(bytes, at + 1) < WIDE_HIGH) {
      take(0, at)
      if (isBehind) take(1, at + 1)
    }
    if (isBehind && byteAt(bytes, at + 2) < WIDE_HIGH) take(2, at + 1)
    if (byteAt(bytes, at) < WIDE_HIGH) take(3, at)
  }
  return runs
}

/** The run around a unit; undefined where it is too short. */
function wideRunAt(bytes: Bytes, at: number, high: 0 | 1): Stretch | undefined {
  const isWideAt = (unit: number): boolean =>
    byteAt(bytes, unit + high) < WIDE_HIGH && isWide(unitOf(bytes, unit, high))
  if (!isWideAt(at)) return undefined
  let from = at
  while (from >= 2 && isWideAt(from - 2)) from -= 2
  let to = at + 2
  while (to + 1 < bytes.count && isWideAt(to)) to += 2
  return to - from < 2 * WIDE_MIN ? undefined : { from, to }
}

/** Those that no longer one of the others overlaps; both lists are in order. */
function unbeaten(some: readonly Stretch[], others: readonly Stretch[]): readonly Stretch[] {
  if (some.length === 0 || others.length === 0) return some
  let next = 0
  return some.filter((one) => {
    let isBeaten = false
    while ((others[next]?.to ?? Infinity) <= one.from) next += 1
    for (let at = next; at < others.length; at++) {
      const { from, to } = others[at] as Stretch
      if (from >= one.to) break
      isBeaten ||= to - from > one.to - one.from
    }
    return !isBeaten
  })
}

const unitOf = (bytes: Bytes, at: number, high: number): number =>
  (byteAt(bytes, at + high) << 8) | byteAt(bytes, at + 1 - high)

function isWide(code: number): boolean {
  if (code < 0x80) return (code > 31 && code < 127) || code === 9 || code === 10 || code === 13
  // Text of ASCII that is grouped wrongly looks like letters that no language here needs, but for two pairs of Romanian.
  return (code >= 0xa0 && code < 0x180) || code >= 0x370 || (code >= 0x218 && code <= 0x21b)
}
