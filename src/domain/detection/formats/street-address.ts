import { withoutOverlaps } from './match.ts'
import type { Match } from './match.ts'
import { before, isDigit, isLetter, isUpperAt, isWord, scanOf } from './scan.ts'
import type { Scan } from './scan.ts'
import {
  STATES,
  STREET_AFTER,
  STREET_BEFORE,
  STREET_ENDINGS,
  STREET_TYPES_BEFORE_NUMBER,
  WEAK_STREET_AFTER,
} from './street-words.ts'

const WORDS_MAX = 5
const WORD_MAX = 24
const TAIL_MAX = 96
const NUMBER_MAX = 6

/** Part of an address, and whether it alone is enough. */
interface Part {
  readonly start: number
  readonly end: number
  readonly score: number
}

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

/** End of the word at `index` (letters, apostrophes, hyphens, dots inside); `index` where there is none or it is too long. */
function wordEnd(text: string, index: number): number {
  let end = index
  while (end < text.length && end - index <= WORD_MAX) {
    const code = text.charCodeAt(end)
    if (!isLetter(code) && !(end > index && (code === 39 || code === 45 || code === 8217))) break
    end += 1
  }
  if (end - index > WORD_MAX) return index
  while (end > index && text[end - 1] === '-') end -= 1
  return end
}

/** `12 Main Street`, `12b Main St.`, `14 rue du Président Roosevelt`, `4589 40th Street`. */
function numberFirst(scan: Scan, start: number, end: number): Part | undefined {
  const { text, lower } = scan
  let index = end
  if (isLetter(text.charCodeAt(index)) && !isLetter(text.charCodeAt(index + 1))) index += 1
  if (text[index] === ',') index += 1
  if (text[index] !== ' ') return undefined
  index += 1
  let capitals = 0
  for (let count = 0; count < WORDS_MAX; count++) {
    const isOrdinal = isDigit(text.charCodeAt(index))
    const to = isOrdinal ? ordinalEnd(lower, index) : wordEnd(text, index)
    if (to === index) return undefined
    const word = lower.slice(index, to)
    if (count === 0 && STREET_BEFORE.has(word)) return streetNameAfter(scan, start, to)
    if (count > 0 && STREET_AFTER.has(word) && isStreet(scan, index, to, capitals, end - start))
      return { start, end: text[to] === '.' ? to + 1 : to, score: WEAK_STREET_AFTER.has(word) ? 0.6 : 0.7 }
    if (isOrdinal || isUpperAt(scan, index)) capitals += 1
    if (text[to] === '.' && text[to + 1] === ' ') index = to + 2
    else if (text[to] === ' ') index = to + 1
    else return undefined
  }
  return undefined
}

function ordinalEnd(lower: string, index: number): number {
  const hit = /^\d{1,3}(?:st|nd|rd|th)(?!\w)/.exec(lower.slice(index, index + 6))
  return hit === null ? index : index + hit[0].length
}

/** Lower-case text names a street by a strong type alone; a weak one needs capitals on both words. */
function isStreet(scan: Scan, index: number, end: number, capitals: number, digits: number): boolean {
  const word = scan.lower.slice(index, end)
  if (!isUpperAt(scan, index) && WEAK_STREET_AFTER.has(word)) return false
  return WEAK_STREET_AFTER.has(word)
    ? capitals > 0
    : capitals > 0 || (digits > 1 && /^(?:street|avenue|road|boulevard|lane|ave|rd|blvd)$/.test(word))
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
  const { text, lower } = scan
  if (text[start - 1] !== ' ' && !(text[start - 1] === ' ' && text[start - 2] === ',')) return undefined
  if (end - start > 4 || text[end] === '%' || /^[.,:]\d/.test(text.slice(end, end + 2))) return undefined
  const first = wordStarts(text, start - 1, floor)
  const near = first[0]
  if (near === undefined) return undefined
  const to = numberEnd(text, end)
  const word = lower.slice(near, start - 1).replace(/,$/, '')
  if (STREET_TYPES_BEFORE_NUMBER.has(word) && first[1] !== undefined && isUpperAt(scan, first[1]))
    return { start: isUpperAt(scan, first[2] ?? first[1]) ? (first[2] ?? first[1]) : first[1], end: to, score: 0.65 }
  if (isUpperAt(scan, near) && word.length >= 6 && STREET_ENDINGS.some((ending) => word.endsWith(ending)))
    return { start: near, end: to, score: 0.65 }
  for (const [count, at] of first.entries()) {
    const type = lower.slice(at, wordEnd(text, at))
    if (count > 0 && STREET_BEFORE.has(type) && isUpperAt(scan, near)) return { start: at, end: to, score: 0.65 }
  }
  return undefined
}

