import type { Check } from './checksums.ts'
import { digitAt, isDigitAt, isListed, isOneCharacter, luhn, luhnSum, numberAt, weighted } from './checksums.ts'
import { isYymmdd } from './identifier-dates.ts'

/** Area not 000, 666 or 9xx; group not 00; serial not 0000 (US Social Security Administration). */
const ssn: Check = (c) => {
  const area = numberAt(c, 0, 3)
  return area !== 0 && area !== 666 && area < 900 && numberAt(c, 3, 5) !== 0 && numberAt(c, 5, 9) !== 0
}

/** Groups that the IRS gives to taxpayer numbers of individuals and of adoptions. */
const itin: Check = (c) => {
  const group = numberAt(c, 3, 5)
  return c.startsWith('9') && group >= 50 && ![66, 67, 68, 69, 89, 93].includes(group)
}

/** Prefixes that no IRS campus assigns. */
const NO_EIN = '00 07 08 09 17 18 19 28 29 49 69 70 78 79 89 96 97'

/** First two digits: a Federal Reserve district, thrift, electronic or cheque range (American Bankers Association). */
const aba: Check = (c) => {
  const prefix = numberAt(c, 0, 2)
  const isRange =
    (prefix >= 1 && prefix <= 12) || (prefix >= 21 && prefix <= 32) || (prefix >= 61 && prefix <= 72) || prefix === 80
  return isRange && weighted(c, [3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 === 0
}

/** Registrant letter, then a sum of odd and twice the even digits (US Drug Enforcement Administration). */
const dea: Check = (c) =>
  'ABCDEFGHJKLMPRSTUX'.includes(c.charAt(0)) && weighted(c, [1, 2, 1, 2, 1, 2], 2) % 10 === digitAt(c, 8)

const isMbiLetter = (c: string, index: number): boolean => !isDigitAt(c, index) && !'SLOIBZ'.includes(c.charAt(index))

/** Eleven positions, each with its class; no S, L, O, I, B, Z (CMS, Medicare Beneficiary Identifier format). */
const mbi: Check = (c) =>
  c.charAt(0) !== '0' &&
  isMbiLetter(c, 1) &&
  (isDigitAt(c, 2) || isMbiLetter(c, 2)) &&
  isDigitAt(c, 3) &&
  isMbiLetter(c, 4) &&
  (isDigitAt(c, 5) || isMbiLetter(c, 5)) &&
  isDigitAt(c, 6) &&
  isMbiLetter(c, 7) &&
  isMbiLetter(c, 8)

/** Driving licence of Ontario: the last six digits are the birth date, the month plus 50 for women. */
const ontarioLicence: Check = (c) => isYymmdd(`${c.slice(9, 11)}${pad(numberAt(c, 11, 13) % 50)}${c.slice(13)}`)

/** RAMQ: three letters of the family name, one of the first, then the birth date with the month plus 50 for women. */
const ramq: Check = (c) => isYymmdd(`${c.slice(4, 6)}${pad(numberAt(c, 6, 8) % 50)}${c.slice(8, 10)}`)

const pad = (value: number): string => String(value).padStart(2, '0')

/** United States and Canada. Sources are named in `catalog/detection/identifiers.jsonl`. */
export const NORTH_AMERICAN_CHECKS: Readonly<Record<string, Check>> = {
  'us-ssn': ssn,
  'us-itin': itin,
  'us-ein': (c) => !isListed(NO_EIN, c.slice(0, 2)),
  'us-ptin': (c) => c.startsWith('P'),
  'us-aba': aba,
  // The Luhn sum of the prefix 80840 is 24.
  'us-npi': (c) => (c.startsWith('1') || c.startsWith('2')) && (luhnSum(c, 0, c.length) + 24) % 10 === 0,
  'us-dea': dea,
  'us-mbi': mbi,
  'us-uscis-receipt': (c) => isListed('EAC WAC LIN SRC NBC MSC IOE YSC', c.slice(0, 3)),
  'us-alien-number': (c) => c.startsWith('A'),
  'us-hicn': (c) => ssn(c) && 'ABCDEFGHJKLMTW'.includes(c.charAt(9)),
  'ca-sin': (c) => !c.startsWith('0') && !c.startsWith('8') && luhn(c),
  'ca-bn': (c) => luhnSum(c, 0, 9) === 0 && isListed('RC RM RP RT RR RZ', c.slice(9, 11)) && !c.endsWith('0000'),
  'ca-on-health': (c) => luhnSum(c, 0, 10) === 0 && !c.startsWith('0') && !isOneCharacter(c),
  'ca-on-licence': ontarioLicence,
  'ca-qc-health': ramq,
}
