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
import { scanOf, type Scan } from './scan.ts'
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
 * phone number is left out where a checked format covers it. The soft kinds only where they are asked for. Linear in the text; never throws.
 */
export function detectFormats(text: string, isSoftAsked = true, scan: Scan = scanOf(text)): readonly Match[] {
  const hasDigits = scan.runs.length > 0
  const hasJoints = scan.joints.length > 0
  const checked: Match[] = []
  join(checked, detectEmails(text, scan))
  join(checked, detectCryptoAddresses(text, scan))
  join(checked, detectMrz(text))
  if (hasJoints) join(checked, detectMacs(text, scan))
  if (hasDigits) {
    join(checked, detectCards(text, scan))
    join(checked, detectIbans(text, scan))
  }
  if (hasJoints && (hasDigits || text.includes('::'))) join(checked, detectIps(text, scan))
  const phones = hasDigits ? outside(detectPhones(text, scan), checked) : []
  join(checked, detectBics(text, scan))
  join(checked, phones)
  if (hasDigits && isSoftAsked) {
    join(checked, detectAddresses(text, scan))
    join(checked, detectPostcodes(text, scan))
    join(checked, detectBirthDates(text, scan))
    join(checked, detectAges(text, scan))
  }
  if (isSoftAsked) join(checked, detectPersonNames(text, scan))
  return checked.length < 2 ? checked : checked.sort((a, b) => a.start - b.start || a.end - b.end)
}

/** Most lists are empty, and cost nothing then. */
function join(all: Match[], more: readonly Match[]): void {
  for (const match of more) all.push(match)
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
