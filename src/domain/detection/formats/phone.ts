import type { Match } from '../match.ts'
import { isInternational, nationalScore } from './phone-plans.ts'
import { after, before, isAlnum, isBehindNumber, isDigit, isLetter, scanOf } from './scan.ts'
import type { Scan } from './scan.ts'

const GROUPS_MAX = 8
const GAP_MAX = 3
const DIGITS_MIN = 7
const DIGITS_MAX = 17
const CONTEXT_CHARS = 40
const AFTER_CHARS = 12

/** Words that say phone, in the languages of the plans; before the number, or right after it. */
const PHONE_BEFORE =
  /(?:^|[^a-z])(?:t[eé]l(?![a-z])|t[eé]l[eé]?(?:ph|f)|mobil|cell|phone|handy|hotline|call|dial|ring|fax|whatsapp|sms|text me|answer|desk:|office:|messages? to|numaram|gsm|nr tel|komórk|celular|m[oó]vil|portable|viber|signal|numero di|连|电话|電話|手机|携帯|전화|тел)/
/** Words that speak of a phone only where no word of another number stands there. */
const PERHAPS_PHONE_BEFORE = /(?:^|[^a-z])(?:reach|contact|home:|work:|number is)/
const OTHER_NUMBER =
  /(?:^|[^a-z])(?:card|account|iban|order|invoice|ticket|tracking|serial|passport|ssn|social|licen[cs]e|policy|id|reference|booking|case|tax|routing|isbn)(?![a-z])/
