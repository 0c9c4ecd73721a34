import type { Match } from '../match.ts'
import { digitRuns } from '../readings/survey.ts'
import type { Runs } from '../readings/unit-walk.ts'
import type { ContextIndex } from './identifier-context.ts'
import type { IdentifierKind } from './identifier-kinds.ts'
import { IDENTIFIER_KINDS } from './identifier-kinds.ts'
import type { ShapeEnd } from './shape-automaton.ts'
import { CLASS_OF, compileShapes } from './shape-automaton.ts'

const SPAN_MAX = 34
/** Length of the letter groups that may precede the first digits, two at most, as in `AB 12 34 56 C`. */
const LETTERS_MAX = 6
const DIGIT = 1
const LETTER = 2

const AUTOMATON = compileShapes(IDENTIFIER_KINDS)

const classAt = (text: string, index: number): number => {
  const code = text.charCodeAt(index)
  return code < 128 ? (CLASS_OF[code] ?? 0) : 0
}

const isAlnum = (text: string, index: number): boolean => {
  const symbol = classAt(text, index)
  return symbol === DIGIT || symbol === LETTER
}

/**
 * Identifiers of people, companies and things with a checksum or a fixed form: spans within the text, sorted, none over another.
 * Linear: each digit starts at most three walks of 34 characters. A detector, not a boundary: `passRate` of each kind says how often chance passes.
 */
export function detectIdentifiers(
  text: string,
  context: ContextIndex,
  digits: Runs = digitRuns(text),
  isNumber = false,
): readonly Match[] {
  const matches: Match[] = []
  let best: Match | undefined
  let from = 0
  let next = 0
  for (let run = 0; run < digits.length; run += 2) {
    let index = digits[run] as number
    if (index < next) continue
    const group = groupStart(text, index, from)
    const take = (found: Match | undefined): void => {
      if (found === undefined) return
      if (best !== undefined && found.start >= best.end) {
        matches.push(best)
        best = found
      } else best = best === undefined ? found : stronger(best, found)
    }
    const before = joinedBefore(text, group, from)
    const first = before < 0 ? before : joinedBefore(text, before, from)
    if (first >= 0) take(longestFrom(text, first, context))
    if (before >= 0) take(longestFrom(text, before, context))
    take(longestFrom(text, group, context))
    index = (digits[run + 1] as number) - 1
    while (index + 1 < text.length && isAlnum(text, index + 1)) index += 1
    next = index + 1
    // What lies before the end of a long run is never walked again.
    from = index - group > SPAN_MAX ? next : Math.max(from, group - SPAN_MAX)
  }
  if (best !== undefined) matches.push(best)
  if (matches.length > 0) return matches
  // A number is nothing but digits, whatever it counts.
  const bare = isNumber ? undefined : bareValue(text)
  return bare === undefined ? [] : [bare]
}

/** A text that is nothing but one value whose check holds: somebody's number or chance, an open guess. */
const OPEN_GUESS = 0.4

/** At a glance: false does not say that there is something to trim. */
const isTrimmed = (text: string): boolean =>
  isVisible(text.charCodeAt(0)) && isVisible(text.charCodeAt(text.length - 1))
const isVisible = (code: number): boolean => code > 32 && code < 127

function bareValue(text: string): Match | undefined {
  if (text.length > 2 * SPAN_MAX) return undefined
  const value = isTrimmed(text) ? text : text.trim()
  let state = 1
  for (let index = 0; index < value.length && state !== 0; index++)
    state = value.charCodeAt(index) < 128 ? (AUTOMATON.next[state * 16 + classAt(value, index)] as number) : 0
  const ends = AUTOMATON.ends[state]
  if (ends === undefined) return undefined
  const start = value === text ? 0 : text.indexOf(value)
  const { upper } = compactOf(value)
  const kinds = ends
    .flatMap(({ kind }) => IDENTIFIER_KINDS[kind] ?? [])
    .filter((kind) => !kind.isFormatOnly && kind.check(upper))
  const rarest = kinds.toSorted((left, right) => left.passRate - right.passRate)[0]
  return rarest === undefined ? undefined : { detector: rarest.id, start, end: start + value.length, score: OPEN_GUESS }
}

