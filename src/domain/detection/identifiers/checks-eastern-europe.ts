import type { Check } from './checksums.ts'
import {
  digitAt,
  isListed,
  isOneCharacter,
  modulo,
  numberAt,
  remainder,
  valueAt,
  weighted,
  weightedValues,
} from './checksums.ts'
import { isCalendarDay, isShortDay, isYymmdd } from './identifier-dates.ts'

/** Months carry the century: plus 80 the 1800s, plus 20 the 2000s. */
const pesel: Check = (c) =>
  (numberAt(c, 2, 4) <= 32 || numberAt(c, 2, 4) > 80) &&
  isShortDay(numberAt(c, 0, 2), numberAt(c, 2, 4) % 20, numberAt(c, 4, 6)) &&
  weighted(c, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0

export const isNip = (c: string, from = 0): boolean =>
  c.charAt(from) !== '0' && weighted(c, [6, 5, 7, 2, 3, 4, 5, 6, 7], from) % 11 === digitAt(c, from + 9)

const regon: Check = (c) =>
  !isOneCharacter(c) &&
  (weighted(c, [8, 9, 2, 3, 4, 5, 6, 7]) % 11) % 10 === digitAt(c, 8) &&
  (c.length === 9 || (weighted(c, [2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8]) % 11) % 10 === digitAt(c, 13))

/** Women's months plus 50, overflow months plus 20; ten digits by 11, or the remainder of nine where it was ten. */
export const isCzBirthNumber: Check = (c) => {
  const year = numberAt(c, 0, 2)
  const month = numberAt(c, 2, 4) % 50
  const isOverflow = month > 20 && year >= 4 && year <= 53
  const isBorn = isShortDay(year, isOverflow ? month - 20 : month, numberAt(c, 4, 6))
  if (c.length === 9) return isBorn && year <= 53 && numberAt(c, 6, 9) > 0
  return isBorn && remainder(c, 11, 0, 9) % 10 === digitAt(c, 9)
}

export const isIco = (c: string, from = 0): boolean =>
  numberAt(c, from, from + 7) > 0 &&
  (11 - (weighted(c, [8, 7, 6, 5, 4, 3, 2], from) % 11)) % 10 === digitAt(c, from + 7)

const COUNTIES =
  '01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 51 52 70 80 90'

/** Sex and century, birth date, county, serial, control by 11 with ten as 1. */
const cnp: Check = (c) => {
  const first = digitAt(c, 0)
  const century = first === 3 || first === 4 ? 1800 : first === 5 || first === 6 ? 2000 : 1900
  if (first === 0 || !isCalendarDay(century + numberAt(c, 1, 3), numberAt(c, 3, 5), numberAt(c, 5, 7))) return false
  const control = weighted(c, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11
  return (control === 10 ? 1 : control) === digitAt(c, 12) && isListed(COUNTIES, c.slice(7, 9))
}

/** Up to nine digits and a control digit; weights 7 5 3 2 1 7 5 3 2 to the right. */
export const isRoCui = (digits: string): boolean => {
  const padded = digits.padStart(10, '0')
  return (
    digits.charAt(0) !== '0' && ((weighted(padded, [7, 5, 3, 2, 1, 7, 5, 3, 2]) * 10) % 11) % 10 === digitAt(padded, 9)
  )
}

const egn: Check = (c) => {
  const month = numberAt(c, 2, 4)
  return (
    month <= 52 &&
    isShortDay(numberAt(c, 0, 2), month % 20, numberAt(c, 4, 6)) &&
    (weighted(c, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10 === digitAt(c, 9)
  )
}

/** Nine digits: weights 1–8, and 3–10 where the remainder is ten. */
export const isBgEik = (c: string, from = 0): boolean => {
  const once = weighted(c, [1, 2, 3, 4, 5, 6, 7, 8], from) % 11
  const control = once < 10 ? once : (weighted(c, [3, 4, 5, 6, 7, 8, 9, 10], from) % 11) % 10
  return !isOneCharacter(c) && control === digitAt(c, from + 8)
}

/** First digit and birth date; the serial and control by 11. */
const huPersonal: Check = (c) =>
  digitAt(c, 0) >= 1 &&
  digitAt(c, 0) <= 8 &&
  isYymmdd(c, 1) &&
  (weighted(c, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) % 11 === digitAt(c, 10) ||
    weighted(c, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === digitAt(c, 10))

const inn12: Check = (c) =>
  (weighted(c, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === digitAt(c, 10) &&
  (weighted(c, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === digitAt(c, 11)

const inn: Check = (c) =>
  !isOneCharacter(c) &&
  (c.length === 12 ? inn12(c) : (weighted(c, [2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === digitAt(c, 9))

const snils: Check = (c) =>
  numberAt(c, 0, 9) > 1_001_998 && (weighted(c, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101) % 100 === numberAt(c, 9, 11)

/** Two rows of weights by 11, which the size of the number chooses. */
const edrpou: Check = (c) => {
  const value = numberAt(c, 0, 8)
  const isMiddle = value >= 30_000_000 && value <= 60_000_000
  const once = weighted(c, isMiddle ? [7, 1, 2, 3, 4, 5, 6] : [1, 2, 3, 4, 5, 6, 7]) % 11
  const twice = weighted(c, isMiddle ? [9, 3, 4, 5, 6, 7, 8] : [3, 4, 5, 6, 7, 8, 9]) % 11
  return value > 0 && (once < 10 ? once : twice % 10) === digitAt(c, 7)
}

/** Russian and Kazakh numbers of this shape have two rows of weights; ten twice is never issued. */
const iin: Check = (c) => {
  const once = weighted(c, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) % 11
  const control = once < 10 ? once : weighted(c, [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]) % 11
  return isYymmdd(c) && digitAt(c, 6) >= 1 && digitAt(c, 6) <= 6 && control === digitAt(c, 11)
}

/** Sex and century, birth date, region, serial, citizenship, control 7-3-1. */
const byPersonal: Check = (c) =>
  '123456'.includes(c.charAt(0)) &&
  isShortDay(numberAt(c, 5, 7), numberAt(c, 3, 5), numberAt(c, 1, 3)) &&
  'ABCHKEM'.includes(c.charAt(7)) &&
  isListed('PB BA BI', c.slice(11, 13)) &&
  weightedValues(c, [7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1, 7]) % 10 === digitAt(c, 13)

/** Central and eastern Europe and Kazakhstan. */
export const EASTERN_EUROPEAN_CHECKS: Readonly<Record<string, Check>> = {
  'pl-pesel': pesel,
  'pl-nip': (c) => isNip(c),
  'pl-regon': regon,
  'pl-id-card': (c) => valueAt(c, 0) >= 10 && weightedValues(c, [7, 3, 1, 9, 7, 3, 1, 7, 3]) % 10 === 0,
  'pl-passport': (c) => weightedValues(c, [7, 3, 9, 1, 7, 3, 1, 7, 3]) % 10 === 0,
  'cz-birth-number': isCzBirthNumber,
  'cz-ico': (c) => isIco(c),
  'hu-taj': (c) => !isOneCharacter(c) && weighted(c, [3, 7, 3, 7, 3, 7, 3, 7]) % 10 === digitAt(c, 8),
  'hu-tax-id': (c) => c.startsWith('8') && weighted(c, [1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 === digitAt(c, 9),
  'hu-company-tax': (c) =>
    weighted(c, [9, 7, 3, 1, 9, 7, 3, 1]) % 10 === 0 &&
    numberAt(c, 0, 7) > 0 &&
    '12345'.includes(c.charAt(8)) &&
    isHuCounty(numberAt(c, 9, 11)),
  'hu-personal-id': huPersonal,
  'ro-cnp': cnp,
  'ro-cui': isRoCui,
  'bg-egn': egn,
  'bg-lnch': (c) => !isOneCharacter(c) && weighted(c, [21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10 === digitAt(c, 9),
  'bg-eik': (c) => isBgEik(c),
  'si-tax-number': (c) => isSiTax(c),
  'ru-inn': inn,
  'ru-snils': snils,
  'ru-ogrn': (c) => '15'.includes(c.charAt(0)) && remainder(c, 11, 0, 12) % 10 === digitAt(c, 12),
  'ua-rnokpp': (c) =>
    !isOneCharacter(c) && modulo(weighted(c, [-1, 5, 7, 9, 4, 6, 10, 5, 7]), 11) % 10 === digitAt(c, 9),
  'ua-edrpou': edrpou,
  'by-personal-number': byPersonal,
  'kz-iin': iin,
  'md-idnp': (c) =>
    '029'.includes(c.charAt(0)) && weighted(c, [7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1]) % 10 === digitAt(c, 12),
}

const isHuCounty = (code: number): boolean => (code >= 2 && code <= 20) || (code >= 22 && code <= 44) || code === 51

export function isSiTax(c: string, from = 0): boolean {
  const rest = 11 - (weighted(c, [8, 7, 6, 5, 4, 3, 2], from) % 11)
  return c.charAt(from) !== '0' && rest !== 11 && rest % 10 === digitAt(c, from + 7)
}
