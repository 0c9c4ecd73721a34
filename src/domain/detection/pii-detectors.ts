import type { View } from './canonical-view.ts'
import type { Match } from './formats/match.ts'

export type { Match } from './formats/match.ts'

/** Email, payment card, IBAN, phone and US SSN: hand-written linear scanners with checksums. */
export function detectPii(view: View): readonly Match[] {
  return [...detectEmails(view.lower), ...detectNumbers(view.lower), ...detectIbans(view.lower)]
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57
const isLower = (code: number): boolean => code >= 97 && code <= 122
const isAlnum = (code: number): boolean => isDigit(code) || isLower(code)

const LOCAL_MAX = 64
const DOMAIN_MAX = 253

/** RFC 5321 limits; unquoted local parts; a domain of two labels or more with an alphabetic last one. */
function detectEmails(text: string): readonly Match[] {
  const matches: Match[] = []
  let last = 0
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    let start = at
    while (start > last && at - start < LOCAL_MAX && isLocal(text.charCodeAt(start - 1))) start -= 1
    while (start < at && text[start] === '.') start += 1
    let end = at + 1
    while (end < text.length && end - at <= DOMAIN_MAX && isDomain(text.charCodeAt(end))) end += 1
    while (end > at && (text[end - 1] === '.' || text[end - 1] === '-')) end -= 1
    if (start === at || text[at - 1] === '.') continue
    const labels = text.slice(at + 1, end).split('.')
    const top = labels.at(-1) ?? ''
    if (labels.length < 2 || labels.some((label) => label === '' || label.length > 63) || !/^[a-z]{2,24}$/.test(top))
      continue
    matches.push({ detector: 'pii/email', start, end, score: 1 })
    last = end
  }
  return matches
}

function isLocal(code: number): boolean {
  return isAlnum(code) || "!#$%&'*+/=?^_`{|}~.-".includes(String.fromCharCode(code))
}

function isDomain(code: number): boolean {
  return isAlnum(code) || code === 46 || code === 45
}

const NUMBER_SPAN_MAX = 40

/** Runs of digits with single separators, judged as card, SSN or phone. */
function detectNumbers(text: string): readonly Match[] {
  const matches: Match[] = []
  for (let index = 0; index < text.length; index++) {
    if (!isDigit(text.charCodeAt(index)) && text[index] !== '+') continue
    if (index > 0 && isWordBefore(text.charCodeAt(index - 1))) {
      index = skipRun(text, index)
      continue
    }
    const run = digitRun(text, index)
    if (run === undefined) continue
    const match = longestNumber(text, index, run)
    if (match !== undefined) matches.push(match)
    index = (match ?? run).end - 1
  }
  return matches
}

/** A digit inside a word, a decimal or an identifier such as `NW-10001` starts no number of a person. */
function isWordBefore(code: number): boolean {
  return isAlnum(code) || code === 95 || code === 46 || code === 45 || code === 47 || code === 36
}

function skipRun(text: string, from: number): number {
  let index = from
  while (index < text.length && (isAlnum(text.charCodeAt(index)) || text[index] === '-')) index += 1
  return index === from ? from : index - 1
}

interface DigitRun {
  readonly end: number
  readonly digits: string
  /** Separators between digits, in order. */
  readonly separators: string
}

function digitRun(text: string, start: number): DigitRun | undefined {
  let digits = ''
  let separators = ''
  let gap = ''
  let end = start
  const limit = Math.min(text.length, start + NUMBER_SPAN_MAX)
  for (let index = text[start] === '+' ? start + 1 : start; index < limit; index++) {
    const char = text.charAt(index)
    if (isDigit(char.charCodeAt(0))) {
      digits += char
      // What follows the last digit separates nothing.
      separators += gap
      gap = ''
      end = index + 1
      continue
    }
    const isSeparator = ' -.()/'.includes(char)
    if (
      !isSeparator ||
      (index + 1 < limit && !isDigit(text.charCodeAt(index + 1)) && !' ('.includes(text.charAt(index + 1)))
    )
      break
    gap += char
  }
  if (end < text.length && (isAlnum(text.charCodeAt(end)) || text[end] === '_')) return undefined
  return digits.length < 7 ? undefined : { end, digits, separators: separators.slice(0, NUMBER_SPAN_MAX) }
}

/** The longest number that starts here: another number may follow after a space, as an expiry date follows a card. */
function longestNumber(text: string, start: number, run: DigitRun): Match | undefined {
  const whole = judgeNumber(text, start, run)
  if (whole !== undefined) return whole
  for (let cut = run.end - 1; cut > start; cut--) {
    if (text[cut] !== ' ') continue
    const part = digitRun(text.slice(0, cut), start)
    const match = part === undefined ? undefined : judgeNumber(text, start, part)
    if (match !== undefined) return match
  }
  return undefined
}

function judgeNumber(text: string, start: number, { end, digits, separators }: DigitRun): Match | undefined {
  const span = text.slice(start, end)
  if (isCard(digits, separators)) return { detector: 'pii/card', start, end, score: 1 }
  if (isSsn(span))
    return { detector: 'pii/us-ssn', start, end, score: hasContext(text, start, ['ssn', 'social security']) ? 1 : 0.85 }
  if (isPhone(span, digits, text, start))
    return { detector: 'pii/phone', start, end, score: span.startsWith('+') ? 0.95 : 0.8 }
  return undefined
}