/** Starts of up to five words before `end`, the nearest first. */
function wordStarts(text: string, end: number, floor: number): readonly number[] {
  const starts: number[] = []
  let index = end
  for (let count = 0; count < WORDS_MAX; count++) {
    let start = text[index - 1] === '.' || text[index - 1] === ',' ? index - 1 : index
    while (start > floor && index - start <= WORD_MAX && isNameUnit(text.charCodeAt(start - 1))) start -= 1
    if (start === index || index - start > WORD_MAX || (isDigit(text.charCodeAt(start - 1)) && start > 0)) break
    if (!isLetter(text.charCodeAt(start))) break
    starts.push(start)
    if (text[start - 1] !== ' ' || start - 1 <= floor) break
    index = start - 1
  }
  return starts
}

function isNameUnit(code: number): boolean {
  return isLetter(code) || code === 39 || code === 45 || code === 8217
}

/** `12`, `12a`, `12-14`, `62.` at the end of a street. */
function numberEnd(text: string, end: number): number {
  const hit = /^(?:[a-zA-Z](?!\w)|[-/]\d{1,4}[a-z]?(?!\w))/.exec(text.slice(end, end + 7))
  return hit === null ? end : end + hit[0].length
}

const DWELLING =
  /(?:^|[^a-z])(apt\.?|apartment|suite|ste\.?|flat|p\.? ?o\.? ?box|post ?box|postfach|postbus|casilla|apartado|bo[iî]te postale|box|unit|psc) ?#?$/

const DWELLING_WORDS = new Set(
  'apt apartment suite ste flat box postbox pobox postfach postbus casilla apartado postale unit psc'.split(' '),
)

/** `Apt. 595`, `Suite 501`, `P.O. Box 255`, `PSC 0413, Box 8144`, with the street that stands before it on its line. */
function dwelling(scan: Scan, start: number, end: number, floor: number): Part | undefined {
  const { text } = scan
  const prior = text.charCodeAt(start - 1)
  if (prior !== 32 && prior !== 35) return undefined
  if (prior === 32 && !isDwellingWord(scan, start - 1)) return undefined
  const head = before(scan, start, 18)
  const word = DWELLING.exec(head)?.[1]
  if (word === undefined) return undefined
  const at = start - (head.length - head.lastIndexOf(word))
  const isBox = /box|postfach|postbus|casilla|apartado|postale/.test(word)
  const isMilitary = /^(?:psc|unit)$/.test(word)
  if (isMilitary && !/^, ?box|^ box/.test(scan.lower.slice(end, end + 6))) return undefined
  if (word === 'box' && !/(?:psc|unit) \d{1,5},? $/.test(before(scan, at, 14))) return undefined
  if (!isBox && !isMilitary && end - start < 2 && !isUpperAt(scan, at)) return undefined
  const street = isBox || isMilitary ? at : streetBefore(scan, at, floor)
  const isAlone = street === at && !isBox
  const isSure =
    isBox || isMilitary || !isAlone || word.startsWith('apt') || isLineStart(text, at) || isTailBehind(scan, end)
  return isSure ? { start: street, end: numberEnd(text, end), score: isAlone ? 0.5 : 0.65 } : undefined
}

/** Whether the word that ends before `end` may close a dwelling: the cheap test before the pattern. */
function isDwellingWord({ text, lower }: Scan, end: number): boolean {
  let from = end
  while (from > 0 && end - from < 10 && (isLetter(text.charCodeAt(from - 1)) || text[from - 1] === '.')) from -= 1
  return DWELLING_WORDS.has(lower.slice(from, end).replace('.', '')) || text[end - 1] === '#'
}

function isLineStart(text: string, index: number): boolean {
  return /(?:^|[\n>?]) {0,4}$/.test(text.slice(Math.max(0, index - 6), index))
}

function isTailBehind(scan: Scan, end: number): boolean {
  return tailEnd(scan, end) > end
}

/** From a dwelling back over its street, at most 64 characters and one line break; to where a digit begins the street. */
function streetBefore(scan: Scan, at: number, floor: number): number {
  const from = Math.max(floor, at - 64)
  const head = scan.text.slice(from, at)
  const hit = /(?:^|[\s>])(\d{1,5}[a-z]?,? [^\n.!?:;]{2,48}?[, ]{0,2}\n?[ >?]{0,8})$/.exec(head)
  if (hit === null) return at
  return at - (hit[1] ?? '').length
}

/** `10115 Berlin` behind a comma, or `Springfield, IL 62704`: town with its code. */
function townWithCode(scan: Scan, start: number, end: number, floor: number): Part | undefined {
  const { text, lower } = scan
  if (end - start !== 5) return undefined
  const state = lower.slice(start - 3, start - 1)
  const isState =
    text[start - 1] === ' ' && STATES.has(state) && isUpperAt(scan, start - 3) && isUpperAt(scan, start - 2)
  if (!isState || (text[start - 4] !== ' ' && text[start - 4] !== '\n')) return undefined
  const comma = text[start - 5] === ',' ? start - 5 : start - 4
  const words = wordStarts(text, comma, floor).filter((at) => isUpperAt(scan, at))
  const town = words[Math.min(words.length, 2) - 1]
  const to = /^-\d{4}(?!\d)/.test(text.slice(end, end + 6)) ? end + 5 : end
  return town === undefined ? undefined : { start: town, end: to, score: 0.6 }
}

