import type { Check } from './checksums.ts'
import {
  digitAt,
  isDigitAt,
  isListed,
  isOneCharacter,
  luhn,
  luhn36,
  mod11And2,
  modulo,
  numberAt,
  valueAt,
  verhoeff,
  weighted,
} from './checksums.ts'
import { isCalendarDay, isShortDay, isYymmdd, isYyyymmdd } from './identifier-dates.ts'

/** Verhoeff; numbers begin with 2–9 (UIDAI). */
const aadhaar: Check = (c) => c.charAt(0) > '1' && !isOneCharacter(c) && verhoeff(c)

/** Fourth letter: the kind of holder (Income Tax Department). */
const pan = (c: string, from = 0): boolean =>
  'ABCFGHJLPTK'.includes(c.charAt(from + 3)) && numberAt(c, from + 5, from + 9) > 0

const isIndianState = (code: number): boolean => (code >= 1 && code <= 38) || code === 97 || code === 99

/** State, PAN, registration, Z, Luhn in base 36. */
const gstin: Check = (c) => isIndianState(numberAt(c, 0, 2)) && pan(c, 2) && c.charAt(12) !== '0' && luhn36(c)

const INDIAN_STATES =
  'AN AP AR AS BH BR CG CH DD DL DN GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD OR PB PY RJ SK TG TN TR TS UA UK UP WB'

const isIndianPlate: Check = (c) => isListed(INDIAN_STATES, c.slice(0, 2))

const PROVINCES_CN =
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 91'

/** GB 11643-1999: division, birth date, order, ISO 7064 MOD 11-2. */
const residentCn: Check = (c) => isListed(PROVINCES_CN, c.slice(0, 2)) && isYyyymmdd(c, 6) && mod11And2(c)

/** GB 32100-2015: powers of three by 31, an alphabet without I, O, S, V, Z. */
const creditCodeCn: Check = (c) => {
  let sum = 0
  for (let index = 0, weight = 1; index < 18; index++, weight = (weight * 3) % 31) {
    const value = '0123456789ABCDEFGHJKLMNPQRTUWXY'.indexOf(c.charAt(index))
    if (value < 0) return false
    sum += index < 17 ? value * weight : value
  }
  return !isOneCharacter(c) && sum % 31 === 0
}

/** A missing first letter counts as 36. */
const hkid: Check = (c) => {
  const letters = isDigitAt(c, 1) ? 1 : 2
  const head = letters === 1 ? 36 * 9 + valueAt(c, 0) * 8 : valueAt(c, 0) * 9 + valueAt(c, 1) * 8
  const last = c.at(-1) === 'A' ? 10 : digitAt(c, c.length - 1)
  return last <= 10 && (head + weighted(c, [7, 6, 5, 4, 3, 2], letters) + last) % 11 === 0
}

/** Letter of the place, sex (8 and 9 for foreign residents since 2021), weights 1, 9, 8–1, 1. */
const nationalTw: Check = (c) => {
  const place = 'ABCDEFGHJKLMNPQRSTUVXYWZIO'.indexOf(c.charAt(0)) + 10
  const sum = Math.floor(place / 10) + (place % 10) * 9 + weighted(c, [8, 7, 6, 5, 4, 3, 2, 1, 1], 1)
  return '1289'.includes(c.charAt(1)) && sum % 10 === 0
}

/** Cross sums with 1 2 1 2 1 2 4 1; a seventh digit of 7 gives two answers; by 5 since 2023. */
const businessTw: Check = (c) => {
  let sum = 0
  const weights = [1, 2, 1, 2, 1, 2, 4, 1]
  for (let index = 0; index < 8; index++) {
    const product = digitAt(c, index) * (weights[index] ?? 0)
    sum += Math.floor(product / 10) + (product % 10)
  }
  return !isOneCharacter(c) && (sum % 5 === 0 || (c.charAt(6) === '7' && (sum + 1) % 5 === 0))
}

