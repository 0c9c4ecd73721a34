import type { Check } from './checksums.ts'
import { digitAt, isDigitAt, isOneCharacter, luhn, mod11And2, mod97Value, numberAt } from './checksums.ts'

/** Letters count by their place on the transliteration row of 49 CFR 565; I, O, Q never stand. */
const VIN_VALUES = '0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ'
const VIN_WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]

/** ISO 3779 with the check character that 49 CFR 565 puts ninth; the last four are digits. */
const vin: Check = (c) => {
  let sum = 0
  for (let index = 0; index < 17; index++) {
    const place = VIN_VALUES.indexOf(c.charAt(index))
    if (place < 0) return false
    sum += (place % 10) * (VIN_WEIGHTS[index] ?? 0)
  }
  return isChassis(c) && '0123456789X'.charAt(sum % 11) === c.charAt(8)
}

/** No I, O, Q; four digits at the end; letters and digits both. */
function isChassis(c: string): boolean {
  let letters = 0
  for (let index = 0; index < 17; index++) {
    if ('IOQ'.includes(c.charAt(index))) return false
    if (!isDigitAt(c, index)) letters += 1
  }
  return letters > 0 && [13, 14, 15, 16].every((index) => isDigitAt(c, index))
}

const hasDigit = (c: string): boolean => [...c].some((_, index) => isDigitAt(c, index))

/** Identifiers that no one country issues, and `format`, which asks for nothing but the shape and some variety. */
export const GLOBAL_CHECKS: Readonly<Record<string, Check>> = {
  format: (c) => hasDigit(c) && (c.length < 6 || !isOneCharacter(c)),
  vin,
  chassis: isChassis,
  imei: (c) => !isOneCharacter(c) && luhn(c),
  imsi: (c) => digitAt(c, 0) >= 2 && digitAt(c, 0) <= 7,
  iccid: (c) => c.startsWith('89') && luhn(c),
  lei: (c) => numberAt(c, 18, 20) >= 2 && numberAt(c, 18, 20) <= 98 && mod97Value(c) === 1,
  orcid: (c) => (c.startsWith('0000') || c.startsWith('0009')) && mod11And2(c),
}
