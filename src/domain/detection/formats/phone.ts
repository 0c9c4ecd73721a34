import type { Match } from '../match.ts'
import { isNamedThing, NAMED_NUMBER_CHARS } from '../named-number.ts'
import type { Runs } from '../readings/unit-walk.ts'
import { hasNationalForm, isInternational, nationalScore, SHAPE_BASE } from './phone-plans.ts'
import { after, before, isAlnum, isBehindNumber, isDigit, isEmphasis, isLetter, scanOf } from './scan.ts'
import type { Scan } from './scan.ts'

const GROUPS_MAX = 8
const GAP_MAX = 3
const DIGITS_MIN = 7
const DIGITS_MAX = 17
const CONTEXT_CHARS = 40
const AFTER_CHARS = 12

/** Words that say phone, in the languages of the plans; before the number, or right after it. */
const PHONE_BEFORE =
  /(?:^|[^a-z])(?:t[eé]l(?![a-z]|[_ -]aviv)|t[eé]l[eé]?(?:ph|f)|mobil|cell|phone|handy|hotline|call|dial|ring|fax|whatsapp|sms|text me|answer|desk:|office:|messages? to|numaram|gsm|nr tel|komórk|celular|m[oó]vil|portable|viber|signal|numero di|连|电话|電話|手机|携帯|전화|тел)/
/** Words that speak of a phone only where no word of another number stands there. */
const PERHAPS_PHONE_BEFORE = /(?:^|[^a-z])(?:reach|contact|home:|work:|number is)/
const OTHER_NUMBER =
  /(?:^|[^a-z])(?:card|account|iban|order|invoice|ticket|tracking|serial|passport|ssn|social|licen[cs]e|policy|id|reference|booking|case|tax|routing|isbn)(?![a-z])/
