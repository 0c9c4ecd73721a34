import type { Check } from './checksums.ts'
import { digitAt, isListed, isOneCharacter, luhn, luhnSum, modulo, numberAt, weighted } from './checksums.ts'
import { isCalendarDay, isYymmdd } from './identifier-dates.ts'

/** Brazilian rule: weights from right to left 2, 3, …; remainders below two give 0. */
const twoOrEleven = (sum: number): number => (sum % 11 < 2 ? 0 : 11 - (sum % 11))

const cpf: Check = (c) =>
  !isOneCharacter(c) &&
  twoOrEleven(weighted(c, [10, 9, 8, 7, 6, 5, 4, 3, 2])) === digitAt(c, 9) &&
  twoOrEleven(weighted(c, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2])) === digitAt(c, 10)

/** Letters count as their ASCII code less 48 (Receita Federal, alphanumeric CNPJ from July 2026). */
const cnpj: Check = (c) =>
  !isOneCharacter(c) &&
  twoOrEleven(weighted(c, [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])) === digitAt(c, 12) &&
  twoOrEleven(weighted(c, [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])) === digitAt(c, 13)

/** Voter registration: state 01–28; remainder 0 counts as 1 in São Paulo and Minas Gerais. */
const titulo: Check = (c) => {
  const state = numberAt(c, 8, 10)
  if (state < 1 || state > 28) return false
  const control = (sum: number): number => {
    const rest = sum % 11
    if (rest === 0 && state <= 2) return 1
    return rest === 10 ? 0 : rest
  }
  const first = control(weighted(c, [2, 3, 4, 5, 6, 7, 8, 9]))
  return first === digitAt(c, 10) && control(weighted(c, [7, 8, 9], 8)) === digitAt(c, 11)
}

