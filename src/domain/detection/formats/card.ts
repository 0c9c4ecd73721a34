import type { Match } from '../match.ts'
import { isNamedThing, NAMED_NUMBER_CHARS } from '../named-number.ts'
import { before, isAlnum, isEmphasis, scanOf } from './scan.ts'
import type { Scan } from './scan.ts'

/**
 * Issuer ranges: first and last four digits of the prefix, and the lengths that are issued (ISO/IEC 7812-1, the networks'
 * published ranges): Visa, Mastercard, American Express, Discover, JCB, Diners, UnionPay, Mir, Dankort, RuPay.
 */
const ISSUERS: readonly (readonly [number, number, readonly number[]])[] = [
  [4000, 4999, [13, 16, 19]],
  [5100, 5599, [16]],
  [2221, 2720, [16]],
  [3400, 3499, [15]],
  [3700, 3799, [15]],
  [6011, 6011, [16, 17, 18, 19]],
  [6440, 6599, [16, 17, 18, 19]],
  [3528, 3589, [16, 17, 18, 19]],
  [3600, 3699, [14, 16, 19]],
  [3800, 3999, [14, 16]],
  [3000, 3059, [14, 16]],
  [3095, 3095, [14, 16]],
  [6200, 6299, [16, 17, 18, 19]],
  [2200, 2204, [16, 17, 18, 19]],
  [5019, 5019, [16]],
  [6521, 6522, [16]],
  [8100, 8171, [16, 17, 18, 19]],
]
/**
 * Ranges with many lengths or little use: Maestro, the old JCB prefixes, UATP. They need a word that says card. UkrCard (60400100
 * to 60420099) lies in the range of Maestro that begins with 6; no network issues numbers that begin with 0.
 */
const ISSUERS_IN_CONTEXT: readonly (readonly [number, number, readonly number[]])[] = [
  [3500, 3599, [16]],
  [5018, 5018, [12, 13, 14, 15, 16, 17, 18, 19]],
  [5020, 5020, [12, 13, 14, 15, 16, 17, 18, 19]],
  [5038, 5038, [12, 13, 14, 15, 16, 17, 18, 19]],
  [5600, 5899, [12, 13, 14, 15, 16, 17, 18, 19]],
  [6000, 6999, [12, 13, 14, 15, 16, 17, 18, 19]],
  [2131, 2131, [15]],
  [1800, 1800, [15]],
  [1000, 1999, [15]],
]
/** Whether a card may begin with these four digits. */
const IS_PREFIX = new Uint8Array(10_000)
for (const [from, to] of [...ISSUERS, ...ISSUERS_IN_CONTEXT]) IS_PREFIX.fill(1, from, to + 1)
/** Maestro's own sixteen-digit ranges are as specific as the great networks'. */
const MAESTRO_16: ReadonlySet<number> = new Set([5018, 5020, 5038, 5893, 6304, 6759, 6761, 6762, 6763])

const CARD_CONTEXT =
  /(?:^|[^a-z])(?:card|cc(?![a-z])|credit|debit|visa|master ?card|maestro|amex|american express|discover|diners|jcb|pan|karte|kreditkarte|carte|tarjeta|carta|cart[aã]o|kart)/
const CONTEXT_CHARS = 48
const DIGITS_MIN = 12
const DIGITS_MAX = 19
const GROUPS_MAX = 8
/** Every usual grouping begins with four digits or more. */
const GROUP_MIN = 4
/** Trade items are numbered in the length of old Visa cards too (EAN-13): of those that begin as a card does, one in ten passes its sum. */
const ITEM_DIGITS = 13

/**
 * Payment cards: an issued prefix and length, Luhn, and a usual grouping (one space, hyphen or dot between groups, or two spaces).
 * A number that is joined to something needs a word that says card.
 */
export function detectCards(text: string, scan: Scan = scanOf(text)): readonly Match[] {
  const { runs } = scan
  const matches: Match[] = []
  for (let run = 0; run < runs.length; run += 2) {
    const start = runs[run] ?? 0
    const length = (runs[run + 1] ?? 0) - start
    if (length < GROUP_MIN || length > DIGITS_MAX) continue
    const standing = standingAt(text, start)
    if (standing === 'part') continue
    const last = cardFrom(scan, run, standing)
    if (last < 0) continue
    matches.push({ detector: 'pii/card', start, end: runs[last + 1] ?? 0, score: 1 })
    run = last
  }
  return matches
}

type Standing = 'alone' | 'joined' | 'part'