function groupStart(text: string, index: number, from: number): number {
  let start = index
  const limit = Math.max(from, index - SPAN_MAX)
  while (start > limit && isAlnum(text, start - 1)) start -= 1
  return start
}

/** Start of the short letter group that a single separator joins to a start; negative where there is none. */
function joinedBefore(text: string, next: number, from: number): number {
  if (next - 2 < from || classAt(text, next - 1) <= LETTER) return -1
  let start = next - 1
  while (start > from && next - start <= LETTERS_MAX + 1 && classAt(text, start - 1) === LETTER) start -= 1
  return start === next - 1 || next - 1 - start > LETTERS_MAX || isJoinedBefore(text, start) ? -1 : start
}

const isJoinedBefore = (text: string, start: number): boolean => start > 0 && isWordUnit(text, start - 1)

/** Letters that parted scripts write without a gap; Thai, Chinese, Japanese and Korean may touch an identifier. */
function isWordUnit(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  if (code < 128) return isAlnum(text, index)
  return code >= 0xc0 && code < 0x0e00 && code !== 0xd7 && code !== 0xf7
}

/** How a span stands in the text around it: alone, joined to something so that it needs context, or part of something longer. */
type Standing = 'alone' | 'joined' | 'part'

/** What a unit beside a span says of it, for units below U+0080; others below. */
const BESIDE = new Uint8Array(128)
const PART = 1
/** The unit beyond it decides. */
const PERHAPS_BEFORE = 2
const PERHAPS_AFTER = 4
const PART_AFTER = 8
for (const [units, bits] of [
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789$', PART | PART_AFTER],
  ['+', PART | PERHAPS_AFTER],
  ['.-/:_', PERHAPS_BEFORE | PERHAPS_AFTER],
  ['\\@=', PERHAPS_BEFORE],
  ['%@', PART_AFTER],
] as const)
  for (const unit of units) BESIDE[unit.charCodeAt(0)] = (BESIDE[unit.charCodeAt(0)] as number) | bits

const COLON = 58
const EQUALS = 61
const POINT = 46
const SLASH = 47

const isCurrency = (code: number): boolean => code === 0xa3 || code === 0xa5 || code === 0x20ac

function standingBefore(text: string, start: number): Standing {
  if (start === 0) return 'alone'
  const code = text.charCodeAt(start - 1)
  if (code >= 128) return isWordUnit(text, start - 1) || isCurrency(code) ? 'part' : 'alone'
  const beside = BESIDE[code] as number
  if ((beside & PART) !== 0) return 'part'
  if ((beside & PERHAPS_BEFORE) === 0 || start === 1) return 'alone'
  const before = classAt(text, start - 2)
  if (before === DIGIT) return code === EQUALS ? 'alone' : 'part'
  return before === LETTER && code !== COLON && code !== EQUALS ? 'joined' : 'alone'
}

function standingAfter(text: string, end: number): Standing {
  if (end >= text.length) return 'alone'
  const code = text.charCodeAt(end)
  if (code >= 128) return isWordUnit(text, end) || isCurrency(code) ? 'part' : 'alone'
  const beside = BESIDE[code] as number
  if ((beside & PART_AFTER) !== 0) return 'part'
  if ((beside & PERHAPS_AFTER) === 0 || end + 1 >= text.length) return 'alone'
  const after = classAt(text, end + 1)
  if (after === DIGIT) return code === SLASH || code === COLON ? 'joined' : 'part'
  return after === LETTER && code !== POINT ? 'joined' : 'alone'
}

/** A span with spaces inside that further digits follow or precede across a space may be a cut of a longer number. */
function isCutAtSpace(text: string, start: number, end: number): boolean {
  const before = text.charAt(start - 1) === ' ' && classAt(text, start - 2) === DIGIT
  const after = text.charAt(end) === ' ' && classAt(text, end + 1) === DIGIT
  return (before || after) && text.slice(start, end).includes(' ')
}

