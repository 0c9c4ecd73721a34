import type { Check } from './checksums.ts'
import {
  check731,
  digitAt,
  ean13,
  isDigitAt,
  isListed,
  isOneCharacter,
  luhn,
  luhnSum,
  mod11And10,
  modulo,
  numberAt,
  remainder,
  verhoeff,
  weighted,
} from './checksums.ts'
import { isDdmmyy, isShortDay, isYyyymmdd } from './identifier-dates.ts'

const nhs: Check = (c) => !isOneCharacter(c) && weighted(c, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0

/** No D, F, I, Q, U, V; no second O; prefixes never issued; suffix A–D (HMRC, NIM39110). */
const nino: Check = (c) =>
  !'DFIQUV'.includes(c.charAt(0)) &&
  !'DFIOQUV'.includes(c.charAt(1)) &&
  !isListed('BG GB KN NK NT TN ZZ', c.slice(0, 2)) &&
  'ABCD'.includes(c.charAt(8))

/** Five of the surname filled with 9, then decade, month (plus 50 for women), day and year of birth, two initials. */
const ukLicence: Check = (c) => {
  let isFilled = false
  for (let index = 0; index < 5; index++) {
    if (isDigitAt(c, index) ? c.charAt(index) !== '9' || index === 0 : isFilled) return false
    isFilled = isDigitAt(c, index)
  }
  const initials = [11, 12].every((index) => !isDigitAt(c, index) || c.charAt(index) === '9')
  const year = digitAt(c, 5) * 10 + digitAt(c, 10)
  return initials && isShortDay(year, numberAt(c, 6, 8) % 50, numberAt(c, 8, 10))
}

/** Current style since 2001 (age 02–29 or 51–79, no I, Q, Z in the memory tag), prefix and suffix styles (DVLA INF104). */
export function isUkPlate(c: string): boolean {
  if (!isDigitAt(c, 0) && !isDigitAt(c, 1) && isDigitAt(c, 2) && isDigitAt(c, 3)) {
    const age = numberAt(c, 2, 4)
    const isAge = (age >= 2 && age <= 29) || (age >= 51 && age <= 79)
    return isAge && !'IQZ'.includes(c.charAt(0)) && !'IQZ'.includes(c.charAt(1))
  }
  if (!isDigitAt(c, 0) && isDigitAt(c, 1)) return !'IOQUZ'.includes(c.charAt(0))
  return !'IOQUZ'.includes(c.charAt(c.length - 1))
}

/** Weights 8–2, the optional second letter counts nine times its place (W or none 0). */
export function isPps(c: string, from: number): boolean {
  const second = 'WABCDEFGHI'.indexOf(c.charAt(from + 8))
  if (second < 0 && !'TX'.includes(c.charAt(from + 8))) return false
  const sum = weighted(c, [8, 7, 6, 5, 4, 3, 2], from) + Math.max(second, 0) * 9
  return 'WABCDEFGHIJKLMNOPQRSTUV'.charAt(sum % 23) === c.charAt(from + 7)
}

/**
 * ISO 7064 MOD 11,10; one digit of the first ten stands two or three times (§ 139b AO, BZSt). Ten different digits are never
 * issued, but examples show them and one number in 2,700 has them, so they pass.
 */
const taxIdDe: Check = (c) => {
  const counts = Array.from({ length: 10 }, () => 0)
  for (let index = 0; index < 10; index++) counts[digitAt(c, index)] = (counts[digitAt(c, index)] ?? 0) + 1
  const repeated = counts.filter((count) => count > 1)
  return !c.startsWith('0') && repeated.length <= 1 && (repeated[0] ?? 0) <= 3 && mod11And10(c)
}

const crossSum = (value: number): number => (value > 9 ? Math.floor(value / 10) + (value % 10) : value)

/** Area, birth date, letter, serial; cross sums of the products with 2 1 2 5 7 1 2 1 2 1 2 1 (VKVV § 4). */
const pensionDe: Check = (c) => {
  const letter = c.charCodeAt(8) - 64
  const digits = `${c.slice(0, 8)}${String(letter).padStart(2, '0')}${c.slice(9, 11)}`
  const weights = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]
  let sum = 0
  for (let index = 0; index < 12; index++) sum += crossSum(digitAt(digits, index) * (weights[index] ?? 0))
  const day = numberAt(c, 2, 4)
  // A replaced number adds 50 to the day of birth.
  const isBorn = isShortDay(numberAt(c, 6, 8), numberAt(c, 4, 6), day > 50 ? day - 50 : day)
  return numberAt(c, 0, 2) >= 2 && isBorn && sum % 10 === digitAt(c, 11)
}

/** Letter as two digits, then weights 1 and 2 with cross sums (GKV, § 290 SGB V). */
const kvnr: Check = (c) => {
  const digits = `${String(c.charCodeAt(0) - 64).padStart(2, '0')}${c.slice(1)}`
  let sum = 0
  for (let index = 0; index < 10; index++) sum += crossSum(digitAt(digits, index) * (index % 2 === 0 ? 1 : 2))
  return sum % 10 === digitAt(c, 9)
}

const DOCUMENT_LETTERS = 'CFGHJKLMNPRTVWXYZ'