/** A digit inside a word, a decimal or an amount starts no card; one joined to a name, such as `NW-10001`, may. */
function standingAt(text: string, start: number): Standing {
  if (start === 0) return 'alone'
  const code = text.charCodeAt(start - 1)
  if (isAlnum(code) || code === 46 || code === 36 || code === 43) return 'part'
  if (code !== 95 && code !== 45 && code !== 47) return 'alone'
  return isEmphasis(text, start - 1, start - 2) ? 'alone' : 'joined'
}

const TWO_SPACES = -1

/** What parts two groups of digits: a unit, or two spaces, as texts out of a PDF have them; 0 where nothing does. */
function separatorAt({ text }: Scan, end: number, next: number | undefined): number {
  if (next === undefined || next - end > 2) return 0
  const code = text.charCodeAt(end)
  if (next === end + 2) return code === 32 && text.charCodeAt(end + 1) === 32 ? TWO_SPACES : 0
  return code === 32 || code === 45 || code === 46 ? code : 0
}

/** Index in `runs` of the last group of the longest card that starts at `first`; -1 where there is none. */
function cardFrom(scan: Scan, first: number, standing: Standing): number {
  const { text, runs } = scan
  const firstEnd = runs[first + 1] as number
  if (firstEnd - (runs[first] as number) < DIGITS_MIN && separatorAt(scan, firstEnd, runs[first + 2]) === 0) return -1
  const start = runs[first] as number
  if (IS_PREFIX[prefixAt(text, start)] === 0) return -1
  let count = 0
  let best = -1
  let separator = 0
  for (let group = 0; group < GROUPS_MAX; group++) {
    const end = runs[first + 2 * group + 1] as number
    count += end - (runs[first + 2 * group] as number)
    if (count > DIGITS_MAX) break
    if (
      count >= DIGITS_MIN &&
      isWholeAt(text, end) &&
      isCard(scan, digitsOf(scan, first, group), { start, group, standing })
    )
      best = first + 2 * group
    const next = separatorAt(scan, end, runs[first + 2 * group + 2])
    if (next === 0 || (separator !== 0 && next !== separator)) break
    separator = next
  }
  return best
}

function prefixAt(text: string, start: number): number {
  let prefix = 0
  for (let at = start; at < start + GROUP_MIN; at++) prefix = 10 * prefix + text.charCodeAt(at) - 48
  return prefix
}

/** Digits of the groups from run `first` on, up to the one that is `last` groups behind it. */
function digitsOf({ text, runs }: Scan, first: number, last: number): string {
  let digits = ''
  for (let run = first; run <= first + 2 * last; run += 2) digits += text.slice(runs[run], runs[run + 1])
  return digits
}

function isWholeAt(text: string, end: number): boolean {
  if (end >= text.length) return true
  const code = text.charCodeAt(end)
  if (isAlnum(code)) return false
  if (code === 95) return isEmphasis(text, end, end + 1)
  const next = text.charCodeAt(end + 1)
  return !((code === 45 || code === 46) && next >= 48 && next <= 57)
}

interface CardPlace {
  readonly start: number
  /** Its groups, less one. */
  readonly group: number
  readonly standing: Standing
}

function isCard(scan: Scan, digits: string, { start, group, standing }: CardPlace): boolean {
  // Nine of ten fail the sum.
  if (!passesLuhn(digits) || isRepeated(digits)) return false
  const prefix = prefixAt(digits, 0)
  const isGreat = isIssued(ISSUERS, prefix, digits.length) || (digits.length === 16 && MAESTRO_16.has(prefix))
  if (!isGreat && !isIssued(ISSUERS_IN_CONTEXT, prefix, digits.length)) return false
  const isPlain = standing === 'alone' && group <= 4 && !(digits.length === ITEM_DIGITS && isOfItem(scan, start))
  return (isGreat && isPlain) || hasContext(scan, start)
}

function isRepeated(digits: string): boolean {
  for (let index = 1; index < digits.length; index++) if (digits[index] !== digits[0]) return false
  return true
}

function isIssued(ranges: typeof ISSUERS, prefix: number, length: number): boolean {
  return ranges.some(([from, to, lengths]) => prefix >= from && prefix <= to && lengths.includes(length))
}

function hasContext(scan: Scan, start: number): boolean {
  return CARD_CONTEXT.test(before(scan, start, CONTEXT_CHARS))
}

const isOfItem = (scan: Scan, start: number): boolean => isNamedThing(before(scan, start, NAMED_NUMBER_CHARS))

/** ISO/IEC 7812-1 annex B. `digits` are ASCII digits. */
export function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48
    sum += (index & 1) === 0 ? digit : digit > 4 ? digit + digit - 9 : digit + digit
  }
  return sum % 10 === 0
}