const PHONE_AFTER = /^[\s,(-]{0,3}(?:office|fax|mobile|cell|home|work|phone|desk|direct|tel|whatsapp)(?![a-z])/

interface NumberSpan {
  readonly start: number
  readonly hasPlus: boolean
  /** Index in the runs of digits of the first group. */
  readonly first: number
  /** How many groups there are. */
  readonly count: number
  /** How many digits they have together. */
  readonly digits: number
  /** A space stands between two groups, or behind the last where more follow. */
  readonly hasSpace: boolean
}

/**
 * Phone numbers: international by country code and length, national by the forms of many countries, others only with a
 * word that says phone within 40 characters before or right behind. Spaces, dots, hyphens, slashes and brackets may part groups.
 */
export function detectPhones(text: string, scan: Scan = scanOf(text)): readonly Match[] {
  const { runs } = scan
  const matches: Match[] = []
  let context: PhoneContext | undefined
  let last = 0
  for (let run = 0; run < runs.length; run += 2) {
    const digits = runs[run] as number
    if (digits < last) continue
    const span = spanFrom(scan, run, last)
    if (span === undefined) continue
    const match = isPlainDate(scan, span) ? undefined : longestPhone(scan, span, (context ??= new PhoneContext(scan)))
    if (match === undefined) {
      // A number that is none must not be read again from its second group on.
      last = span.hasSpace ? digits + 1 : (runs[run + 2 * span.count - 1] as number)
      continue
    }
    matches.push(match)
    last = match.end
  }
  return matches
}

/** The groups from run `first` on; undefined where they cannot be a phone number. */
function spanFrom(scan: Scan, first: number, floor: number): NumberSpan | undefined {
  const { text, runs } = scan
  const from = runs[first] as number
  const firstEnd = runs[first + 1] as number
  if (firstEnd - from > DIGITS_MAX || !hasDigitsEnough(scan, first)) return undefined
  const { start, hasPlus } = headOf(text, from, floor)
  if (start > 0 && isInsideWord(text.charCodeAt(start - 1), hasPlus) && !isEmphasis(text, start - 1, start - 2))
    return undefined
  // The tail of a longer number, such as the groups of an IBAN, begins no number of its own.
  if (!hasPlus && text.charCodeAt(firstEnd) === 32 && isBehindNumber(scan, start)) return undefined
  // A number alone that goes on behind its end is none.
  if (!isGap(scan, first + 1) && !isWholeAt(text, firstEnd)) return undefined
  let digits = 0
  let count = 0
  let hasSpace = false
  while (count < GROUPS_MAX) {
    const run = first + 2 * count
    const more = (runs[run + 1] as number) - (runs[run] as number)
    if (digits + more > DIGITS_MAX) break
    digits += more
    count += 1
    if (!isGapAt(scan, run + 1)) break
    hasSpace ||=
      (runs[run + 2] as number) === (runs[run + 1] as number) + 1 && text.charCodeAt(runs[run + 1] as number) === 32
  }
  return digits < DIGITS_MIN ? undefined : { start, hasPlus, first, count, digits, hasSpace }
}

/** Seven digits before a gap that no number has, counted without making anything: most runs end here. */
function hasDigitsEnough(scan: Scan, first: number): boolean {
  const { runs } = scan
  let total = 0
  for (let run = first; run < runs.length && run - first < 2 * GROUPS_MAX; run += 2) {
    total += (runs[run + 1] as number) - (runs[run] as number)
    if (total >= DIGITS_MIN) return true
    if (!isGap(scan, run + 1)) return false
  }
  return false
}

/** Whether `isGapAt` may be true there: one of the usual signs, or two or three that it looks at. */
function isGap({ text, runs }: Scan, end: number): boolean {
  const from = runs[end] as number
  const next = runs[end + 1]
  if (next === undefined || next - from > GAP_MAX) return false
  if (next - from > 1) return true
  const code = text.charCodeAt(from)
  return code === 32 || (code >= 45 && code <= 47) || code === 40 || code === 41
}

/** Over an opening bracket and a plus before the first digit. */
function headOf(text: string, digits: number, floor: number): { readonly start: number; readonly hasPlus: boolean } {
  let start = digits
  const before = text.charCodeAt(start - 1)
  if (before !== OPEN && before !== PLUS) return { start, hasPlus: false }
  if (before === OPEN && start > floor) start -= 1
  if (text.charCodeAt(start) === OPEN && text.charCodeAt(start - 1) === 32 && text.charCodeAt(start - 2) === PLUS)
    start -= 1
  const hasPlus = text.charCodeAt(start - 1) === PLUS && start > floor
  return { start: hasPlus ? start - 1 : start, hasPlus }
}

const OPEN = 40
const PLUS = 43

/** Whether what stands behind a run parts two groups of one number, or the next run is another's. */
function isGapAt(scan: Scan, end: number): boolean {
  if (!isGap(scan, end)) return false
  const { text, runs } = scan
  const from = runs[end] as number
  const next = runs[end + 1] as number
  return next - from === 1 || LONG_GAP.test(text.slice(from, next))
}

const LONG_GAP = /^(?:\) |\)-| \(| - )$/

/** A digit inside a word, a decimal, a path or an amount starts no number of a person. */
function isInsideWord(code: number, hasPlus: boolean): boolean {
  if (isAlnum(code) || code === 95 || code === 43 || code === 36) return true
  return !hasPlus && (code === 46 || code === 45 || code === 47 || code === 61 || code === 35 || code === 37)
}

function longestPhone(scan: Scan, span: NumberSpan, context: PhoneContext): Match | undefined {
  const { text, runs } = scan
  const { start, hasPlus, first, hasSpace } = span
  let { digits } = span
  for (let count = span.count; count > 0; count--) {
    const run = first + 2 * (count - 1)
    const end = runs[run + 1] as number
    if (digits < DIGITS_MIN) return undefined
    const isWhole = isWholeAt(text, end) && (count === span.count || partsNumbers(text, end))
    if (isWhole) {
      const score = scoreOf(scan, { start, hasPlus, first, count, digits, hasSpace }, context)
      if (score > 0) return { detector: 'pii/phone', start, end: extensionEnd(text, end), score }
    }
    digits -= end - (runs[run] as number)
  }
  return undefined
}

const lengthOf = (runs: Runs, first: number, group: number): number =>
  (runs[first + 2 * group + 1] as number) - (runs[first + 2 * group] as number)

