import type { Check } from './checksums.ts'
import { digitAt, isListed, isOneCharacter, luhn, modulo, numberAt, remainder, weighted } from './checksums.ts'
import { isCalendarDay, isYymmdd, isYyyymmdd } from './identifier-dates.ts'

/** Birth date, serial, citizenship 0–2, Luhn (Department of Home Affairs). */
const idZa: Check = (c) => isYymmdd(c) && '012'.includes(c.charAt(10)) && luhn(c)

const GOVERNORATES = '01 02 03 04 11 12 13 14 15 16 17 18 19 21 22 23 24 25 26 27 28 29 31 32 33 34 35 88'

const idEg: Check = (c) =>
  '23'.includes(c.charAt(0)) &&
  isCalendarDay(1700 + digitAt(c, 0) * 100 + numberAt(c, 1, 3), numberAt(c, 3, 5), numberAt(c, 5, 7)) &&
  isListed(GOVERNORATES, c.slice(7, 9))

/** Weights 1 4 3 7 5 8 6 9 10 by 11 (ATO). */
const tfn: Check = (c) => !isOneCharacter(c) && weighted(c, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0

/** One is taken from the first digit, then weights by 89 (ABR). */
const abn: Check = (c) => c.charAt(0) !== '0' && (weighted(c, [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) - 10) % 89 === 0

const acn: Check = (c) => modulo(-weighted(c, [8, 7, 6, 5, 4, 3, 2, 1]), 10) === digitAt(c, 8) && numberAt(c, 0, 9) > 0

/** First digit 2–6; the ninth is the control digit, the tenth the issue. */
const medicareAu: Check = (c) =>
  c.charAt(0) >= '2' && c.charAt(0) <= '6' && weighted(c, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === digitAt(c, 8)

/** Two rows of weights by 11; between 10,000,000 and 150,000,000 (Inland Revenue). */
const ird: Check = (c) => {
  const padded = c.padStart(9, '0')
  const value = numberAt(padded, 0, 9)
  const once = modulo(-weighted(padded, [3, 2, 7, 6, 5, 4, 3, 2]), 11)
  const control = once === 10 ? modulo(-weighted(padded, [7, 4, 3, 2, 5, 2, 7, 6]), 11) : once
  return value > 10_000_000 && value < 150_000_000 && control === digitAt(padded, 8)
}

const NHI_LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ'

/** Letters count their place among A–Z without I and O; the old form by 11, the new by 23 (HISO 10046). */
const nhi: Check = (c) => {
  let sum = 0
  for (let index = 0; index < 6; index++) {
    const letter = NHI_LETTERS.indexOf(c.charAt(index))
    const isLetter = c.charCodeAt(index) > 57
    if (isLetter && letter < 0) return false
    sum += (isLetter ? letter + 1 : digitAt(c, index)) * (7 - index)
  }
  const last = c.charAt(6)
  if (c.charCodeAt(6) > 57) return NHI_LETTERS.charAt(22 - (sum % 23)) === last
  return sum % 11 !== 0 && (11 - (sum % 11)) % 10 === digitAt(c, 6)
}

/** Africa, Australia and New Zealand. Sources are named in `catalog/detection/identifiers.jsonl`. */
export const AFRICAN_OCEANIAN_CHECKS: Readonly<Record<string, Check>> = {
  'za-id': idZa,
  'eg-national-id': idEg,
  'gh-card': (c) => c.startsWith('GHA'),
  'ke-pin': (c) => 'AP'.includes(c.charAt(0)),
  'tz-nida': (c) => isYyyymmdd(c),
  'ma-ice': (c) => remainder(c, 97) === 0 && numberAt(c, 0, 15) > 0,
  'au-tfn': tfn,
  'au-abn': abn,
  'au-acn': acn,
  'au-medicare': medicareAu,
  'au-ihi': (c) => c.startsWith('800360') && luhn(c),
  'nz-ird': ird,
  'nz-nhi': nhi,
}
