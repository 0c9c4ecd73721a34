import { detectAges } from './age.ts'
import { detectBics } from './bic.ts'
import { detectBirthDates } from './birth-date.ts'
import { detectCards } from './card.ts'
import { detectCryptoAddresses } from './crypto-address.ts'
import { detectEmails } from './email.ts'
import { detectIbans } from './iban.ts'
import { detectIps } from './ip.ts'
import { detectMacs } from './mac.ts'
import type { Match } from '../match.ts'
import { detectMrz } from './mrz.ts'
import { detectPersonNames } from './person-name.ts'
import { detectPhones } from './phone.ts'
import { detectPostcodes } from './postcode.ts'
import { scanOf } from './scan.ts'
import { detectAddresses } from './street-address.ts'

/** Detectors that know words and shapes but no check: a policy may treat their findings apart. */
export const SOFT_DETECTORS: ReadonlySet<string> = new Set([
  'pii/person',
  'pii/address',
  'pii/postcode',
  'pii/birth-date',
  'pii/age',
])

/**
 * Personal data of world-wide formats in `text`, which keeps its case: contact, payment, network, crypto-currency and
 * travel-document data, and the soft kinds of `SOFT_DETECTORS`. Sorted by start; spans of one detector do not overlap, and a
 * phone number is left out where a checked format covers it. Linear in the text; never throws.
 */
export function detectFormats(text: string): readonly Match[] {
  const scan = scanOf(text)
  const mayHaveColons = text.includes(':') || text.includes('.')
  const checked = [
    ...detectEmails(text, scan),
    ...detectCryptoAddresses(text, scan),
    ...detectMrz(text),
    ...(mayHaveColons || text.includes('-') ? detectMacs(text) : []),
  ]
  if (scan.runs.length > 0) {
    checked.push(...detectCards(text, scan), ...detectIbans(text, scan))
    if (mayHaveColons) checked.push(...detectIps(text, scan))
  }
  const soft: Match[] = []
  if (scan.runs.length > 0) {
    soft.push(...outside(detectPhones(text, scan), checked))
    soft.push(...detectAddresses(text, scan), ...detectPostcodes(text, scan))
    soft.push(...detectBirthDates(text, scan), ...detectAges(text, scan))
  } else if (text.includes('::')) checked.push(...detectIps(text, scan))
  return [...checked, ...detectBics(text, scan), ...soft, ...detectPersonNames(text, scan)].toSorted(
    (a, b) => a.start - b.start || a.end - b.end,
  )
}

/** Those that touch none of `others`; both lists are short beside the text. */
function outside(matches: readonly Match[], others: readonly Match[]): readonly Match[] {
  if (matches.length === 0 || others.length === 0) return matches
  const taken = others.toSorted((a, b) => a.start - b.start)
  let index = 0
  return matches.filter(({ start, end }) => {
    while (index < taken.length && (taken[index]?.end ?? 0) <= start) index += 1
    const next = taken[index]
    return next === undefined || next.start >= end
  })
}
