import { isHexAt } from './digit-values.ts'
import type { Place } from './place.ts'

/** What begins with the two other signs. */
const HAS_ESCAPE =
  /&#(?:[xX][0-9a-fA-F]{1,65536}|[0-9]{1,65536})|&[A-Za-z]{2,14};|=[0-9A-F]{2}=[0-9A-F]{2}=|(?<=\S)=\r?\n(?=\S)/y

/** Around an escape this much is read with it, so that a value that is escaped in part is whole. */
const AROUND = 256
const REGIONS_MIN = 16
const CHARS_PER_REGION = 8_192

/**
 * Where a text holds escapes, with what stands around them; in order and apart. More than a few become one. `signs` are the
 * places of all signs that an escape may begin with.
 */
export function escapedRegions(text: string, signs: Uint32Array): readonly Place[] {
  const regions: { start: number; end: number }[] = []
  const regionsMax = Math.max(REGIONS_MIN, Math.floor(text.length / CHARS_PER_REGION))
  let from = 0
  for (const at of signs) {
    if (at < from) continue
    const seen = escapeSeenTo(text, at)
    if (seen < 0) continue
    from = seen
    const last = regions.at(-1)
    const end = Math.min(text.length, from + AROUND)
    if (last !== undefined && at - AROUND <= last.end) last.end = end
    else if (regions.length < regionsMax) regions.push({ start: wordStart(text, at - AROUND), end })
    else return [{ start: 0, end: text.length }]
  }
  for (const region of regions) region.end = wordEnd(text, region.end)
  return regions
}

const BACKSLASH = 92
const PERCENT = 37

/** How far it is certain that an escape stands there; negative where none does. */
function escapeSeenTo(text: string, at: number): number {
  const sign = text.charCodeAt(at)
  const next = text.charCodeAt(at + 1)
  if (sign === BACKSLASH) return (next >= 48 && next <= 51) || (next | 32) === 117 || next === 120 ? at + 2 : -1
  if (sign === PERCENT) return isHexAt(text, at + 1) && isHexAt(text, at + 2) ? at + 3 : -1
  // A look at the next unit ends most signs: a space stands behind it, or a quote.
  if (!mayFollow(next)) return -1
  HAS_ESCAPE.lastIndex = at
  return HAS_ESCAPE.test(text) ? HAS_ESCAPE.lastIndex : -1
}

/** A letter or digit, `#`, or the line break of quoted-printable. */
function mayFollow(code: number): boolean {
  return (
    (code >= 48 && code <= 57) || ((code | 32) >= 97 && (code | 32) <= 122) || code === 35 || code === 10 || code === 13
  )
}

const WORD_MAX = 64

/** A region does not begin or end inside a word that could be half a value. */
function wordStart(text: string, from: number): number {
  let at = Math.max(0, from)
  const limit = Math.max(0, at - WORD_MAX)
  while (at > limit && !isSpace(text.charCodeAt(at - 1))) at -= 1
  return at
}

function wordEnd(text: string, from: number): number {
  let at = Math.min(text.length, from)
  const limit = Math.min(text.length, at + WORD_MAX)
  while (at < limit && !isSpace(text.charCodeAt(at))) at += 1
  return at
}

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)
