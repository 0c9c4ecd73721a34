/** Says whether an identifier without its separators, upper-cased and of one of its kind's shapes, follows the rules of its kind. */
export type Check = (compact: string) => boolean

/** The digit at an index; 0–9 where the shape promises a digit. */
export const digitAt = (compact: string, index: number): number => compact.charCodeAt(index) - 48

/** The number that the digits from `from` to `to` (exclusive) spell; exact up to 15 digits. */
export function numberAt(compact: string, from: number, to: number): number {
  let value = 0
  for (let index = from; index < to; index++) value = value * 10 + digitAt(compact, index)
  return value
}

/** 0–9 for digits, 10–35 for A–Z. */
export function valueAt(compact: string, index: number): number {
  const code = compact.charCodeAt(index)
  return code <= 57 ? code - 48 : code - 55
}

export const isDigitAt = (compact: string, index: number): boolean => compact.charCodeAt(index) <= 57

/** Sum of digit × weight, from an index on. */
export function weighted(compact: string, weights: readonly number[], from = 0): number {
  let sum = 0
  for (let index = 0; index < weights.length; index++) sum += digitAt(compact, from + index) * (weights[index] ?? 0)
  return sum
}

/** Sum of value × weight where letters count 10–35. */
export function weightedValues(compact: string, weights: readonly number[], from = 0): number {
  let sum = 0
  for (let index = 0; index < weights.length; index++) sum += valueAt(compact, from + index) * (weights[index] ?? 0)
  return sum
}

/** The least non-negative remainder, for negative numbers too. */
export const modulo = (value: number, modulus: number): number => ((value % modulus) + modulus) % modulus

/** Remainder of a run of digits of any length. */
export function remainder(compact: string, modulus: number, from = 0, to = compact.length): number {
  let value = 0
  for (let index = from; index < to; index++) value = (value * 10 + digitAt(compact, index)) % modulus
  return value
}

/** ISO/IEC 7812-1, annex B; `from` skips a prefix. */
export const luhn = (compact: string, from = 0): boolean => luhnSum(compact, from, compact.length) === 0

/** Luhn sum modulo 10 of a slice whose last digit is the check digit. */
export function luhnSum(compact: string, from: number, to: number): number {
  let sum = 0
  for (let index = from; index < to; index++) {
    const digit = digitAt(compact, index)
    const doubled = (to - index) % 2 === 0 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10
}

/** Luhn over an alphabet of 36; source: the GSTIN rules of GSTN. */
export function luhn36(compact: string): boolean {
  let sum = 0
  for (let index = 0; index < compact.length; index++) {
    const product = valueAt(compact, index) * ((compact.length - index) % 2 === 0 ? 2 : 1)
    sum += Math.floor(product / 36) + (product % 36)
  }
  return sum % 36 === 0
}

const DIHEDRAL = '0123456789123406789523401789563401289567401239567859876043216598710432765982104387659321049876543210'
const PERMUTED = '01234567891576283094580379614289160435279453126870428657390127938064157046913258'

/** J. Verhoeff, Error Detecting Decimal Codes (1969): multiplication in the dihedral group of order ten. */
export function verhoeff(compact: string, to = compact.length): boolean {
  let state = 0
  for (let index = 0; index < to; index++) {
    const permuted = digitAt(PERMUTED, (index % 8) * 10 + digitAt(compact, to - 1 - index))
    state = digitAt(DIHEDRAL, state * 10 + permuted)
  }
  return state === 0
}

/** ISO/IEC 7064, MOD 11,10 (hybrid), from an index on. */
export function mod11And10(compact: string, from = 0): boolean {
  let product = 10
  for (let index = from; index < compact.length - 1; index++) {
    const sum = (product + digitAt(compact, index)) % 10
    product = ((sum === 0 ? 10 : sum) * 2) % 11
  }
  return (product + digitAt(compact, compact.length - 1)) % 10 === 1
}

/** ISO/IEC 7064, MOD 11-2, the last character being 0–9 or X. */
export function mod11And2(compact: string): boolean {
  let sum = 0
  for (let index = 0; index < compact.length - 1; index++) sum = ((sum + digitAt(compact, index)) * 2) % 11
  const last = compact.at(-1) === 'X' ? 10 : digitAt(compact, compact.length - 1)
  return last <= 10 && (sum + last) % 11 === 1
}

/** ISO/IEC 7064, MOD 97-10 remainder with letters as two digits. */
export function mod97Value(compact: string): number {
  let value = 0
  for (let index = 0; index < compact.length; index++)
    value = (value * (isDigitAt(compact, index) ? 10 : 100) + valueAt(compact, index)) % 97
  return value
}

/** GS1 check digit with weights 1 and 3. */
export function ean13(compact: string): boolean {
  return weighted(compact, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0
}

/** ICAO 9303 weights 7-3-1; the last character is the check digit. */
export function check731(compact: string): boolean {
  let sum = 0
  for (let index = 0; index < compact.length - 1; index++) sum += valueAt(compact, index) * ([7, 3, 1][index % 3] ?? 0)
  return sum % 10 === valueAt(compact, compact.length - 1)
}

/** A run of one and the same character is a placeholder, not an identifier. */
export function isOneCharacter(compact: string): boolean {
  for (let index = 1; index < compact.length; index++)
    if (compact.charCodeAt(index) !== compact.charCodeAt(0)) return false
  return true
}

/** Whether a code without spaces stands in a list such as `01 02 …` whose codes all have its length. */
export const isListed = (list: string, code: string): boolean => list.includes(code)
