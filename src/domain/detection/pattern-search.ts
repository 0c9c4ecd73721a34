import { HAS_HITS, isAsciiAlnum, type Automaton, type Pattern } from './automaton.ts'
import { isWordUnit } from './word-unit.ts'

/** Called for each occurrence: index of the pattern, and where it stands (UTF-16 units, half-open). */
export type OnHit = (pattern: number, start: number, end: number) => void

/** What a walk over the units of a text met of patterns. */
export interface Spots {
  /** Ends and states of the automaton that have patterns, flat and in order. */
  readonly spots: Uint32Array
  /** Places of `\`, `%`, `&` and `=`, in order: behind an escape a pattern may begin although a letter stands before it. */
  readonly escapes: Uint32Array
}

/** Tells every occurrence that is asked for, in the order of their ends. Linear in the spots and the number of hits. */
export function tellPatterns(automaton: Automaton, text: string, { spots, escapes }: Spots, onHit: OnHit): void {
  const { patterns, hitStart, hits } = automaton
  const behind = behindEscapes(automaton, text, escapes)
  let escaped = 0
  for (let index = 0; index < spots.length; index += 2) {
    const end = spots[index] as number
    const state = spots[index + 1] as number
    const beyond = hitStart[state + 1] as number
    for (let hit = hitStart[state] as number; hit < beyond; hit++) {
      const number = hits[hit] as number
      const { text: own, isWord } = patterns[number] as Pattern
      const start = end - own.length
      // Of a part of a longer text: the pattern began before it.
      if (start < 0) continue
      for (let next = behind[escaped]; next !== undefined && isBefore(next, start, end); next = behind[++escaped])
        onHit(next.pattern, next.start, next.end)
      if (isWord && (goesOn(text, start - 1, -1) || goesOn(text, end, 1))) continue
      onHit(number, start, end)
    }
  }
  for (const { pattern, start, end } of behind.slice(escaped)) onHit(pattern, start, end)
}

interface Hit {
  readonly pattern: number
  readonly start: number
  readonly end: number
}

const isBefore = (hit: Hit, start: number, end: number): boolean =>
  hit.end < end || (hit.end === end && hit.start < start)

/** Patterns that begin words and stand right behind `\n`, `%0A` and the like, whose last letter is none of a word. */
function behindEscapes(automaton: Automaton, text: string, escapes: Uint32Array): readonly Hit[] {
  const found: Hit[] = []
  let last = 0
  for (const at of escapes) {
    const start = endOfEscape(text, at)
    if (start <= last || start >= text.length || !isAsciiAlnum(text.charCodeAt(start - 1))) continue
    last = start
    gatherAt(automaton, text, start, found)
  }
  return found.length < 2 ? found : found.sort((left, right) => left.end - right.end || left.start - right.start)
}

const BACKSLASH = 92
const PERCENT = 37

/** The first unit behind `\n` and `%0A`; no place for the other signs. */
function endOfEscape(text: string, at: number): number {
  const sign = text.charCodeAt(at)
  return sign === BACKSLASH ? at + 2 : sign === PERCENT ? at + 3 : -1
}

/** Patterns that begin at a place and only where words do: all others are met on the walk over the text. */
function gatherAt(automaton: Automaton, text: string, start: number, found: Hit[]): void {
  const { patterns, classes, next, shift, depths, hitStart, hits } = automaton
  let state = 0
  for (let at = start; at < text.length; at++) {
    const cell = (state << shift) + (classes[text.charCodeAt(at)] as number)
    state = (next[cell] as number) & (HAS_HITS - 1)
    const length = at + 1 - start
    if ((depths[state] as number) < length) return
    const beyond = hitStart[state + 1] as number
    for (let hit = hitStart[state] as number; hit < beyond; hit++) {
      const pattern = hits[hit] as number
      const { text: own, isWord, isStart } = patterns[pattern] as Pattern
      // No word stands behind a letter.
      if (own.length === length && isStart === true && !isWord) found.push({ pattern, start, end: at + 1 })
    }
  }
}

/** Whether the word goes on beyond a place: an underscore at a word's edge is Markdown's, not the word's. */
function goesOn(text: string, at: number, step: 1 | -1): boolean {
  const code = text.charCodeAt(at)
  if (code !== 95) return isWordUnit(code)
  let next = at
  while (text.charCodeAt(next) === 95) next += step
  return isWordUnit(text.charCodeAt(next))
}
