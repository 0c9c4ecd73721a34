import type { Check } from './checksums.ts'
import {
  digitAt,
  isDigitAt,
  isListed,
  isOneCharacter,
  luhn,
  luhnSum,
  mod11And10,
  modulo,
  numberAt,
  valueAt,
  weighted,
} from './checksums.ts'
import { isDdmmyy, isShortDay } from './identifier-dates.ts'

const NIF_LETTERS = 'TRWAGMYFPDXBNJZSQVHLCKE'

/** Eight digits and the letter of the remainder by 23. */
export const isEsNif = (c: string, from = 0): boolean =>
  NIF_LETTERS.charAt(numberAt(c, from, from + 8) % 23) === c.charAt(from + 8) && numberAt(c, from, from + 8) > 0

/** X, Y, Z stand for 0, 1, 2. */
export const isEsNie = (c: string, from = 0): boolean => {
  const first = 'XYZ'.indexOf(c.charAt(from))
  return (
    first >= 0 && NIF_LETTERS.charAt((first * 10_000_000 + numberAt(c, from + 1, from + 8)) % 23) === c.charAt(from + 8)
  )
}

/** Kind of legal form, seven digits, a Luhn digit or its letter. */
export const isEsCif = (c: string, from = 0): boolean => {
  const first = c.charAt(from)
  if (!'ABCDEFGHJNPQRSUVW'.includes(first)) return false
  const control = (10 - luhnSum(`${c.slice(from + 1, from + 8)}0`, 0, 8)) % 10
  const last = c.charAt(from + 8)
  const isLetter = 'JABCDEFGHI'.charAt(control) === last && !'ABEH'.includes(first)
  return isLetter || (String(control) === last && !'KNPQRSW'.includes(first))
}

/** Province and serial by 97; a serial below ten million loses its leading zero (Seguridad Social). */
const esNuss: Check = (c) => {
  const province = numberAt(c, 0, 2)
  const serial = numberAt(c, 2, 10)
  const base = serial < 10_000_000 ? province * 10_000_000 + serial : province * 100_000_000 + serial
  return province >= 1 && province <= 66 && base % 97 === numberAt(c, 10, 12)
}

const ODD_VALUES = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]
const TWIN_LETTERS = 'LMNPQRSTUV'

/** A digit, or the letter that replaces it where two people would share a code. */
function twinDigit(c: string, index: number): number {
  return isDigitAt(c, index) ? digitAt(c, index) : TWIN_LETTERS.indexOf(c.charAt(index))
}

/** DM 23.12.1976: names, birth date (women's day plus 40), place, and a letter from odd and even positions. */
const codiceFiscale: Check = (c) => {
  for (const index of [6, 7, 9, 10, 12, 13, 14]) if (twinDigit(c, index) < 0) return false
  let sum = 0
  for (let index = 0; index < 15; index++) {
    const value = isDigitAt(c, index) ? digitAt(c, index) : c.charCodeAt(index) - 65
    sum += index % 2 === 0 ? (ODD_VALUES[value] ?? 0) : value
  }
  const month = 'ABCDEHLMPRST'.indexOf(c.charAt(8)) + 1
  const day = twinDigit(c, 9) * 10 + twinDigit(c, 10)
  const year = twinDigit(c, 6) * 10 + twinDigit(c, 7)
  return isShortDay(year, month, day > 40 ? day - 40 : day) && String.fromCharCode(65 + (sum % 26)) === c.charAt(15)
}

/** Luhn, and the province of the office. */
export const isPartitaIva = (c: string, from = 0): boolean => {
  const office = numberAt(c, from + 7, from + 10)
  const isOffice = (office >= 1 && office <= 100) || [120, 121, 888, 999].includes(office)
  return isOffice && numberAt(c, from, from + 7) > 0 && luhn(c, from)
}

