import type { Match } from '../match.ts'
import { isAlnum } from './scan.ts'

const LINE_MAX = 44
const LENGTHS = [44, 36, 30]

interface Line {
  readonly start: number
  readonly end: number
}

/** Machine-readable zones of travel documents (ICAO Doc 9303: TD1 3 x 30, TD2 2 x 36, TD3 2 x 44) with 7-3-1 check digits. */
export function detectMrz(text: string): readonly Match[] {
  const matches: Match[] = []
  let last = 0
  for (let at = text.indexOf('<<'); at >= 0; at = text.indexOf('<<', Math.max(at + 2, last))) {
    const line = lineAround(text, at, last)
    last = Math.max(line.end, last)
    if (!LENGTHS.includes(line.end - line.start)) continue
    const zone = zoneAround(text, line)
    if (zone === undefined || zone.start < (matches.at(-1)?.end ?? 0)) continue
    matches.push({ detector: 'pii/mrz', ...zone, score: 1 })
    last = zone.end
  }
  return matches
}

function isZoneUnit(code: number): boolean {
  return code === 60 || isAlnum(code)
}

function lineAround(text: string, at: number, floor: number): Line {
  let start = at
  while (start > floor && at - start <= LINE_MAX && isZoneUnit(text.charCodeAt(start - 1))) start -= 1
  let end = at
  while (end < text.length && end - start <= LINE_MAX && isZoneUnit(text.charCodeAt(end))) end += 1
  return { start, end }
}

/** The line of the same length across one line break (or one space, where a text was folded). */
function neighbour(text: string, line: Line, step: -1 | 1): Line | undefined {
  const length = line.end - line.start
  let gap = step === 1 ? line.end : line.start - 1
  for (let index = 0; index < 3 && /[\r\n ]/.test(text.charAt(gap)); index++) gap += step
  const start = step === 1 ? gap : gap - length + 1
  if (start < 0 || start + length > text.length) return undefined
  for (let index = start; index < start + length; index++) if (!isZoneUnit(text.charCodeAt(index))) return undefined
  return { start, end: start + length }
}

function zoneAround(text: string, line: Line): Line | undefined {
  const previous = neighbour(text, line, -1)
  const next = neighbour(text, line, 1)
  const far = next === undefined ? undefined : neighbour(text, next, 1)
  const near = previous === undefined ? undefined : neighbour(text, previous, -1)
  const windows =
    line.end - line.start === 30
      ? [
          [near, previous, line],
          [previous, line, next],
          [line, next, far],
        ]
      : [
          [previous, line],
          [line, next],
        ]
  for (const window of windows) {
    const lines = window.filter((part) => part !== undefined)
    if (lines.length < window.length) continue
    if (isZone(lines.map(({ start, end }) => text.slice(start, end).toUpperCase())))
      return { start: lines[0]?.start ?? 0, end: lines.at(-1)?.end ?? 0 }
  }
  return undefined
}

function isZone(lines: readonly string[]): boolean {
  const [first = '', second = ''] = lines
  if (lines.length === 3)
    return (
      /^[ACI]/.test(first) &&
      passes(first, 5, 14) &&
      passes(second, 0, 6) &&
      passes(second, 8, 14) &&
      checkDigit(first.slice(5, 30) + second.slice(0, 7) + second.slice(8, 15) + second.slice(18, 29)) === second[29]
    )
  const isPassport = first.length === 44
  if (!(isPassport ? /^[PV]/ : /^[ACIPV]/).test(first)) return false
  return (
    passes(second, 0, 9) && passes(second, 13, 19) && passes(second, 21, 27) && isComposite(second, isPassport, first)
  )
}

/** Visas have no composite check digit. */
function isComposite(second: string, isPassport: boolean, first: string): boolean {
  if (first.startsWith('V')) return true
  const end = isPassport ? 43 : 35
  return checkDigit(second.slice(0, 10) + second.slice(13, 20) + second.slice(21, end)) === second[end]
}

function passes(line: string, from: number, to: number): boolean {
  return checkDigit(line.slice(from, to)) === line[to]
}

/** Weights 7, 3, 1; digits count as themselves, letters from A = 10, fillers as 0. */
function checkDigit(field: string): string {
  let sum = 0
  for (let index = 0; index < field.length; index++) {
    const code = field.charCodeAt(index)
    const value = code === 60 ? 0 : code >= 65 ? code - 55 : code - 48
    sum += value * ([7, 3, 1][index % 3] ?? 0)
  }
  return String(sum % 10)
}
