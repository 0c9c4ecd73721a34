import { canonicalView, type View } from '../canonical-view.ts'
import type { Survey } from '../readings/survey.ts'
import { readingsOf, type Readings } from '../readings/readings-of.ts'
import type { Reading } from '../readings/text-reading.ts'
import { leetOf, reversed, rot13, unleet } from '../readings/turned.ts'
import { injectionHits, type LocalHit, type LocalHits } from './injection-hits.ts'
import { EARLIER, PROMPT_WORDS, PUT_OUT, RULES, SET_ASIDE } from './injection-lexicon.ts'
import { segmented } from './segmented.ts'

export interface InjectionHit {
  readonly rule: string
  /** Raw span of the sentence that holds it. */
  readonly start: number
  readonly end: number
  readonly weight: number
}

export interface InjectionScore {
  /** 0 to 1; a heuristic, not a probability measured on anybody's traffic. */
  readonly score: number
  readonly hits: readonly InjectionHit[]
}

const HITS_MAX = 64

/** The heuristics' hits of one reading, where a caller has them already. */
type HitsOf = (reading: Reading) => LocalHits

/** Heuristic score of instructions aimed at the model. A detector: it raises obligations and grants nothing. */
export function scoreInjection(
  raw: string,
  view: View = canonicalView(raw),
  readings: Readings = readingsOf(raw, view),
  hitsOf: HitsOf = ({ text }) => injectionHits(text),
): InjectionScore {
  const own = hitsOf(readings.plain)
  const hits: InjectionHit[] = own.hits.length === 0 ? [] : own.hits.map((hit) => placed(readings.plain, hit))
  const plain = combine(own.hits)
  for (const reading of readings.derived) nested(hits, reading, plain, hitsOf)
  if (view.tagText.length >= 4) hits.push({ rule: 'hidden-tags', start: 0, end: raw.length, weight: 0.9 })
  if (view.invisible >= 8) hits.push({ rule: 'many-invisibles', start: 0, end: raw.length, weight: 0.4 })
  turnedHits(hits, readings.plain, own, { plain, seen: readings.seen })
  const kept = hits.length > HITS_MAX ? hits.slice(0, HITS_MAX) : hits
  return { score: combine(kept), hits: kept }
}

/** Independent hits add up; two of one rule count once. */
function combine(hits: readonly { readonly rule: string; readonly weight: number }[]): number {
  if (hits.length === 0) return 0
  const strongest = new Map<string, number>()
  for (const { rule, weight } of hits) strongest.set(rule, Math.max(strongest.get(rule) ?? 0, weight))
  let rest = 1
  for (const weight of strongest.values()) rest *= 1 - weight
  return Math.round((1 - rest) * 10_000) / 10_000
}

const NESTED_BONUS = 0.3

/** What a hidden reading adds to what stands there openly; an instruction that is hidden is worse than a plain one. */
function nested(hits: InjectionHit[], reading: Reading, plain: number, hitsOf: HitsOf): void {
  const words = reading.encoding === 'spaced' ? segmented(reading) : reading
  const found = words === reading ? hitsOf(reading) : injectionHits(words.text)
  const weight = combine(found.hits)
  if (weight >= 0.3 && !(isWhole(reading) && weight <= plain + 0.05))
    hits.push(hiddenHit(reading, words, found, weight))
  turnedHits(hits, words, found, { plain: weight, seen: words.seen })
}

/** Readings that repeat the whole text but for some characters repeat its hits as well. */
function isWhole({ encoding }: Reading): boolean {
  return encoding === 'escape' || encoding === 'leet'
}

function hiddenHit(reading: Reading, words: Reading, { hits }: LocalHits, weight: number): InjectionHit {
  const start = Math.min(...hits.map((hit) => hit.start))
  const end = Math.max(...hits.map((hit) => hit.end))
  const span = words.rawSpan(start, end)
  const rule = HIDDEN_RULES[reading.encoding] ?? `decoded-${reading.encoding}`
  return { rule, ...span, weight: Math.min(1, weight + NESTED_BONUS) }
}

const HIDDEN_RULES: Readonly<Record<string, string>> = {
  spaced: 'spaced-letters',
  leet: 'leet',
  rot13: 'rot13',
  reversed: 'reversed',
}

const TURNED_MIN = 2

/** The same text turned by 13 letters, read backwards or with digits read as letters, where its words call for it. */
function turnedHits(
  found: InjectionHit[],
  reading: Reading,
  { rot13Words, reversedWords }: LocalHits,
  { plain, seen }: { readonly plain: number; readonly seen: Survey },
): void {
  if (rot13Words < TURNED_MIN && reversedWords < TURNED_MIN && seen.mixed.length === 0) return
  const { text } = reading
  const take = (turned: Reading): void => {
    const local = injectionHits(turned.text)
    const weight = combine(local.hits)
    if (weight >= 0.3 && weight > plain + 0.05) found.push(hiddenHit(turned, turned, local, weight))
  }
  if (rot13Words >= TURNED_MIN) take(reading.mapped('rot13', rot13(text), (start, end) => ({ start, end })))
  if (reversedWords >= TURNED_MIN)
    take(
      reading.mapped('reversed', reversed(text), (start, end) => ({
        start: text.length - end,
        end: text.length - start,
      })),
    )
  if (isLeet(text, seen)) take(reading.mapped('leet', unleet(text), (start, end) => ({ start, end })))
}

const LEET_WORDS: ReadonlySet<string> = new Set([...SET_ASIDE, ...RULES, ...EARLIER, ...PROMPT_WORDS, ...PUT_OUT])

/** Words such as "1gn0r3" that the rules would know if their digits were letters. */
function isLeet(text: string, { mixed }: Survey): boolean {
  for (const { start, end } of mixed) {
    const sketch = sketchOf(leetUnit(text, start), leetUnit(text, end - 1), end - start)
    if (LEET_SKETCHES.has(sketch) && LEET_WORDS.has(unleet(text.slice(start, end)).toLowerCase())) return true
  }
  return false
}

/** First and last letter and length of a word in one number: of words with digits, next to none has one of theirs by chance. */
const sketchOf = (first: number, last: number, length: number): number => (first * 128 + last) * 256 + length
const LEET_SKETCHES: ReadonlySet<number> = new Set(
  Array.from(LEET_WORDS, (word) => sketchOf(word.charCodeAt(0), word.charCodeAt(word.length - 1), word.length)),
)

/** The lower-case letter that a unit stands for. */
const leetUnit = (text: string, at: number): number => leetOf(text.charCodeAt(at)) | 0x20

const SENTENCE_MAX = 600

/** A hit widened to its sentence or line, so that redaction takes the whole order away, and placed in the raw text. */
function placed(reading: Reading, { rule, weight, start, end }: LocalHit): InjectionHit {
  const { text } = reading
  let from = start
  while (from > 0 && start - from < SENTENCE_MAX && !isBoundary(text, from - 1)) from -= 1
  let to = end
  while (to < text.length && to - end < SENTENCE_MAX && !isBoundary(text, to)) to += 1
  return { rule, weight, ...reading.rawSpan(from, Math.min(text.length, to + 1)) }
}

function isBoundary(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  if (code === 10) return true
  if (code !== 46 && code !== 33 && code !== 63) return false
  return index + 1 >= text.length || /\s/.test(text.charAt(index + 1))
}
