import { FIRST_ANCHOR, FIRST_WORD, markAutomaton } from '../mark-automaton.ts'
import { bestWithoutOverlaps, type Match } from '../match.ts'
import { tellPatterns } from '../pattern-search.ts'
import { walkUnits } from '../readings/unit-walk.ts'
import { SECRET_ANCHORS, SECRET_RULES, type SecretAnchor, type Standing } from './secret-anchors.ts'
import type { SecretRule } from './secret-rule.ts'
import { verifySecretAt } from './verify-secret.ts'

/**
 * Finds secrets in raw text (formats keep their case). Spans are raw and do not overlap, in order: where findings overlap, the one
 * with the higher confidence wins, then the longer one. The score is the confidence of the rule, 0 to 1. One pass over the text,
 * and bounded work at each anchor.
 */
export function detectSecrets(raw: string): readonly Match[] {
  const search = new SecretSearch(raw)
  const marks = markAutomaton()
  tellPatterns(marks, raw, walkUnits(raw, marks), (mark, start) => {
    if (mark >= FIRST_ANCHOR && mark < FIRST_WORD) search.take(mark - FIRST_ANCHOR, start)
  })
  return search.matches()
}

/** Judges the anchors that a pass over one text meets, in the order of their ends. */
export class SecretSearch {
  readonly #text: string
  readonly #found: Match[] = []
  #searchedTo: Map<number, number> | undefined
  /** End of the last stretch of base64url that was walked. */
  #stretchEnd = 0

  constructor(text: string) {
    this.#text = text
  }

  /** `anchor` is a number of `SECRET_ANCHORS`. */
  take(anchor: number, start: number): void {
    const { rules, standing } = SECRET_ANCHORS[anchor] as SecretAnchor
    if (standing !== 'anywhere' && isInsideWord(this.#text, start, standing)) return
    for (const number of rules) {
      if (start < (this.#searchedTo?.get(number) ?? 0)) continue
      const rule = SECRET_RULES[number] as SecretRule
      if (rule.check === 'jwt' && !this.#hasPointBehind(start)) continue
      const match = verifySecretAt(rule, this.#text, start)
      if (match === undefined) continue
      this.#found.push(match)
      this.#searchedTo ??= new Map()
      this.#searchedTo.set(number, match.end)
    }
  }

  /** A token in parts goes on behind its first stretch: one walk of it answers for every anchor inside. */
  #hasPointBehind(start: number): boolean {
    const text = this.#text
    if (start >= this.#stretchEnd) {
      let end = start
      while (end < text.length && isTokenUnit(text.charCodeAt(end))) end += 1
      this.#stretchEnd = end
    }
    return text[this.#stretchEnd] === '.'
  }

  matches(): readonly Match[] {
    return this.#found.length < 2 ? this.#found : bestWithoutOverlaps(this.#found)
  }
}

/** What no rule would take, seen at a glance: most anchors are a few letters of a word. Escapes are left to the rules. */
function isInsideWord(text: string, start: number, standing: Standing): boolean {
  if (start === 0) return false
  const before = text.charCodeAt(start - 1)
  if (!isLetter(before) && !(standing === 'word' && before >= 48 && before <= 57)) return false
  if (standing === 'name' && before >= 97 && text.charCodeAt(start) < 97) return false
  return (start < 2 || text.charCodeAt(start - 2) !== 92) && (start < 3 || text.charCodeAt(start - 3) !== 37)
}

const isTokenUnit = (code: number): boolean =>
  isLetter(code) || (code >= 48 && code <= 57) || code === 45 || code === 95

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90)