/** Letters of S/T and of F/G/M numbers; M adds three, T and G four (ICA). */
const nricSg: Check = (c) => {
  const first = c.charAt(0)
  const offset = first === 'T' || first === 'G' ? 4 : first === 'M' ? 3 : 0
  const sum = (weighted(c, [2, 7, 6, 5, 4, 3, 2], 1) + offset) % 11
  if (first === 'S' || first === 'T') return 'JZIHGFEDCBA'.charAt(sum) === c.charAt(8)
  if (first === 'F' || first === 'G') return 'XWUTRQPNMLK'.charAt(sum) === c.charAt(8)
  return first === 'M' && 'XWUTRQPNJLK'.charAt(sum) === c.charAt(8)
}

const UEN_LETTERS = 'ABCDEFGHJKLMNPQRSTUVWX0123456789'

const UEN_ENTITIES =
  'CC CD CH CL CM CP CS CX DP FB FC FM FN GA GB GS HC HS LL LP MB MC MD MH MM MQ NB NR PA PB PF RF RP SM SS TC TU VH XL'

/** Business, local company, and other entities: three rows of weights by 11 (ACRA). */
const uenSg: Check = (c) => {
  if (c.length === 9) return 'XMKECAWLJDB'.charAt(weighted(c, [10, 4, 9, 3, 8, 2, 7, 1]) % 11) === c.charAt(8)
  if (isDigitAt(c, 0)) {
    const year = numberAt(c, 0, 4)
    const letter = 'ZKCMDNERGWH'.charAt(weighted(c, [10, 8, 6, 4, 9, 7, 5, 3, 1]) % 11)
    return year >= 1800 && year <= 2099 && letter === c.charAt(9)
  }
  let sum = 0
  const weights = [4, 3, 5, 3, 10, 2, 2, 5, 7]
  for (let index = 0; index < 9; index++) sum += UEN_LETTERS.indexOf(c.charAt(index)) * (weights[index] ?? 0)
  return (
    'RST'.includes(c.charAt(0)) &&
    isListed(UEN_ENTITIES, c.slice(3, 5)) &&
    UEN_LETTERS.charAt(modulo(sum - 5, 11)) === c.charAt(9)
  )
}

const weighRrn = (c: string): number => weighted(c, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5])

/** Birth date and a digit of sex and century; the control digit is void since October 2020. */
const rrn = (c: string, sexes: string): boolean => sexes.includes(c.charAt(6)) && isYymmdd(c) && weighRrn(c) > 0

const businessKr: Check = (c) => {
  const sum = weighted(c, [1, 3, 7, 1, 3, 7, 1, 3, 5]) + Math.floor((digitAt(c, 8) * 5) / 10)
  return numberAt(c, 0, 3) >= 101 && (10 - (sum % 10)) % 10 === digitAt(c, 9)
}