/** Letters that the German identity card and passport use: no vowels and none that read as digits. */
export function hasDocumentLetters(c: string): boolean {
  for (let index = 0; index < c.length; index++)
    if (!isDigitAt(c, index) && !DOCUMENT_LETTERS.includes(c.charAt(index))) return false
  return !isDigitAt(c, 0)
}

/** Old cards begin with a digit of the office; new ones with one of the letters. */
const idCardDe: Check = (c) =>
  hasDocumentLetters(`C${c.slice(isDigitAt(c, 0) ? 1 : 0)}`) && check731(c) && !isOneCharacter(c)

const vnrAt: Check = (c) =>
  !c.startsWith('0') && isDdmmyy(c, 4) && weighted(c, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 === digitAt(c, 3)

/** Sex, year, month (also foreign and unknown ones), department (2A, 2B for Corsica), commune, order, 97 minus remainder. */
const nir: Check = (c) => {
  const island = isDigitAt(c, 6) ? '' : c.charAt(6)
  if (island !== '' && (c.charAt(5) !== '2' || !'AB'.includes(island))) return false
  const body = island === '' ? c.slice(0, 13) : `${c.slice(0, 5)}${island === 'A' ? '19' : '18'}${c.slice(7, 13)}`
  const month = numberAt(c, 3, 5)
  const isMonth = (month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50
  return '123478'.includes(c.charAt(0)) && isMonth && 97 - remainder(body, 97) === numberAt(c, 13, 15)
}

export const frSiren: Check = (c) => !isOneCharacter(c) && luhn(c)

const beDay = (c: string): boolean => {
  const month = numberAt(c, 2, 4) % 20
  return month === 0 || isShortDay(numberAt(c, 0, 2), month, numberAt(c, 4, 6)) || numberAt(c, 4, 6) === 0
}

const nationalBe: Check = (c) =>
  numberAt(c, 2, 4) < 60 &&
  beDay(c) &&
  numberAt(c, 6, 9) > 0 &&
  (97 - remainder(c, 97, 0, 9) === numberAt(c, 9, 11) || 97 - remainder(`2${c}`, 97, 0, 10) === numberAt(c, 9, 11))

/** Belgian enterprise number: 0 or 1, and 97 minus the remainder of eight digits. */
export const isBeEnterprise = (digits: string): boolean =>
  digits.charCodeAt(0) <= 49 &&
  numberAt(digits, 0, 8) > 0 &&
  97 - remainder(digits, 97, 0, 8) === numberAt(digits, 8, 10)

/** The eleven test: weights 9–2 and −1. */
export const isBsn = (digits: string): boolean =>
  !isOneCharacter(digits) && numberAt(digits, 0, 9) > 0 && weighted(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0

const luNational: Check = (c) =>
  isYyyymmdd(c) && luhnSum(c, 0, 12) === 0 && verhoeff(`${c.slice(0, 11)}${c.charAt(12)}`)

/** Weights 5 4 3 2 7 6 5 4 after the letters CHE. */
const uid: Check = (c) =>
  c.startsWith('CHE') && modulo(-weighted(c, [5, 4, 3, 2, 7, 6, 5, 4], 3), 11) === digitAt(c, 11)

/** Physicians' number: weights 4 and 9, then a specialty. */
const lanr: Check = (c) =>
  modulo(-weighted(c, [4, 9, 4, 9, 4, 9]), 10) === digitAt(c, 6) && numberAt(c, 0, 6) > 0 && numberAt(c, 7, 9) > 0

/** United Kingdom, Ireland, Germany, Austria, Switzerland, France and the Benelux countries. */
export const WESTERN_EUROPEAN_CHECKS: Readonly<Record<string, Check>> = {
  'uk-nhs': nhs,
  'uk-chi': (c) => isDdmmyy(c) && nhs(c),
  'uk-nino': nino,
  'uk-driving-licence': ukLicence,
  'uk-utr': (c) => '21987654321'.charAt(weighted(c, [6, 7, 8, 9, 10, 5, 4, 3, 2], 1) % 11) === c.charAt(0),
  'uk-vehicle-registration': isUkPlate,
  'ie-pps': (c) => isPps(c, 0),
  'de-tax-id': taxIdDe,
  'de-pension-insurance': pensionDe,
  'de-health-insurance': kvnr,
  'de-id-card': idCardDe,
  'de-passport': hasDocumentLetters,
  'de-lanr': lanr,
  'at-social-security': vnrAt,
  'at-tax-number': (c) => !isOneCharacter(c) && luhn(c),
  'ch-ahv': (c) => c.startsWith('756') && ean13(c),
  'ch-uid': uid,
  'fr-nir': nir,
  'fr-siren': frSiren,
  'fr-spi': (c) => digitAt(c, 0) <= 3 && remainder(c, 511, 0, 10) === numberAt(c, 10, 13),
  'be-national-number': nationalBe,
  'be-enterprise': isBeEnterprise,
  'be-id-card': (c) => (remainder(c, 97, 0, 10) || 97) === numberAt(c, 10, 12),
  'nl-bsn': isBsn,
  'lu-national-id': luNational,
}