/** Driving licence: a first remainder of ten lowers the second by two. */
const cnh: Check = (c) => {
  const first = weighted(c, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11
  const second = modulo((weighted(c, [1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11) - (first >= 10 ? 2 : 0), 11)
  return (
    !isOneCharacter(c) && (first >= 10 ? 0 : first) === digitAt(c, 9) && (second >= 10 ? 0 : second) === digitAt(c, 10)
  )
}

/** Weights 2–7 in turn from the right; 10 is K. */
const rut: Check = (c) => {
  let sum = 0
  for (let index = c.length - 2, weight = 2; index >= 0; index--, weight = weight === 7 ? 2 : weight + 1)
    sum += digitAt(c, index) * weight
  return '0K987654321'.charAt(sum % 11) === c.at(-1)
}

const cuit: Check = (c) => {
  const control = '09987654321'.charAt(weighted(c, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)
  return isListed('20 23 24 25 26 27 30 33 34', c.slice(0, 2)) && control === c.charAt(10)
}

const cbu: Check = (c) =>
  weighted(c, [7, 1, 3, 9, 7, 1, 3, 1]) % 10 === 0 &&
  weighted(c, [3, 9, 7, 1, 3, 9, 7, 1, 3, 9, 7, 1, 3, 1], 8) % 10 === 0 &&
  !isOneCharacter(c)

const STATES = 'AS BC BS CC CH CL CM CS DF DG GR GT HG JC MC MN MS NE NL NT OC PL QR QT SL SP SR TC TL TS VZ YN ZS'

/** RENAPO: letters count 10 on with Ñ between N and O, weights 18 down to 2. */
const curp: Check = (c) => {
  let sum = 0
  for (let index = 0; index < 17; index++)
    sum += '0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ'.indexOf(c.charAt(index)) * (18 - index)
  return (
    isYymmdd(c, 4) &&
    'HMX'.includes(c.charAt(10)) &&
    isListed(STATES, c.slice(11, 13)) &&
    (10 - (sum % 10)) % 10 === digitAt(c, 17)
  )
}

/** SAT: 12 characters for companies, 13 for people; weights 13 down to 2. */
const rfc: Check = (c) => {
  const padded = c.length === 12 ? ` ${c}` : c
  let sum = 0
  for (let index = 0; index < 12; index++)
    sum += '0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ'.indexOf(padded.charAt(index)) * (13 - index)
  const rest = 11 - (sum % 11)
  const last = rest === 11 ? '0' : rest === 10 ? 'A' : String(rest)
  return isYymmdd(padded, 4) && padded.charAt(12) === last
}

const nit: Check = (c) => {
  const weights = [3, 7, 13, 17, 19, 23, 29, 37, 41]
  let sum = 0
  for (let index = 0; index < c.length - 1; index++) sum += digitAt(c, c.length - 2 - index) * (weights[index] ?? 0)
  return !isOneCharacter(c) && '01987654321'.charAt(sum % 11) === c.at(-1)
}

const isEcuadorPlace = (c: string): boolean => {
  const place = numberAt(c, 0, 2)
  return (place >= 1 && place <= 24) || place === 30
}

const cedulaEc = (c: string): boolean => isEcuadorPlace(c) && digitAt(c, 2) <= 6 && luhnSum(c, 0, 10) === 0

/** Third digit: below 6 a person, 6 a public body, 9 a company. */
const rucEc: Check = (c) => {
  if (!isEcuadorPlace(c)) return false
  if (digitAt(c, 2) < 6) return cedulaEc(c) && !c.endsWith('000')
  if (digitAt(c, 2) === 6) return weighted(c, [3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0 && !c.endsWith('0000')
  return digitAt(c, 2) === 9 && weighted(c, [4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0 && !c.endsWith('000')
}

const rif: Check = (c) => {
  const first = 'VEJPG'.indexOf(c.charAt(0))
  return (
    first >= 0 && '00987654321'.charAt(((first + 1) * 4 + weighted(c, [3, 2, 7, 6, 5, 4, 3, 2], 1)) % 11) === c.at(-1)
  )
}

const nitSv: Check = (c) => {
  const control =
    numberAt(c, 10, 13) <= 100
      ? (weighted(c, [14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 10
      : modulo(-weighted(c, [2, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]), 11) % 10
  return '019'.includes(c.charAt(0)) && control === digitAt(c, 13)
}

/** Birth date, then a digit of the century: 0–5 the 1900s, 6–8 the 2000s, 9 the 1800s. */
const carnetCu: Check = (c) => {
  const century = c.charAt(6) === '9' ? 1800 : digitAt(c, 6) <= 5 ? 1900 : 2000
  return isCalendarDay(century + numberAt(c, 0, 2), numberAt(c, 2, 4), numberAt(c, 4, 6))
}

const rutUy: Check = (c) =>
  numberAt(c, 0, 2) >= 1 &&
  numberAt(c, 0, 2) <= 22 &&
  numberAt(c, 2, 8) !== 0 &&
  c.slice(8, 11) === '001' &&
  modulo(-weighted(c, [4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]), 11) === digitAt(c, 11)

const pyRuc: Check = (c) => {
  let sum = 0
  for (let index = c.length - 2; index >= 0; index--) sum += digitAt(c, index) * (c.length - index)
  return !isOneCharacter(c) && modulo(-sum, 11) % 10 === digitAt(c, c.length - 1)
}

/** Latin America and the Caribbean. Sources are named in `catalog/detection/identifiers.jsonl`. */
export const LATIN_AMERICAN_CHECKS: Readonly<Record<string, Check>> = {
  'br-cpf': cpf,
  'br-cnpj': cnpj,
  'br-pis': (c) => !isOneCharacter(c) && twoOrEleven(weighted(c, [3, 2, 9, 8, 7, 6, 5, 4, 3, 2])) === digitAt(c, 10),
  'br-titulo-eleitor': titulo,
  'br-cnh': cnh,
  'br-cns': (c) =>
    '12789'.includes(c.charAt(0)) && weighted(c, [15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  'br-renavam': (c) => ((weighted(c, [3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10 === digitAt(c, 10),
  'cl-rut': rut,
  'ar-cuit': cuit,
  'ar-cbu': cbu,
  'mx-curp': curp,
  'mx-rfc': rfc,
  'mx-nss': (c) => !isOneCharacter(c) && luhn(c),
  'mx-clabe': (c) => !isOneCharacter(c) && weightedClabe(c) === digitAt(c, 17),
  'co-nit': nit,
  'pe-ruc': (c) =>
    isListed('10 15 16 17 20', c.slice(0, 2)) &&
    (11 - (weighted(c, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === digitAt(c, 10),
  'ec-cedula': cedulaEc,
  'ec-ruc': rucEc,
  'uy-ci': (c) => !isOneCharacter(c) && weighted(c, [2, 9, 8, 7, 6, 3, 4, 1]) % 10 === 0,
  'uy-rut': rutUy,
  'py-ruc': pyRuc,
  've-rif': rif,
  'do-cedula': (c) => !isOneCharacter(c) && luhn(c),
  'do-rnc': (c) => ((10 - (weighted(c, [7, 9, 8, 6, 5, 4, 3, 2]) % 11) + 9) % 9) + 1 === digitAt(c, 8),
  'sv-nit': nitSv,
  'cu-carnet': carnetCu,
  'cr-cedula': (c) => c.charAt(0) >= '1' && c.charAt(0) <= '9',
}

/** Each product counts by its last digit (ABM, weights 3-7-1). */
function weightedClabe(c: string): number {
  let sum = 0
  for (let index = 0; index < 17; index++) sum += (digitAt(c, index) * ([3, 7, 1][index % 3] ?? 0)) % 10
  return (10 - (sum % 10)) % 10
}