/** `2026-11-26`, with or without more behind it: no context makes it a phone number, and its first two groups are too short for one. */
function isPlainDate({ text, runs }: Scan, { start, hasPlus, first, count }: NumberSpan): boolean {
  if (hasPlus || count < 3 || lengthOf(runs, first, 0) !== 4) return false
  if (lengthOf(runs, first, 1) > 2 || lengthOf(runs, first, 2) > 2) return false
  const [century, decade] = [text.charCodeAt(start), text.charCodeAt(start + 1)]
  return (century === 49 && decade === 57) || (century === 50 && decade === 48)
}

/** A space or a slash may stand between two numbers. */
function partsNumbers(text: string, end: number): boolean {
  const code = text.charCodeAt(end)
  return code === 32 || code === 47
}

/** Whether words beside numbers of one text say phone. Every such word has a letter: between numbers there is none, and no pattern is tried. */
class PhoneContext {
  readonly #scan: Scan
  readonly #before: Letterless
  readonly #behind: Letterless
  /** The number that was asked about last, and the answer. */
  #start = -1
  #says = false

  constructor(scan: Scan) {
    this.#scan = scan
    this.#before = new Letterless(scan.text)
    this.#behind = new Letterless(scan.text)
  }

  isNear(start: number, end: number): boolean {
    if (start !== this.#start) {
      this.#start = start
      this.#says = this.#saysPhone(start)
    }
    return this.#says || this.#isBehind(end)
  }

