import type { Reading } from '../readings/text-reading.ts'
import {
  ACTIONS,
  ASSISTANT_WORDS,
  EARLIER,
  HIDDEN,
  OWN,
  PHRASES,
  PROMPT_WORDS,
  PUT_OUT,
  RULES,
  SET_ASIDE,
} from './injection-lexicon.ts'

const DICTIONARY: ReadonlySet<string> = new Set(
  [
    ...[SET_ASIDE, EARLIER, RULES, PUT_OUT, HIDDEN, PROMPT_WORDS, ASSISTANT_WORDS, ACTIONS, OWN].flatMap((set) => [
      ...set,
    ]),
    ...PHRASES.flatMap(({ phrase }) => phrase.split(' ')),
  ].filter((word) => word.length >= 3),
)
const WORD_MAX = 16
const TEXT_MAX = 8_192

/** Letters without gaps, cut into the words that the rules know: "ignoreallrules" → "ignore all rules". */
export function segmented(reading: Reading): Reading {
  const text = reading.text.slice(0, TEXT_MAX)
  const lower = text.toLowerCase()
  let spaced = ''
  const starts: number[] = []
  const put = (from: number, to: number): void => {
    for (let at = from; at < to; at++) starts.push(at)
    spaced += text.slice(from, to)
  }
  for (let at = 0; at < text.length;) {
    const word = wordAt(lower, at)
    if (word === 0) {
      put(at, at + 1)
      at += 1
      continue
    }
    for (const gap of [at, at + word]) {
      if (gap === at + word) put(at, at + word)
      spaced += ' '
      starts.push(Math.min(gap, text.length - 1))
    }
    at += word
  }
  return reading.mapped('spaced', spaced, (start, end) => ({
    start: starts[start] ?? text.length,
    end: end > start ? (starts[end - 1] ?? text.length - 1) + 1 : (starts[start] ?? text.length),
  }))
}

/** Length of the longest known word that begins here; 0 if none does. */
function wordAt(lower: string, at: number): number {
  for (let size = Math.min(WORD_MAX, lower.length - at); size >= 3; size--)
    if (DICTIONARY.has(lower.slice(at, at + size))) return size
  return 0
}