const myNumber: Check = (c) => {
  const rest = weighted(c, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
  return !isOneCharacter(c) && (rest < 2 ? 0 : 11 - rest) === digitAt(c, 11)
}

const corporateJp: Check = (c) =>
  9 - (weighted(c, [2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1], 1) % 9) === digitAt(c, 0) && !isOneCharacter(c)

/** Place of birth: 01–16 and 21–59 in Malaysia, 60–99 partly abroad (JPN). */
const isMyPlace = (place: number): boolean =>
  place >= 1 && place <= 99 && ![17, 18, 19, 20, 69, 70, 73, 80, 81, 94, 95, 96, 97].includes(place)

const PROVINCES_ID =
  '11 12 13 14 15 16 17 18 19 21 31 32 33 34 35 36 51 52 53 61 62 63 64 65 71 72 73 74 75 76 81 82 91 92 93 94 95 96'

/** Province, regency, district, birth date (women's day plus 40), serial. */
const nik: Check = (c) => {
  const day = numberAt(c, 6, 8)
  return (
    isListed(PROVINCES_ID, c.slice(0, 2)) &&
    isShortDay(numberAt(c, 10, 12), numberAt(c, 8, 10), day > 40 ? day - 40 : day) &&
    numberAt(c, 12, 16) > 0
  )
}

const tnin: Check = (c) =>
  c.charAt(0) !== '0' &&
  c.charAt(0) !== '9' &&
  numberAt(c, 1, 3) >= 10 &&
  numberAt(c, 1, 3) <= 96 &&
  (11 - (weighted(c, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === digitAt(c, 12)

const vnTax: Check = (c) => 10 - (weighted(c, [31, 29, 23, 19, 17, 13, 7, 5, 3]) % 11) === digitAt(c, 9)

/** Province 001–096, then sex and century. */
const cccd: Check = (c) => numberAt(c, 0, 3) >= 1 && numberAt(c, 0, 3) <= 96 && digitAt(c, 3) <= 3

/** Old: nine digits and V or X; day of the year, women plus 500. */
const nicLk: Check = (c) => {
  const at = c.length === 10 ? 2 : 4
  const day = numberAt(c, at, at + 3) % 500
  const isYear = c.length === 10 || (numberAt(c, 0, 4) >= 1900 && numberAt(c, 0, 4) <= 2030)
  return (
    isYear && day >= 1 && day <= 366 && numberAt(c, at, at + 3) < 867 && (c.length === 12 || 'VX'.includes(c.charAt(9)))
  )
}

/** Century, birth date, weights by 11 (PACI). */
const civilKw: Check = (c) =>
  '123'.includes(c.charAt(0)) &&
  isCalendarDay(1700 + digitAt(c, 0) * 100 + numberAt(c, 1, 3), numberAt(c, 3, 5), numberAt(c, 5, 7)) &&
  11 - (weighted(c, [2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11) === digitAt(c, 11)

const melliIr: Check = (c) => {
  const rest = weighted(c, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11
  return !isOneCharacter(c) && (rest < 2 ? rest : 11 - rest) === digitAt(c, 9)
}

/** Asia and the Middle East. Sources are named in `catalog/detection/identifiers.jsonl`. */
export const ASIAN_CHECKS: Readonly<Record<string, Check>> = {
  'in-aadhaar': aadhaar,
  'in-pan': (c) => pan(c),
  'in-gstin': gstin,
  'in-vehicle-registration': isIndianPlate,
  'cn-resident-id': residentCn,
  'cn-credit-code': creditCodeCn,
  'hk-id': hkid,
  'tw-national-id': nationalTw,
  'tw-business': businessTw,
  'sg-nric': nricSg,
  'sg-uen': uenSg,
  'kr-rrn': (c) => rrn(c, '123490'),
  'kr-frn': (c) => rrn(c, '5678'),
  'kr-brn': businessKr,
  'kr-driving-licence': (c) => numberAt(c, 0, 2) >= 11 && numberAt(c, 0, 2) <= 28,
  'kr-passport': (c) => 'MSRODG'.includes(c.charAt(0)),
  'jp-my-number': myNumber,
  'jp-corporate-number': corporateJp,
  'my-mykad': (c) => isYymmdd(c) && isMyPlace(numberAt(c, 6, 8)),
  'id-nik': nik,
  'id-npwp': (c) => numberAt(c, 0, 9) > 0 && luhn(c.slice(0, 9)),
  'ph-tin': (c) => weighted(c, [9, 8, 7, 6, 5, 4, 3, 2]) % 11 === digitAt(c, 8) && numberAt(c, 0, 9) > 0,
  'th-national-id': tnin,
  'vn-tax': vnTax,
  'vn-citizen-id': cccd,
  'lk-nic': nicLk,
  'pk-cnic': (c) => c.charAt(0) >= '1' && c.charAt(0) <= '7' && c.at(-1) !== '0',
  'ae-emirates-id': (c) => c.startsWith('784') && luhn(c),
  'sa-national-id': (c) => '12'.includes(c.charAt(0)) && luhn(c),
  'kw-civil-id': civilKw,
  'ir-national-code': melliIr,
  'il-id': (c) => numberAt(c, 0, 9) > 0 && luhn(c),
}
