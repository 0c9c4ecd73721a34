import type { Match } from '../match.ts'
import { before, isBehindNumber, isWord, scanOf } from './scan.ts'
import type { Scan } from './scan.ts'

const CONTEXT_CHARS = 48
const MONTHS =
  'jan(?:uary|uar|vier|uari)?|feb(?:ruary|ruar|ruari)?|f[eé]vr(?:ier)?|mar(?:ch|s|zo|et)?|m[aä]rz|apr(?:il|ile)?|avr(?:il)?|abril|may|mai|mayo|mei|maggio|jun(?:e|i|io)?|juin|' +
  'jul(?:y|i|io)?|juillet|aug(?:ust|ustus)?|ao[uû]t|agosto|sep(?:t|tember|tembre|tiembre)?|o[ck]t(?:ober|obre|ubre)?|nov(?:ember|embre|iembre)?|de[cz](?:ember)?|d[eé]c(?:embre)?|' +
  'diciembre|enero|febrero|janeiro|gennaio|luglio|giugno|settembre|ottobre|dicembre'
/** Day first, month first or year first; months in digits or words of six languages. Each part is bounded. */
const DATE = new RegExp(
  `^(?:(\\d{4})([-/.])(\\d{1,2})[-/.](\\d{1,2})|(\\d{1,2})([-/. ])(\\d{1,2})[-/. ](\\d{4}|\\d{2})|(\\d{1,2})(?:st|nd|rd|th|\\.)? (?:of |de )?(?:${MONTHS})\\.?,?(?: de)? (\\d{4}))(?![\\d])`,
)
const MONTH_FIRST = new RegExp(`(?:^|[^a-z])((?:${MONTHS})\\.? )$`)
const DAY_YEAR = /^\d{1,2}(?:st|nd|rd|th)?,? \d{4}(?!\d)/
const BIRTH =
  /(?:^|[^a-z])(?:born|birth ?da(?:y|te)|birth|d\.? ?o\.? ?b|geboren|geburt\w{0,8}|geb\.|naissance|n[eé]e? le|nacimiento|nacid[oa]|nascita|nat[oa] il|nascimento|nascid[oa]|geboortedatum|urodz\w{0,6}|do[gğ]um)(?![a-z])/

/** Dates of birth: a date with a word of birth within 48 characters before it. The date alone is none. */
export function detectBirthDates(text: string, scan: Scan = scanOf(text)): readonly Match[] {
  const { runs } = scan
  const matches: Match[] = []
  let last = 0
  for (let run = 0; run < runs.length; run += 2) {
    const digits = runs[run] ?? 0
    const length = (runs[run + 1] ?? 0) - digits
    if (
      digits < last ||
      length > 4 ||
      length === 3 ||
      isBehindNumber(scan, digits) ||
      isWord(text.charCodeAt(digits - 1))
    )
      continue
    const date = dateAt(scan, digits)
    if (date === undefined || !BIRTH.test(before(scan, date.start, CONTEXT_CHARS))) continue
    matches.push({ detector: 'pii/birth-date', ...date, score: 0.75 })
    last = date.end
  }
  return matches
}

function dateAt(scan: Scan, digits: number): { readonly start: number; readonly end: number } | undefined {
  const window = scan.lower.slice(digits, digits + 32)
  const hit = DATE.exec(window)
  if (hit !== null) return isDate(hit) ? { start: digits, end: digits + hit[0].length } : undefined
  const dayYear = DAY_YEAR.exec(window)
  if (dayYear === null) return undefined
  const month = MONTH_FIRST.exec(scan.window(Math.max(0, digits - 12), digits))?.[1]
  return month === undefined ? undefined : { start: digits - month.length, end: digits + dayYear[0].length }
}

/** Of a date in digits, one of the two small parts is a month and the other a day. */
function isDate(hit: RegExpExecArray): boolean {
  if (hit[9] !== undefined) return Number(hit[9]) >= 1 && Number(hit[9]) <= 31
  const a = Number(hit[3] ?? hit[5])
  const b = Number(hit[4] ?? hit[7])
  const year = hit[1] ?? hit[8] ?? ''
  if (year.length === 4 && !/^(?:19|20)/.test(year)) return false
  return a >= 1 && b >= 1 && a <= 31 && b <= 31 && (a <= 12 || b <= 12)
}
