import type { Check } from './checksums.ts'
import { digitAt, isDigitAt, luhn, modulo, numberAt, weighted } from './checksums.ts'
import { isCalendarDay, isDdmmyy, isShortDay } from './identifier-dates.ts'

/** Birth date (day plus 60 for a coordination number), serial, Luhn over the last ten digits. */
const personnummer: Check = (c) => {
  const at = c.length - 10
  const century = at === 0 ? 19 : numberAt(c, 0, 2)
  const day = numberAt(c, at + 4, at + 6)
  const born = isShortDay(numberAt(c, at, at + 2), numberAt(c, at + 2, at + 4), day > 60 ? day - 60 : day)
  return century >= 18 && century <= 20 && born && luhn(c, at)
}

/** Third digit at least 2, so that it is no date. */
const seOrganisation: Check = (c) => digitAt(c, 2) >= 2 && c.charAt(0) !== '0' && luhn(c)

/** Sign of the century (+, −, or a letter), serial 002 and above, control character by 31 (DVV). */
const hetu: Check = (c) => {
  const hasLetter = c.length === 11
  if (hasLetter && !'ABCDEFUVWXY'.includes(c.charAt(6))) return false
  const serial = hasLetter ? c.slice(7, 10) : c.slice(6, 9)
  const control = '0123456789ABCDEFHJKLMNPRSTUVWXY'.charAt(Number(c.slice(0, 6) + serial) % 31)
  return isDdmmyy(c) && Number(serial) >= 2 && control === c.at(-1)
}

const fiBusiness: Check = (c) =>
  modulo(-weighted(c, [7, 9, 10, 5, 8, 4, 2]), 11) === digitAt(c, 7) && numberAt(c, 0, 7) > 0

/** Day of birth where some holders' days stand 40 higher. */
const shiftedDay = (c: string): number => (numberAt(c, 0, 2) > 40 ? numberAt(c, 0, 2) - 40 : numberAt(c, 0, 2))

/** Two control digits by 11; D-numbers add 40 to the day, H-numbers 40 to the month (Skatteetaten). */
const fodselsnummer: Check = (c) =>
  isShortDay(numberAt(c, 4, 6), numberAt(c, 2, 4) % 40, shiftedDay(c)) &&
  modulo(-weighted(c, [3, 7, 6, 1, 8, 9, 4, 5, 2]), 11) === digitAt(c, 9) &&
  modulo(-weighted(c, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]), 11) === digitAt(c, 10)

/** Weights 3 2 7 6 5 4 3 2; companies are told by a first digit of 4–7. */
export const isNoOrganisation = (c: string): boolean =>
  '89'.includes(c.charAt(0)) && modulo(-weighted(c, [3, 2, 7, 6, 5, 4, 3, 2]), 11) === digitAt(c, 8)

/** Birth date; the control digit by 11 is void since 2007 (CPR-kontoret). */
const cpr: Check = (c) => isDdmmyy(c) && numberAt(c, 6, 10) > 0

const kennitala: Check = (c) =>
  isShortDay(numberAt(c, 4, 6), numberAt(c, 2, 4), shiftedDay(c)) &&
  modulo(-weighted(c, [3, 2, 7, 6, 5, 4, 3, 2]), 11) === digitAt(c, 8) &&
  '890'.includes(c.charAt(9))

const FIRST = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]
const SECOND = [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]

/** Century and sex, birth date, serial, two rows of weights by 11 (EVS 585 and its Lithuanian twin). */
const balticCode: Check = (c) => {
  const first = digitAt(c, 0)
  if (first < 1 || first > 8) return false
  const century = 1800 + Math.floor((first - 1) / 2) * 100
  const once = weighted(c, FIRST) % 11
  const control = once < 10 ? once : (weighted(c, SECOND) % 11) % 10
  return isCalendarDay(century + numberAt(c, 1, 3), numberAt(c, 3, 5), numberAt(c, 5, 7)) && control === digitAt(c, 10)
}

/** Eight digits: weights 1–7, then 3–9. */
const eeRegistry: Check = (c) => {
  const once = weighted(c, [1, 2, 3, 4, 5, 6, 7]) % 11
  const control = once < 10 ? once : (weighted(c, [3, 4, 5, 6, 7, 8, 9]) % 11) % 10
  return '1789'.includes(c.charAt(0)) && control === digitAt(c, 7)
}

/** With a birth date and a control digit until 2017; since then 32 and neither (PMLP). */
const lvPersonal: Check = (c) => {
  const first = numberAt(c, 0, 2)
  if (first === 32) return numberAt(c, 2, 11) > 0
  const control = modulo(1 + weighted(c, [10, 5, 8, 4, 2, 1, 6, 3, 7, 9]), 11) % 10
  return isDdmmyy(c) && digitAt(c, 6) <= 2 && control === digitAt(c, 10)
}

/** The Nordic and Baltic countries. */
export const NORTHERN_EUROPEAN_CHECKS: Readonly<Record<string, Check>> = {
  'se-personnummer': personnummer,
  'se-organisationsnummer': seOrganisation,
  'fi-hetu': (c) => isDigitAt(c, 0) && hetu(c),
  'fi-business-id': fiBusiness,
  'no-fodselsnummer': fodselsnummer,
  'no-organisasjonsnummer': isNoOrganisation,
  'dk-cpr': cpr,
  'dk-cvr': (c) => c.charAt(0) !== '0' && weighted(c, [2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  'is-kennitala': kennitala,
  'baltic-personal-code': balticCode,
  'ee-registry-code': eeRegistry,
  'lv-personal-code': lvPersonal,
}