const ADDRESS_WORDS =
  /(?:^|[^a-z])(?:(?:address|adresse|direcci[oó]n|indirizzo|endere[cç]o|anschrift|residence)(?: of [\w .'&-]{1,28})?(?: is| to| as|:| with)(?: now| the same:)?|liv(?:e|es|ing|ed) (?:at|on|in)|resid(?:e|es|ing) at|located at|(?:office|store|restaurant|house) is (?:at|on|located at)|(?:ship|deliver|send|sent|mail|return|delivered|moved|shipped) (?:it )?to|meet (?:me|us)? ?at|arrived at|corner of)[ :]{0,2}[^\d\n]{0,24}$/

/** A number within 24 characters behind words of address, and a word with a capital beside it. */
function afterAddressWords(scan: Scan, start: number, end: number): Part | undefined {
  const { text } = scan
  const head = before(scan, start, 72)
  if (!/[ \n]$/.test(head) || !ADDRESS_WORDS.test(head) || text[end] === '%') return undefined
  const words = wordStarts(text, start - 1, Math.max(0, start - 26)).filter((at) => isUpperAt(scan, at))
  const nearest = wordStarts(text, start - 1, Math.max(0, start - 26))[0]
  const follows = /^,? \p{Lu}/u.test(text.slice(end, end + 4)) || /^,? \d{1,5},? \p{L}/u.test(text.slice(end, end + 10))
  if (follows) return { start, end: capitalsEnd(scan, end), score: 0.55 }
  if (nearest === undefined || words[0] !== nearest) return undefined
  return { start: words.at(-1) ?? start, end: numberEnd(text, end), score: 0.55 }
}

/** Over words with capitals, small words between them and further numbers. */
function capitalsEnd(scan: Scan, from: number): number {
  const hit = /^(?:,? (?:\d{1,5}[a-z]?|\p{Lu}[\p{L}'.-]{0,23}|d[eiou]s?|del|de la|la|of|the|van|von)){1,8}/u.exec(
    scan.text.slice(from, from + TAIL_MAX),
  )
  return hit === null ? from : from + hit[0].trimEnd().length
}

const TAIL_PART =
  /^(?:[ ,]{0,3}\n?[ >?,\n]{0,8})(?:(?:apt\.?|apartment|suite|ste\.?|unit|flat|floor|fl\.|box|#) ?#?\w{1,6}|\d{3,6}(?:[- ]\d{2,4})?(?!\d)|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\p{Lu}[\p{L}'.’()-]{1,23}(?: (?:d[eiou]s?|del|la|of|and|am|an|der|the|sur|upon) )?|[A-Z]{2}(?![A-Za-z])|nan)/u
const TAIL_PART_LOWER = new RegExp(TAIL_PART.source, 'iu')
const CODE = /(?:^|[^\d])(?:\d{3,6}(?:[- ]\d{2,4})?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d)$/
const UNIT = /(?:apt\.?|apartment|suite|ste\.?|unit|flat|floor|#) ?#?\w{1,6}$/i
const PARTS_MAX = 14

/** Over dwelling, town, state and country as far as the last post code or dwelling within 96 characters; else not at all. */
function tailEnd(scan: Scan, from: number): number {
  const { text } = scan
  const limit = Math.min(text.length, from + TAIL_MAX)
  let index = from
  let end = from
  const isLower = !isUpperAt(scan, nextLetter(text, from, limit))
  const pattern = isLower && from > 0 ? TAIL_PART_LOWER : TAIL_PART
  for (let count = 0; count < PARTS_MAX && index < limit; count++) {
    const hit = pattern.exec(text.slice(index, limit))
    if (hit === null) break
    index += hit[0].trimEnd().length
    if (isLetter(text.charCodeAt(index)) || isDigit(text.charCodeAt(index))) break
    if (CODE.test(hit[0]) || UNIT.test(hit[0])) end = index
  }
  return end === from ? townEnd(text, from) : end
}

function nextLetter(text: string, from: number, limit: number): number {
  let index = from
  while (index < limit && !isLetter(text.charCodeAt(index))) index += 1
  return index
}

/** `, 10115 Berlin` and `, Toronto`: one or two words with capitals behind a comma. */
function townEnd(text: string, from: number): number {
  const hit = /^, ?(?:\d{4,5} )?\p{Lu}[\p{L}'-]{1,23}(?: \p{Lu}[\p{L}'-]{1,23})?/u.exec(text.slice(from, from + 56))
  return hit === null ? from : from + hit[0].length
}