  #saysPhone(start: number): boolean {
    const isNamed = start < CONTEXT_CHARS && this.#scan.name !== ''
    if (!isNamed && this.#before.holds(Math.max(0, start - CONTEXT_CHARS), start)) return false
    const context = before(this.#scan, start, CONTEXT_CHARS)
    return PHONE_BEFORE.test(context) || (PERHAPS_PHONE_BEFORE.test(context) && !OTHER_NUMBER.test(context))
  }

  #isBehind(end: number): boolean {
    if (this.#behind.holds(end, Math.min(this.#scan.text.length, end + AFTER_CHARS))) return false
    return PHONE_AFTER.test(after(this.#scan, end, AFTER_CHARS))
  }
}

/** Knows the last stretch without letters, so that windows that overlap are not read again. */
class Letterless {
  readonly #text: string
  #from = 0
  #to = 0

  constructor(text: string) {
    this.#text = text
  }

  /** Whether no letter stands in `[from, to)`. */
  holds(from: number, to: number): boolean {
    const text = this.#text
    if (from > this.#to || to < this.#from) this.#from = this.#to = from
    let start = this.#from
    while (from < start && !isLetter(text.charCodeAt(start - 1))) start -= 1
    this.#from = start
    if (from < start) return false
    let end = this.#to
    while (end < to && !isLetter(text.charCodeAt(end))) end += 1
    this.#to = end
    return end >= to
  }
}

function isWholeAt(text: string, end: number): boolean {
  if (end >= text.length) return true
  const code = text.charCodeAt(end)
  if (code === 120 && isDigit(text.charCodeAt(end + 1))) return true
  if (isEmphasis(text, end, end + 1)) return true
  if (isAlnum(code) || code === 95 || code === 37 || code === 8364 || code === 64) return false
  return !((code === 45 || code === 46 || code === 44 || code === 58) && isDigit(text.charCodeAt(end + 1)))
}

/** ` x123`, ` ext. 123`: an extension belongs to the number. */
function extensionEnd(text: string, end: number): number {
  const hit = /^(?: ?x ?| ?,? ?ext\.? ?)\d{1,6}(?!\w)/i.exec(text.slice(end, end + 16))
  return hit === null ? end : end + hit[0].length
}

function scoreOf(scan: Scan, span: NumberSpan, context: PhoneContext): number {
  const { text, runs } = scan
  const { start, first, count, digits } = span
  const end = runs[first + 2 * count - 1] as number
  if (span.hasPlus) return internationalScore(groupsOf(scan, span), gapsOf(scan, span), context.isNear(start, end))
  if (text.charCodeAt(runs[first] as number) === 48 && (count > 2 || context.isNear(start, end))) {
    const written = groupsOf(scan, span).join('')
    if (/^(?:00|011)[1-9]/.test(written) && isInternational(written.slice(written.startsWith('011') ? 3 : 2)))
      return 0.85
  }
  if (digits > 15) return 0
  const isBracketed = isInBrackets(scan, span)
  // Without a word that says phone, only these forms count.
  const isForm = hasNationalForm(shapeOf(runs, first, count))
  const isNear = context.isNear(start, end)
  if (!isForm && !isBracketed && !isNear) return 0
  const [groups, gaps] = [groupsOf(scan, span), gapsOf(scan, span)]
  if (isOtherNumber(groups, gaps)) return 0
  const isPlain = gaps.length <= 2 || new Set(gaps.map((gap) => gap.replace(/[() ]/g, ''))).size <= 2
  const national = isForm && isPlain ? nationalScore(groups.join(''), shapeOf(runs, first, count)) : 0
  if (isNear) return Math.max(national, 0.75)
  if (isOfThing(scan, span)) return 0
  return national === 0 && isBracketed ? 0.6 : national
}

/** Digits without groups, right behind a name such as "order number". */
function isOfThing(scan: Scan, { start, count }: NumberSpan): boolean {
  return count === 1 && isNamedThing(before(scan, start, NAMED_NUMBER_CHARS))
}

/** Groups with several kinds of separators, as brackets make them, must still be one form. */
function isInBrackets({ text, runs }: Scan, { first, count, digits }: NumberSpan): boolean {
  const end = runs[first + 1] as number
  if (count < 2 || text.charCodeAt(end) !== 41 || digits < 8 || digits > 12) return false
  return !/^(?:19|20)\d\d$/.test(text.slice(runs[first], end))
}

function groupsOf({ text, runs }: Scan, { first, count }: NumberSpan): readonly string[] {
  const groups: string[] = []
  for (let run = first; run < first + 2 * count; run += 2) groups.push(text.slice(runs[run], runs[run + 1]))
  return groups
}

/** What stands between each two groups. */
function gapsOf({ text, runs }: Scan, { first, count }: NumberSpan): readonly string[] {
  const gaps: string[] = []
  for (let run = first + 2; run < first + 2 * count; run += 2) gaps.push(text.slice(runs[run - 1], runs[run]))
  return gaps
}

/** Lengths of the groups, as `shapeNumber` takes them. */
function shapeOf(runs: Runs, first: number, count: number): number {
  let shape = 0
  for (let group = 0; group < count; group++) shape = shape * SHAPE_BASE + lengthOf(runs, first, group)
  return shape
}

/** `+49 (0)30 …`: the bracketed trunk zero is not dialled from abroad. */
function internationalScore(groups: readonly string[], gaps: readonly string[], hasContext: boolean): number {
  const digits = groups.filter((group, index) => !(group === '0' && (gaps[index - 1] ?? '').endsWith('('))).join('')
  if (digits.startsWith('0')) return 0
  if (isInternational(digits)) return 0.95
  return hasContext && digits.length >= 8 && digits.length <= 15 ? 0.7 : 0
}

/** Dates, social security numbers, ranges of years, ISBNs, and what points alone part. */
function isOtherNumber(groups: readonly string[], gaps: readonly string[]): boolean {
  if (groups.length === 1) return false
  const shape = groups.map(({ length }) => length).join('-')
  if (/^(?:4-[12]-[12]|[12]-[12]-4)(?:-|$)/.test(shape) && isDate(groups)) return true
  if (shape === '3-2-4' || (shape === '4-4' && isYears(groups))) return true
  if (gaps.length > 0 && gaps.every((gap) => gap === '.') && isPointed(groups, shape)) return true
  return /^97[89]$/.test(groups[0] ?? '') && groups.length >= 4
}

/** Dotted quads, decimals, amounts in threes. */
function isPointed(groups: readonly string[], shape: string): boolean {
  const head = groups[0] ?? ''
  if (groups.length === 4 && groups.every((group) => Number(group) < 256)) return true
  return head.length < 3 && (groups.length === 2 || (/^[12](?:-3){2,4}$/.test(shape) && !head.startsWith('0')))
}

function isDate(groups: readonly string[]): boolean {
  const year = groups.find(({ length }) => length === 4) ?? ''
  return /^(?:19|20)\d{2}$/.test(year)
}

function isYears(groups: readonly string[]): boolean {
  return groups.every((group) => /^(?:1[5-9]|20)\d{2}$/.test(group))
}
