import { afterAddressWords, townWithCode } from './address-context.ts'
import { tailEnd } from './address-tail.ts'
import { numberEnd, wordEnd, wordStarts } from './address-words.ts'
import type { Part } from './address-words.ts'
import { dwelling } from './dwelling.ts'
import { withoutOverlaps } from '../match.ts'
import type { Match } from '../match.ts'
import { isDigit, isLetter, isUpperAt, isWord, scanOf } from './scan.ts'
import type { Scan } from './scan.ts'
import {
  STREET_AFTER,
  STREET_BEFORE,
  STREET_ENDINGS,
  STREET_TYPES_BEFORE_NUMBER,
  WEAK_STREET_AFTER,
} from './street-words.ts'

const WORDS_MAX = 5
const NUMBER_MAX = 6

/**
 * Street and postal addresses: a house number beside a street type in many languages, a post-office or military box, a
 * dwelling number (`Apt. 12`), or what follows words such as `my address is`; with the town and post code behind it.
 */
export function detectAddresses(text: string, scan: Scan = scanOf(text)): readonly Match[] {
  const { runs } = scan
  const matches: Match[] = []
  let last = 0
  for (let run = 0; run < runs.length; run += 2) {
    const start = runs[run] ?? 0
    const end = runs[run + 1] ?? 0
    if (start < last || end - start > NUMBER_MAX || isDigit(text.charCodeAt(end))) continue
    const part = partAt(scan, start, end, last)
    if (part === undefined) continue
    const tail = tailEnd(scan, part.end)
    matches.push({ detector: 'pii/address', start: part.start, end: tail, score: part.score })
    last = tail
  }
  return withoutOverlaps(matches)
}

function partAt(scan: Scan, start: number, end: number, floor: number): Part | undefined {
  const prior = scan.text.charCodeAt(start - 1)
  if (isWord(prior) || prior === 46 || prior === 36 || prior === 47 || prior === 35) return undefined
  return (
    dwelling(scan, start, end, floor) ??
    numberFirst(scan, start, end) ??
    numberLast(scan, start, end, floor) ??
    townWithCode(scan, start, end, floor) ??
    afterAddressWords(scan, start, end)
  )
}

/** `12 Main Street`, `12b Main St.`, `14 rue du Président Roosevelt`, `4589 40th Street`. */
function numberFirst(scan: Scan, start: number, end: number): Part | undefined {
  const { text, lower } = scan
  let index = nameStart(text, end)
  if (index < 0) return undefined
  let capitals = 0
  for (let count = 0; count < WORDS_MAX; count++) {
    const isOrdinal = isDigit(text.charCodeAt(index))
    const to = isOrdinal ? ordinalEnd(lower, index) : wordEnd(text, index)
    if (to === index) return undefined
    const word = lower.slice(index, to)
    if (count === 0 && STREET_BEFORE.has(word)) return streetNameAfter(scan, start, to)
    if (
      count > 0 &&
      STREET_AFTER.has(word) &&
      isStreet(scan, index, to, capitals > 0 || (end - start > 1 && STRONG.test(word)))
    )
      return { start, end: text[to] === '.' ? to + 1 : to, score: WEAK_STREET_AFTER.has(word) ? 0.6 : 0.7 }
    if (isOrdinal || isUpperAt(scan, index)) capitals += 1
    const gap = text[to] === '.' ? 1 : 0
    if (text[to + gap] !== ' ') return undefined
    index = to + gap + 1
  }
  return undefined
}

/** Behind `12 `, `12b ` and `12, `; -1 where no word follows. */
function nameStart(text: string, end: number): number {
  let index = end
  if (isLetter(text.charCodeAt(index)) && !isLetter(text.charCodeAt(index + 1))) index += 1
  if (text[index] === ',') index += 1
  return text[index] === ' ' ? index + 1 : -1
}

function ordinalEnd(lower: string, index: number): number {
  const hit = /^\d{1,3}(?:st|nd|rd|th)(?!\w)/.exec(lower.slice(index, index + 6))
  return hit === null ? index : index + hit[0].length
}

const STRONG = /^(?:street|avenue|road|boulevard|lane|ave|rd|blvd)$/

/** Lower-case text names a street by a strong type alone; a weak one needs a capital of its own. */
function isStreet(scan: Scan, index: number, end: number, isLikely: boolean): boolean {
  return isLikely && (isUpperAt(scan, index) || !WEAK_STREET_AFTER.has(scan.lower.slice(index, end)))
}

/** Up to five words behind `rue`, `via`, `calle`; one of them with a capital. */
function streetNameAfter(scan: Scan, start: number, from: number): Part | undefined {
  const { text } = scan
  let index = from
  let end = from
  let capitals = 0
  for (let count = 0; count < WORDS_MAX && text[index] === ' '; count++) {
    const to = wordEnd(text, index + 1)
    if (to === index + 1) break
    const isUpper = isUpperAt(scan, index + 1)
    if (!isUpper && to - index > 5) break
    if (isUpper) {
      capitals += 1
      end = to
    }
    index = to
  }
  return capitals === 0 ? undefined : { start, end, score: 0.7 }
}

/** `Hauptstr. 5`, `Koskikatu 25`, `Calle Mayor 5`, `ul. Polna 12a`, `fejedelem útja 62.`: the number behind the street. */
function numberLast(scan: Scan, start: number, end: number, floor: number): Part | undefined {
  const { text } = scan
  if (text[start - 1] !== ' ' || end - start > 4 || text[end] === '%') return undefined
  if (/^[.,:]\d/.test(text.slice(end, end + 2))) return undefined
  const words = wordStarts(text, start - 1, floor)
  const from = streetStart(scan, words, start - 1)
  return from === undefined ? undefined : { start: from, end: numberEnd(text, end), score: 0.65 }
}

/** Where the street that ends at `end` begins; `words` are the starts of its words, the nearest first. */
function streetStart(scan: Scan, words: readonly number[], end: number): number | undefined {
  const [near, second, third] = words
  if (near === undefined) return undefined
  const word = scan.lower.slice(near, end).replace(/,$/, '')
  if (second !== undefined && STREET_TYPES_BEFORE_NUMBER.has(word) && isUpperAt(scan, second))
    return third !== undefined && isUpperAt(scan, third) ? third : second
  if (!isUpperAt(scan, near)) return undefined
  if (word.length >= 6 && STREET_ENDINGS.some((ending) => word.endsWith(ending))) return near
  return words.slice(1).find((at) => STREET_BEFORE.has(scan.lower.slice(at, wordEnd(scan.text, at))))
}
