import { isWordUnit } from '../word-unit.ts'

const WORD_GAP_MAX = 64
const WORD_MAX = 40

/** Walks over the words that follow a place in its sentence. A word's text is made only where it is asked for. */
export class WordWalk {
  start: number
  end: number
  /** Whether an underscore stands in the word. */
  hasUnderscore = false
  readonly #text: string
  #inLine: number

  constructor(text: string, from: number) {
    this.#text = text
    this.start = from
    this.end = from
    this.#inLine = isAloneInLine(text, from) ? 1 : 2
  }

  /** Goes to the next word; false where the sentence or its reach ends. */
  next(): boolean {
    const text = this.#text
    let at = this.end
    for (let gap = 0; at < text.length && gap <= WORD_GAP_MAX; at++, gap++) {
      const code = text.charCodeAt(at)
      if (isWordUnit(code)) return this.#take(at)
      // A line of one word is a sentence pulled apart, not one of its own.
      if (endsSentence(text, at, code) && !(code === 10 && this.#inLine <= 1)) return false
      if (code === 10) this.#inLine = 0
    }
    return false
  }

  /** The word in lower case. */
  get word(): string {
    return this.#text.slice(this.start, this.end).toLowerCase()
  }

  is(word: string): boolean {
    return this.end - this.start === word.length && this.word === word
  }

  #take(start: number): true {
    const text = this.#text
    const limit = Math.min(text.length, start + WORD_MAX)
    let hasUnderscore = false
    let end = start
    for (; end < limit; end++) {
      const code = text.charCodeAt(end)
      if (!isWordUnit(code)) break
      if (code === 95) hasUnderscore = true
    }
    this.start = start
    this.end = end
    this.hasUnderscore = hasUnderscore
    this.#inLine += 1
    return true
  }
}

function isAloneInLine(text: string, end: number): boolean {
  let start = end
  while (start > 0 && end - start < WORD_MAX && isWordUnit(text.charCodeAt(start - 1))) start -= 1
  while (start > 0 && text.charCodeAt(start - 1) === 32) start -= 1
  return start === 0 || text.charCodeAt(start - 1) === 10
}

function endsSentence(text: string, at: number, code: number): boolean {
  if (code === 10) return true
  if (code !== 46 && code !== 33 && code !== 63) return false
  const next = at + 1 < text.length ? text.charCodeAt(at + 1) : 32
  return next === 32 || next === 10 || next === 13 || next === 9
}

/** Where the word begins that stands `count` words before a place; undefined where there are not so many near. */
export function wordsBefore(text: string, from: number, count: number): number | undefined {
  let at = from
  for (let word = 0; word < count; word++) {
    let gap = at
    while (gap > 0 && at - gap < WORD_GAP_MAX && !isWordUnit(text.charCodeAt(gap - 1))) gap -= 1
    let start = gap
    while (start > 0 && gap - start < WORD_MAX && isWordUnit(text.charCodeAt(start - 1))) start -= 1
    if (start === gap) return undefined
    at = start
  }
  return at
}