const PHONE_AFTER = /^[\s,(-]{0,3}(?:office|fax|mobile|cell|home|work|phone|desk|direct|tel|whatsapp)(?![a-z])/

interface NumberSpan {
  readonly start: number
  readonly hasPlus: boolean
  /** End of each group in the text. */
  readonly ends: readonly number[]
  /** Digits of each group. */
  readonly groups: readonly string[]
  /** What stands before each group but the first. */
  readonly gaps: readonly string[]
}

/**
 * Phone numbers: international by country code and length, national by the forms of many countries, others only with a
 * word that says phone within 40 characters before or right behind. Spaces, dots, hyphens, slashes and brackets may part groups.
 */
export function detectPhones(text: string, scan: Scan = scanOf(text)): readonly Match[] {
  const { runs } = scan
  const matches: Match[] = []
  let last = 0
  for (let run = 0; run < runs.length; run += 2) {
    const digits = runs[run] ?? 0
    if (digits < last) continue
    const span = spanFrom(scan, run, last)
    if (span === undefined) continue
    const match = longestPhone(scan, span)
    if (match === undefined) {
      // A number that is none must not be read again from its second group on.
      last = span.gaps.some((gap) => gap === ' ') ? digits + 1 : (span.ends.at(-1) ?? digits)
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
  const digits = runs[first] ?? 0
  const firstEnd = runs[first + 1] ?? 0
  if (firstEnd - digits > DIGITS_MAX) return undefined
  const { start, hasPlus } = headOf(text, digits, floor)
  if (start > 0 && isInsideWord(text.charCodeAt(start - 1), hasPlus)) return undefined
  // The tail of a longer number, such as the groups of an IBAN, begins no number of its own.
  if (!hasPlus && text.charCodeAt(firstEnd) === 32 && isBehindNumber(scan, start)) return undefined
  if (!hasDigitsEnough(scan, first)) return undefined
  // A number alone that goes on behind its end is none.
  if (!isGap(scan, first + 1) && !isWholeAt(text, firstEnd)) return undefined
  const ends: number[] = []
  const groups: string[] = []
  const gaps: string[] = []
  let total = 0
  for (let group = 0; group < GROUPS_MAX; group++) {
    const from = runs[first + 2 * group] ?? 0
    const end = runs[first + 2 * group + 1] ?? 0
    total += end - from
    if (total > DIGITS_MAX) break
    groups.push(text.slice(from, end))
    ends.push(end)
    const gap = gapAt(scan, first + 2 * group + 1)
    if (gap === undefined) break
    gaps.push(gap)
  }
  return total < DIGITS_MIN ? undefined : { start, hasPlus, ends, groups, gaps }
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

/** Whether `gapAt` is something there: one of the usual signs, or two or three that `gapAt` looks at. */
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

/** What parts two groups of one number; undefined where the next run is another's. */
function gapAt({ text, runs }: Scan, end: number): string | undefined {
  const from = runs[end] ?? 0
  const next = runs[end + 1]
  if (next === undefined || next - from > GAP_MAX) return undefined
  const gap = text.slice(from, next)
  if (gap.length === 1) return ' .-/()'.includes(gap) ? gap : undefined
  return /^(?:[ .\-/]|\) ?|\)-| ?\(| - )$/.test(gap) ? gap : undefined
}

/** A digit inside a word, a decimal, a path or an amount starts no number of a person. */
function isInsideWord(code: number, hasPlus: boolean): boolean {
  if (isAlnum(code) || code === 95 || code === 43 || code === 36) return true
  return !hasPlus && (code === 46 || code === 45 || code === 47 || code === 61 || code === 35 || code === 37)
}

function longestPhone(scan: Scan, span: NumberSpan): Match | undefined {
  const { text } = scan
  let hasBefore: boolean | undefined
  let digits = span.groups.reduce((sum, { length }) => sum + length, 0)
  for (let count = span.groups.length; count > 0; count--) {
    const end = span.ends[count - 1] ?? 0
    if (digits < DIGITS_MIN) return undefined
    const isWhole = isWholeAt(text, end) && (count === span.groups.length || partsNumbers(span.gaps[count - 1]))
    if (isWhole && !isPlainDate(scan.text, span, count)) {
      hasBefore ??= saysPhone(scan, span.start)
      const hasContext = hasBefore || isPhoneBehind(scan, end)
      const isAll = count === span.groups.length
      const groups = isAll ? span.groups : span.groups.slice(0, count)
      const gaps = span.gaps.length < count ? span.gaps : span.gaps.slice(0, count - 1)
      const score = scoreOf(span.hasPlus, groups, gaps, hasContext)
      if (score > 0) return { detector: 'pii/phone', start: span.start, end: extensionEnd(text, end), score }
    }
    digits -= span.groups[count - 1]?.length ?? 0
  }
  return undefined
}

/** `2026-11-26`, with or without more behind it: no context makes it a phone number. */
function isPlainDate(text: string, { start, hasPlus, groups }: NumberSpan, count: number): boolean {
  if (hasPlus || count < 3 || groups[0]?.length !== 4 || (groups[1]?.length ?? 0) > 2 || (groups[2]?.length ?? 0) > 2)
    return false
  const [first, second] = [text.charCodeAt(start), text.charCodeAt(start + 1)]
  return (first === 49 && second === 57) || (first === 50 && second === 48)
}

/** A space or a slash may stand between two numbers. */
function partsNumbers(gap = ''): boolean {
  return gap.startsWith(' ') || gap.startsWith('/')
}

/** Every word that says phone has a letter: between numbers there is none, and no pattern is tried. */
function saysPhone(scan: Scan, start: number): boolean {
  if (!hasLetter(scan.text, Math.max(0, start - CONTEXT_CHARS), start)) return false
  const context = before(scan, start, CONTEXT_CHARS)
  return PHONE_BEFORE.test(context) || (PERHAPS_PHONE_BEFORE.test(context) && !OTHER_NUMBER.test(context))
}

function isPhoneBehind(scan: Scan, end: number): boolean {
  const limit = Math.min(scan.text.length, end + AFTER_CHARS)
  return hasLetter(scan.text, end, limit) && PHONE_AFTER.test(after(scan, end, AFTER_CHARS))
}

function hasLetter(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (isLetter(text.charCodeAt(at))) return true
  return false
}

function isWholeAt(text: string, end: number): boolean {
  if (end >= text.length) return true
  const code = text.charCodeAt(end)
  if (code === 120 && isDigit(text.charCodeAt(end + 1))) return true
  if (isAlnum(code) || code === 95 || code === 37 || code === 8364 || code === 64) return false
  return !((code === 45 || code === 46 || code === 44 || code === 58) && isDigit(text.charCodeAt(end + 1)))
}

/** ` x123`, ` ext. 123`: an extension belongs to the number. */
function extensionEnd(text: string, end: number): number {
  const hit = /^(?: ?x ?| ?,? ?ext\.? ?)\d{1,6}(?!\w)/i.exec(text.slice(end, end + 16))
  return hit === null ? end : end + hit[0].length
}

function scoreOf(hasPlus: boolean, groups: readonly string[], gaps: readonly string[], hasContext: boolean): number {
  const digits = groups.join('')
  if (hasPlus) return internationalScore(groups, gaps, hasContext)
  if (/^(?:00|011)[1-9]/.test(digits) && (hasContext || groups.length > 2)) {
    const international = isInternational(digits.slice(digits.startsWith('011') ? 3 : 2))
    if (international) return 0.85
  }
  if (digits.length > 15 || isOtherNumber(groups, gaps)) return 0
  // Groups with several kinds of separators, as brackets make them, must still be one form.
  const isBracketed =
    gaps[0]?.startsWith(')') === true &&
    digits.length >= 8 &&
    digits.length <= 12 &&
    !/^(?:19|20)\d\d$/.test(groups[0] ?? '')
  const isPlain = gaps.length <= 2 || new Set(gaps.map((gap) => gap.replace(/[() ]/g, ''))).size <= 2
  const national = isPlain ? nationalScore(digits, groups.map(({ length }) => length).join('-')) : 0
  if (hasContext) return Math.max(national, 0.75)
  return national === 0 && isBracketed ? 0.6 : national
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
