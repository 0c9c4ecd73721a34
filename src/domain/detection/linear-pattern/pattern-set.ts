import { fail, ok, type Result } from '../../../base/result.ts'
import { isWordUnit } from '../word-unit.ts'
import { DEAD, LazyAutomaton, StateTable, UnitClasses } from './lazy-automaton.ts'
import { parsePattern, type ParsedPattern, type PatternNode, type UnitSet } from './parse-pattern.ts'

/** Longest match of any pattern, UTF-16 units of the canonical text. */
export const MATCH_UNITS_MAX = 256
const STATES_MAX = 2_000
/** Beyond so many matches of one pattern, the rest of the text counts as one. */
const MATCHES_MAX = 1_000

export interface PatternSource {
  readonly pattern: string
  readonly ignoreCase?: boolean | undefined
}

export interface PatternMatch {
  /** Index of the pattern. */
  readonly pattern: number
  readonly start: number
  readonly end: number
}

export interface PatternFailure {
  /** Index of the pattern that is at fault. */
  readonly pattern: number
  readonly message: string
}

interface Compiled extends ParsedPattern {
  readonly forward: LazyAutomaton
  readonly backward: LazyAutomaton
}

/**
 * Patterns that are searched for together in one pass. No pattern can make a search loop: each unit of a text is one step of an
 * automaton, and each match two walks of `MATCH_UNITS_MAX` steps. Of the matches that end first, the one that begins first, at
 * its longest.
 */
export class PatternSet {
  readonly #patterns: readonly Compiled[]
  readonly #all: LazyAutomaton

  private constructor(patterns: readonly Compiled[], all: LazyAutomaton) {
    this.#patterns = patterns
    this.#all = all
  }

  static of(sources: readonly PatternSource[]): Result<PatternSet, PatternFailure> {
    const parsed: ParsedPattern[] = []
    for (const [pattern, { pattern: text, ignoreCase = false }] of sources.entries()) {
      const read = parsePattern(text, ignoreCase)
      if (!read.ok) return fail({ pattern, message: read.failure })
      const { least, most } = lengthsOf(read.value.node)
      if (least === 0) return fail({ pattern, message: 'it matches the empty text' })
      if (most > MATCH_UNITS_MAX)
        return fail({ pattern, message: `it matches more than ${MATCH_UNITS_MAX} characters` })
      parsed.push(read.value)
    }
    return compiled(parsed, (patterns, all) => new PatternSet(patterns, all))
  }

  /** Matches in the order of their ends; those of one pattern do not overlap. Linear in the text. */
  search(text: string): readonly PatternMatch[] {
    const all = this.#all
    const matches: PatternMatch[] = []
    const lastEnds = this.#patterns.map(() => 0)
    const counts = this.#patterns.map(() => 0)
    let state = all.start
    for (let at = 0; at < text.length; at++) {
      state = all.step(state, text.charCodeAt(at))
      const ends = all.endsIn(state)
      for (const pattern of ends) {
        const floor = lastEnds[pattern] as number
        if (at + 1 <= floor) continue
        const match = this.#matchAt(text, pattern, at + 1, floor)
        if (match === undefined) continue
        const isLast = (counts[pattern] = (counts[pattern] as number) + 1) >= MATCHES_MAX
        lastEnds[pattern] = isLast ? text.length : match.end
        matches.push(isLast ? { ...match, end: text.length } : match)
      }
    }
    return matches
  }

  #matchAt(text: string, pattern: number, end: number, floor: number): PatternMatch | undefined {
    const { forward, backward, isWordStart, isWordEnd } = this.#patterns[pattern] as Compiled
    if (isWordEnd && isInWord(text, end)) return undefined
    let start = -1
    let state = backward.start
    for (let at = end - 1; at >= floor && state !== DEAD; at--) {
      state = backward.step(state, text.charCodeAt(at))
      if (backward.endsIn(state).length > 0 && !(isWordStart && isInWord(text, at))) start = at
    }
    if (start < 0) return undefined
    let longest = end
    state = forward.start
    for (let at = start; at < text.length && state !== DEAD; at++) {
      state = forward.step(state, text.charCodeAt(at))
      if (forward.endsIn(state).length > 0 && !(isWordEnd && isInWord(text, at + 1)))
        longest = Math.max(longest, at + 1)
    }
    return { pattern, start, end: longest }
  }
}

/** A word goes on across this place. */
function isInWord(text: string, at: number): boolean {
  return at > 0 && at < text.length && isWordUnit(text.charCodeAt(at - 1)) && isWordUnit(text.charCodeAt(at))
}

function compiled(
  parsed: readonly ParsedPattern[],
  make: (patterns: readonly Compiled[], all: LazyAutomaton) => PatternSet,
): Result<PatternSet, PatternFailure> {
  let at = 0
  try {
    const classes = new UnitClasses(parsed.flatMap(({ node }) => setsOf(node)))
    const together = new StateTable(STATES_MAX)
    const entries: number[] = []
    const patterns = parsed.map((pattern, index): Compiled => {
      at = index
      const { node } = pattern
      entries.push(together.build(node, together.add({ kind: 'end', pattern: index }), false))
      const [forward, backward] = [false, true].map((isReversed) => {
        const table = new StateTable(STATES_MAX)
        const entry = table.build(node, table.add({ kind: 'end', pattern: index }), isReversed)
        return new LazyAutomaton(table.states, classes, [entry], false)
      }) as [LazyAutomaton, LazyAutomaton]
      return { ...pattern, forward, backward }
    })
    return ok(make(patterns, new LazyAutomaton(together.states, classes, entries, true)))
  } catch (error) {
    if (error instanceof RangeError) return fail({ pattern: at, message: `the patterns need ${error.message}` })
    throw error
  }
}

function setsOf(node: PatternNode): readonly UnitSet[] {
  switch (node.kind) {
    case 'set':
      return [node.set]
    case 'sequence':
      return node.parts.flatMap(setsOf)
    case 'choice':
      return node.options.flatMap(setsOf)
    case 'repeat':
      return setsOf(node.part)
  }
}

function lengthsOf(node: PatternNode): { readonly least: number; readonly most: number } {
  switch (node.kind) {
    case 'set':
      return { least: 1, most: 1 }
    case 'sequence':
      return node.parts
        .map(lengthsOf)
        .reduce((sum, part) => ({ least: sum.least + part.least, most: sum.most + part.most }), {
          least: 0,
          most: 0,
        })
    case 'choice': {
      const options = node.options.map(lengthsOf)
      return {
        least: Math.min(...options.map(({ least }) => least)),
        most: Math.max(...options.map(({ most }) => most)),
      }
    }
    case 'repeat': {
      const part = lengthsOf(node.part)
      return { least: part.least * node.min, most: part.most * node.max }
    }
  }
}