/** The best match that begins at a group's start. */
function longestFrom(text: string, start: number, context: ContextIndex): Match | undefined {
  const before = standingBefore(text, start)
  if (before === 'part') return undefined
  const limit = Math.min(text.length, start + SPAN_MAX)
  let best: Match | undefined
  // Nothing ends within a run of digits.
  let end = start
  while (end < limit && classAt(text, end) === DIGIT) end += 1
  let state = BEHIND_DIGITS[end - start] as number
  while (state !== 0) {
    const ends = AUTOMATON.ends[state]
    if (ends !== undefined && !isAlnum(text, end)) {
      const found = judgeSpan({ text, start, end, before, state }, ends, context)
      if (found !== undefined) best = best === undefined ? found : stronger(best, found)
    }
    if (end === limit) break
    const code = text.charCodeAt(end)
    state = code < 128 ? (AUTOMATON.next[state * 16 + (CLASS_OF[code] as number)] as number) : 0
    end += 1
  }
  return best
}

/** States of the automaton behind so many digits. */
const BEHIND_DIGITS = new Uint16Array(SPAN_MAX + 1).fill(1, 0, 1)
for (let count = 1; count <= SPAN_MAX; count++)
  BEHIND_DIGITS[count] = AUTOMATON.next[(BEHIND_DIGITS[count - 1] as number) * 16 + DIGIT] as number

interface Span {
  readonly text: string
  readonly start: number
  readonly end: number
  readonly before: Standing
  readonly state: number
}

function judgeSpan(
  { text, start, end, before, state }: Span,
  ends: readonly ShapeEnd[],
  context: ContextIndex,
): Match | undefined {
  const after = standingAfter(text, end)
  if (after === 'part') return undefined
  const isJoined = before === 'joined' || after === 'joined' || isCutAtSpace(text, start, end)
  const hasContext = context.hasAnyNear?.(start, end) ?? true
  const possible = hasContext ? ends : isJoined ? undefined : AUTOMATON.strongEnds[state]
  return possible === undefined ? undefined : judge({ text, start, end, isJoined, hasContext }, possible, context)
}

interface Candidate {
  readonly text: string
  readonly start: number
  readonly end: number
  /** Something is joined to it: only context makes it an identifier. */
  readonly isJoined: boolean
  readonly hasContext: boolean
}

const CERTAIN = 1
const CHECKSUM_ALONE = 0.85
const CONTEXT_ONLY = 0.8
/** Above this share of chance passes a shape counts as distinctive, not as proven. */
const WEAK_PASS_RATE = 0.02

function judge(candidate: Candidate, ends: readonly ShapeEnd[], context: ContextIndex): Match | undefined {
  const { text, start, end } = candidate
  let compact: Compact | undefined
  let isThing: boolean | undefined
  let best: Match | undefined
  for (const { kind: number, isStrong } of ends) {
    const kind = IDENTIFIER_KINDS[number]
    if (kind === undefined) continue
    const isNear = candidate.hasContext && context.isNear(number, start, end)
    if (!isNear && (!isStrong || candidate.isJoined)) continue
    compact ??= compactOf(text.slice(start, end))
    if (!isNear && compact.isMixedCase) continue
    if (!isNear && compact.isBareDigits && (isThing ??= context.isNamedThing?.(start) ?? false)) continue
    const score = scoreOf(isNear, kind, compact.isBareDigits)
    if (best !== undefined && best.score >= score) continue
    if (kind.check(compact.upper)) best = { detector: kind.id, start, end, score }
  }
  return best
}

function scoreOf(isNear: boolean, kind: IdentifierKind, isBareDigits: boolean): number {
  if (isNear) return kind.isFormatOnly ? CONTEXT_ONLY : CERTAIN
  return isBareDigits || kind.passRate > WEAK_PASS_RATE ? CHECKSUM_ALONE : CERTAIN
}

interface Compact {
  /** Upper-cased, without separators. */
  readonly upper: string
  readonly isBareDigits: boolean
  readonly isMixedCase: boolean
}

function compactOf(span: string): Compact {
  let digits = 0
  while (digits < span.length && classAt(span, digits) === DIGIT) digits += 1
  if (digits === span.length) return { upper: span, isBareDigits: true, isMixedCase: false }
  const letters = span.replace(/[ ./+()-]/g, '')
  const upper = letters.toUpperCase()
  return {
    upper,
    isBareDigits: false,
    isMixedCase: upper !== letters && letters.toLowerCase() !== letters,
  }
}

/** The higher score, then the longer span, then the one found first. */
function stronger(one: Match, other: Match): Match {
  if (other.score !== one.score) return other.score > one.score ? other : one
  return other.end - other.start > one.end - one.start ? other : one
}