/** Issuer ranges: first and last four digits of the prefix, and the lengths that are issued (ISO/IEC 7812-1, public BIN tables). */
const ISSUERS: readonly (readonly [number, number, readonly number[]])[] = [
  [4000, 4999, [13, 16, 19]],
  [5100, 5599, [16]],
  [2221, 2720, [16]],
  [3400, 3499, [15]],
  [3700, 3799, [15]],
  [6011, 6011, [16, 17, 18, 19]],
  [6440, 6599, [16, 17, 18, 19]],
  [3528, 3589, [16, 17, 18, 19]],
  [3600, 3699, [14]],
  [3800, 3899, [14]],
  [3000, 3059, [14]],
  [6200, 6299, [16, 17, 18, 19]],
]

/** An issued prefix and length, and Luhn. */
function isCard(digits: string, separators: string): boolean {
  if (/[^ -]/.test(separators)) return false
  const prefix = Number(digits.slice(0, 4))
  return (
    ISSUERS.some(([from, to, lengths]) => prefix >= from && prefix <= to && lengths.includes(digits.length)) &&
    passesLuhn(digits)
  )
}

export function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48
    const doubled = index % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

/** Area not 000, 666 or 9xx; group not 00; serial not 0000 (US Social Security Administration). Written with separators. */
function isSsn(span: string): boolean {
  const parts = /^(\d{3})([- ])(\d{2})\2(\d{4})$/.exec(span)
  if (parts === null) return false
  const area = Number(parts[1])
  return area !== 0 && area !== 666 && area < 900 && parts[3] !== '00' && parts[4] !== '0000'
}

const PHONE_WORDS = ['phone', 'tel', 'call', 'mobile', 'cell', 'fax', 'whatsapp', 'reach me', 'number is']

/** E.164 with `+`, North American with its usual separators, or national with a word that says so. */
function isPhone(span: string, digits: string, text: string, start: number): boolean {
  if (digits.length > 15) return false
  if (span.startsWith('+')) return digits.length >= 8 && digits[0] !== '0'
  const national = /^\(?([2-9]\d{2})\)?[-. ]([2-9]\d{2})[-. ](\d{4})$/.test(span)
  if (national) return true
  return digits.length >= 9 && digits.length <= 13 && hasContext(text, start, PHONE_WORDS)
}

const CONTEXT_CHARS = 40

function hasContext(text: string, start: number, words: readonly string[]): boolean {
  const before = text.slice(Math.max(0, start - CONTEXT_CHARS), start)
  return words.some((word) => before.includes(word))
}

/** Length of an IBAN per country (ISO 13616 registry). */
const IBAN_LENGTHS: Readonly<Record<string, number>> = {
  ad: 24,
  ae: 23,
  al: 28,
  at: 20,
  az: 28,
  ba: 20,
  be: 16,
  bg: 22,
  bh: 22,
  br: 29,
  by: 28,
  ch: 21,
  cr: 22,
  cy: 28,
  cz: 24,
  de: 22,
  dk: 18,
  do: 28,
  ee: 20,
  eg: 29,
  es: 24,
  fi: 18,
  fo: 18,
  fr: 27,
  gb: 22,
  ge: 22,
  gi: 23,
  gl: 18,
  gr: 27,
  gt: 28,
  hr: 21,
  hu: 28,
  ie: 22,
  il: 23,
  iq: 23,
  is: 26,
  it: 27,
  jo: 30,
  kw: 30,
  kz: 20,
  lb: 28,
  lc: 32,
  li: 21,
  lt: 20,
  lu: 20,
  lv: 21,
  ly: 25,
  mc: 27,
  md: 24,
  me: 22,
  mk: 19,
  mr: 27,
  mt: 31,
  mu: 30,
  nl: 18,
  no: 15,
  pk: 24,
  pl: 28,
  ps: 29,
  pt: 25,
  qa: 29,
  ro: 24,
  rs: 22,
  sa: 24,
  sc: 31,
  se: 24,
  si: 19,
  sk: 24,
  sm: 27,
  st: 25,
  sv: 28,
  tl: 23,
  tn: 24,
  tr: 26,
  ua: 29,
  va: 22,
  vg: 24,
  xk: 20,
}

function detectIbans(text: string): readonly Match[] {
  const matches: Match[] = []
  for (let start = 0; start + 15 <= text.length; start++) {
    const length = IBAN_LENGTHS[text.slice(start, start + 2)]
    if (length === undefined || !isDigit(text.charCodeAt(start + 2)) || !isDigit(text.charCodeAt(start + 3))) continue
    if (start > 0 && isAlnum(text.charCodeAt(start - 1))) continue
    const found = compactIban(text, start, length)
    if (found === undefined || !passesMod97(found.compact)) continue
    matches.push({ detector: 'pii/iban', start, end: found.end, score: 1 })
    start = found.end - 1
  }
  return matches
}

function compactIban(
  text: string,
  start: number,
  length: number,
): { readonly compact: string; readonly end: number } | undefined {
  let compact = ''
  let index = start
  for (; index < text.length && compact.length < length; index++) {
    const code = text.charCodeAt(index)
    if (isAlnum(code)) compact += text.charAt(index)
    else if ((code !== 32 && code !== 45) || !isAlnum(text.charCodeAt(index + 1))) return undefined
  }
  if (compact.length !== length || (index < text.length && isAlnum(text.charCodeAt(index)))) return undefined
  return { compact, end: index }
}

/** ISO 7064 MOD 97-10 with the country and check digits moved to the end. */
function passesMod97(compact: string): boolean {
  let remainder = 0
  for (const char of compact.slice(4) + compact.slice(0, 4)) {
    const code = char.charCodeAt(0)
    remainder = isDigit(code) ? (remainder * 10 + code - 48) % 97 : (remainder * 100 + code - 87) % 97
  }
  return remainder === 1
}