/** Weights 9–2; remainders below two give 0. */
export const isPtNif = (c: string, from = 0): boolean => {
  const rest = weighted(c, [9, 8, 7, 6, 5, 4, 3, 2], from) % 11
  const isIssued = '1235689'.includes(c.charAt(from)) || isListed('45 70 71 72 74 75 77 78 79', c.slice(from, from + 2))
  return isIssued && (rest < 2 ? 0 : 11 - rest) === digitAt(c, from + 8)
}

/** Citizen card: every second value from the left doubled, less nine above nine. */
const citizenCardPt: Check = (c) => {
  let sum = 0
  for (let index = 0; index < 12; index++) {
    const value = valueAt(c, index) * (index % 2 === 0 ? 2 : 1)
    sum += index % 2 === 0 && value > 9 ? value - 9 : value
  }
  return sum % 10 === 0
}

/** Powers of two from the right, by 11 and by 10. */
export const isAfm = (c: string, from = 0): boolean =>
  numberAt(c, from, from + 9) > 0 &&
  (weighted(c, [256, 128, 64, 32, 16, 8, 4, 2], from) % 11) % 10 === digitAt(c, from + 8)

/** Weights 7 6 5 4 3 2 twice; the number of Yugoslavia that its successors kept. */
const emso: Check = (c) =>
  '90'.includes(c.charAt(4)) &&
  isShortDay(numberAt(c, 5, 7), numberAt(c, 2, 4), numberAt(c, 0, 2)) &&
  modulo(-weighted(c, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]), 11) % 10 === digitAt(c, 12)

/** Two control digits: from odd and even positions, and the sum of ten (NVİ). */
const tckn: Check = (c) => {
  const odd = weighted(c, [1, 0, 1, 0, 1, 0, 1, 0, 1])
  const even = weighted(c, [0, 1, 0, 1, 0, 1, 0, 1])
  return (
    !c.startsWith('0') &&
    modulo(odd * 7 - even, 10) === digitAt(c, 9) &&
    (odd + even + digitAt(c, 9)) % 10 === digitAt(c, 10)
  )
}

/** Each digit plus its place, times a power of two by nine (GİB). */
const vkn: Check = (c) => {
  let sum = 0
  for (let index = 0; index < 9; index++) {
    const value = (digitAt(c, index) + 9 - index) % 10
    const product = (value * 2 ** (9 - index)) % 9
    sum += value !== 0 && product === 0 ? 9 : product
  }
  return !isOneCharacter(c) && (10 - (sum % 10)) % 10 === digitAt(c, 9)
}

/** Provinces 01–81. */
const trPlate: Check = (c) => numberAt(c, 0, 2) >= 1 && numberAt(c, 0, 2) <= 81

/** Spain, Portugal, Italy, Greece, Cyprus, Malta, the Adriatic and Turkey. */
export const SOUTHERN_EUROPEAN_CHECKS: Readonly<Record<string, Check>> = {
  'es-nif': (c) => isEsNif(c),
  'es-nie': (c) => isEsNie(c),
  'es-cif': (c) => isEsCif(c),
  'es-nuss': esNuss,
  'it-codice-fiscale': codiceFiscale,
  'it-partita-iva': (c) => isPartitaIva(c),
  'it-driving-licence': (c) => c.length !== 10 || isDigitAt(c, 2) || c.startsWith('U1'),
  'pt-nif': (c) => isPtNif(c),
  'pt-citizen-card': citizenCardPt,
  'pt-niss': (c) =>
    '12'.includes(c.charAt(0)) && 9 - (weighted(c, [29, 23, 19, 17, 13, 11, 7, 5, 3, 2]) % 10) === digitAt(c, 10),
  'gr-afm': (c) => isAfm(c),
  'gr-amka': (c) => isDdmmyy(c) && luhn(c),
  emso,
  oib: (c) => mod11And10(c),
  'rs-pib': (c) => numberAt(c, 0, 8) >= 10_000_001 && mod11And10(c),
  'tr-national-id': tckn,
  'tr-tax-number': vkn,
  'tr-vehicle-registration': trPlate,
}
