import { isBgEik, isCzBirthNumber, isIco, isNip, isRoCui, isSiTax } from './checks-eastern-europe.ts'
import { isNoOrganisation } from './checks-northern-europe.ts'
import { isAfm, isEsCif, isEsNie, isEsNif, isPartitaIva, isPtNif } from './checks-southern-europe.ts'
import { frSiren, isBeEnterprise, isBsn, isPps } from './checks-western-europe.ts'
import type { Check } from './checksums.ts'
import {
  digitAt,
  isDigitAt,
  luhn,
  luhnSum,
  mod11And10,
  mod97Value,
  modulo,
  numberAt,
  remainder,
  valueAt,
  weighted,
} from './checksums.ts'

const gb: Check = (c) => {
  const sum = weighted(c, [8, 7, 6, 5, 4, 3, 2, 10, 1], 2)
  return (c.startsWith('GB') || c.startsWith('XI')) && numberAt(c, 2, 9) > 0 && [0, 42, 55].includes(sum % 97)
}

/** Two check characters before the SIREN; digits follow 12 + 3 × the remainder by 97. */
const fr: Check = (c) => frSiren(c.slice(4)) && (12 + 3 * remainder(c, 97, 4)) % 97 === numberAt(c, 2, 4)

/** Until 2019 the citizen number and a suffix; since 2020 ISO 7064 MOD 97-10 over the whole. */
const nl: Check = (c) =>
  c.charAt(11) === 'B' &&
  c.startsWith('NL') &&
  (isBsn(c.slice(2, 11)) || mod97Value(c) === 1) &&
  numberAt(c, 12, 14) > 0

const lt: Check = (c) => {
  const weights = c.length === 11 ? 8 : 11
  if (c.charAt(c.length - 2) !== '1') return false
  const row = (start: number): number =>
    weighted(
      c,
      Array.from({ length: weights }, (_, index) => ((start + index) % 9) + 1),
      2,
    ) % 11
  const once = row(0)
  return (once < 10 ? once : row(2) % 10) === digitAt(c, c.length - 1)
}

const cyOdd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21]

const cy: Check = (c) => {
  let sum = 0
  for (let index = 2; index < 10; index++) sum += index % 2 === 0 ? (cyOdd[digitAt(c, index)] ?? 0) : digitAt(c, index)
  return !c.startsWith('12', 2) && String.fromCharCode(65 + (sum % 26)) === c.charAt(10)
}

const dk: Check = (c) => c.charAt(2) !== '0' && weighted(c, [2, 7, 6, 5, 4, 3, 2, 1], 2) % 11 === 0

/** The Luhn sum of seven digits and four, complemented (BMF, UID construction). */
const at: Check = (c) => {
  const sum = luhnSum(c, 3, 10)
  return c.startsWith('ATU') && modulo(6 - sum, 10) === digitAt(c, 10)
}

const es: Check = (c) => (isDigitAt(c, 2) ? isEsNif(c, 2) : isEsNie(c, 2) || isEsCif(c, 2))

const cz: Check = (c) => (c.length === 10 ? isIco(c, 2) && c.charAt(2) !== '9' : isCzBirthNumber(c.slice(2)))

const sk: Check = (c) => c.charAt(2) !== '0' && '234789'.includes(c.charAt(4)) && remainder(c, 11, 2) === 0

/** Companies begin above 3. */
const lv: Check = (c) => {
  const rest = modulo(3 - weighted(c, [9, 1, 4, 8, 3, 10, 2, 5, 7, 6], 2), 11)
  return digitAt(c, 2) > 3 && rest === digitAt(c, 12)
}

const bg: Check = (c) => isBgEik(c, 2) && valueAt(c, 0) === 11

const fi: Check = (c) => modulo(-weighted(c, [7, 9, 10, 5, 8, 4, 2], 2), 11) === digitAt(c, 9)

/** The number after the country's letters, by country; source: European Commission, VIES number formats, and each tax office. */
const BY_COUNTRY: Readonly<Record<string, Check>> = {
  AT: at,
  BE: (c) => isBeEnterprise(c.slice(2)),
  BG: bg,
  CY: cy,
  CZ: cz,
  DE: (c) => c.charAt(2) !== '0' && mod11And10(c, 2),
  DK: dk,
  EE: (c) => weighted(c, [3, 7, 1, 3, 7, 1, 3, 7, 1], 2) % 10 === 0 && numberAt(c, 2, 11) > 0,
  EL: (c) => isAfm(c, 2),
  ES: es,
  FI: fi,
  FR: fr,
  GB: gb,
  HR: (c) => mod11And10(c, 2),
  HU: (c) => weighted(c, [9, 7, 3, 1, 9, 7, 3, 1], 2) % 10 === 0 && numberAt(c, 2, 9) > 0,
  IE: (c) => isPps(c, 2),
  IT: (c) => isPartitaIva(c, 2),
  LT: lt,
  LU: (c) => remainder(c, 89, 2, 8) === numberAt(c, 8, 10) && numberAt(c, 2, 8) > 0,
  LV: lv,
  MT: (c) => c.charAt(2) !== '0' && (weighted(c, [3, 4, 6, 7, 8, 9], 2) + numberAt(c, 8, 10)) % 37 === 0,
  NL: nl,
  NO: (c) => isNoOrganisation(c.slice(2, 11)) && c.endsWith('MVA'),
  PL: (c) => isNip(c, 2),
  PT: (c) => isPtNif(c, 2),
  RO: (c) => isRoCui(c.slice(2)),
  SE: (c) => luhn(c.slice(2, 12)) && numberAt(c, 12, 14) > 0,
  SI: (c) => isSiTax(c, 2),
  SK: sk,
  XI: gb,
}

/** VAT identification numbers with the prefix of their country: `vat-` and the prefix in lower case. */
export const VAT_CHECKS: Readonly<Record<string, Check>> = Object.fromEntries(
  Object.entries(BY_COUNTRY).map(([country, check]) => [
    `vat-${country.toLowerCase()}`,
    (c: string): boolean => c.startsWith(country) && check(c),
  ]),
)
