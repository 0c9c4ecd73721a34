import { canonicalView } from '../canonical-view.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { detectIdentifiers } from './detect-identifiers.ts'
import { createContextIndex } from './identifier-context.ts'

/** In the canonical form, as the guard has it. */
function identifiersIn(raw: string): ReturnType<typeof detectIdentifiers> {
  const { text } = canonicalView(raw)
  return detectIdentifiers(text, createContextIndex(text))
}

const detect = (text: string): readonly string[] =>
  identifiersIn(text).map(({ detector, start, end }) => `${detector} ${text.slice(start, end)}`)

describe('what stands without context', () => {
  test.each([
    ['078-05-1120', 'pii/us-ssn'],
    ['111.444.777-35', 'pii/br-cpf'],
    ['52998224725', 'pii/br-cpf'],
    ['X1234567L', 'pii/es-nie'],
    ['RSSMRA85T10A562S', 'pii/it-codice-fiscale'],
    ['110105194912310 02X'.replace(' ', ''), 'pii/cn-resident-id'],
    ['S2740116C', 'pii/sg-nric'],
    ['131052-308T', 'pii/fi-hetu'],
    ['8001015009087', 'pii/za-id'],
    ['756.9217.0769.85', 'pii/ch-ahv'],
    ['1EG4-TE5-MK73', 'pii/us-mbi'],
    ['DE136695976', 'pii/de-vat'],
    ['85.07.30-033.28', 'pii/be-national-number'],
    ['AA 12 34 56 B', 'pii/uk-nino'],
    ['10000000146', 'pii/tr-national-id'],
  ])('%s is reported', (value, detector) => {
    for (const text of [
      value,
      `Here it is: ${value}.`,
      `{"a":"${value}"}`,
      `(${value})`,
      `a,${value},b`,
      `为${value}号`,
    ])
      expect(detect(text), text).toEqual([`${detector} ${value}`])
  })
})

test.each([
  'order 123456782',
  'The total is 12345.678901 or 1,234,567,890.',
  'NW-10001 and NW-8001015009087',
  'price $8001015009087',
  'v1.2.3-beta.20240101',
  '123e4567-e89b-12d3-a456-426614174000',
  'b52998224725cafe0123',
  '2024-01-31T10:20:30.123456789Z',
  'call +8001015009087',
  'mail 52998224725@example.com',
  'file_52998224725',
  '0.52998224725',
  '52998224725%',
  'https://example.com/a/52998224725',
  '1700000000 1699999999999',
])('nothing is reported in `%s`', (text) => {
  expect(detect(text)).toEqual([])
})

describe('context', () => {
  test.each([
    ['TFN 876543210', 'pii/au-tfn 876543210'],
    ['my nhs number is 401 023 2137', 'pii/uk-nhs 401 023 2137'],
    ['{"sinNumber":"130692544","sin":1}', 'pii/ca-sin 130692544'],
    ['{"tax_file_number":"876543210"}', 'pii/au-tfn 876543210'],
    ['876543210 (TFN)', 'pii/au-tfn 876543210'],
    ['N.I.F. 12345678Z', 'pii/es-nif 12345678Z'],
    ['s.slice(1), ssn: 219099999', 'pii/us-ssn 219099999'],
    ['s.aB, row.x, ssn: 219099999', 'pii/us-ssn 219099999'],
    ['여권번호는 M123A4567', 'pii/kr-passport M123A4567'],
    ['TC Kimlik Numarası 10000000146', 'pii/tr-national-id 10000000146'],
    ['SSN-078051120', 'pii/us-ssn 078051120'],
  ])('names the kind in `%s`', (text, found) => {
    expect(detect(text)).toEqual([found])
  })

  test('counts whole words only', () => {
    expect(detect('the brsnx 876543210, a public assn 876543210')).toEqual([])
  })

  test('counts near words only', () => {
    expect(detect(`TFN ${'filler '.repeat(12)}876543210`)).toEqual([])
  })
})

test('a context word raises the score', () => {
  const scores = (text: string): readonly number[] => identifiersIn(text).map(({ score }) => score)
  expect(scores('52998224725')).toEqual([0.85])
  expect(scores('529.982.247-25')).toEqual([1])
  expect(scores('cpf 52998224725')).toEqual([1])
  expect(scores('passport A12803456')).toEqual([0.8])
})

const piece = fc.constantFrom(
  ...'0123456789',
  'A',
  'X',
  'z',
  ' ',
  '-',
  '.',
  '/',
  '(',
  ')',
  '_',
  'é',
  '中',
  '😀',
  'ssn ',
  'nif:',
  '078-05-1120',
  '52998224725',
  'passport ',
  'AB 12',
)

test('spans lie within the text, sorted, none over another, and begin and end at a letter, digit or bracket', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const { text } = canonicalView(pieces.join(''))
      let last = 0
      for (const { start, end, score } of identifiersIn(text)) {
        expect(start).toBeGreaterThanOrEqual(last)
        expect(end).toBeLessThanOrEqual(text.length)
        expect(text.slice(start, end)).toMatch(/^[A-Za-z0-9].*[A-Za-z0-9)]$/)
        expect(score).toBeGreaterThan(0)
        expect(score).toBeLessThanOrEqual(1)
        last = end
      }
    }),
    { numRuns: 1_000, seed: 20261121 },
  )
})

test('context is asked for a bounded number of times a character, whatever the text', () => {
  for (const unit of ['1', '1 ', 'a1 ', '123456782 ', 'ab 1 ', '1-', 'A1', '123 456 789 ', '12.345.678-5 ']) {
    const text = unit.repeat(Math.ceil(20_000 / unit.length))
    let asked = 0
    detectIdentifiers(text, {
      isNear: () => {
        asked += 1
        return false
      },
    })
    expect(asked / text.length, unit).toBeLessThan(30)
  }
})

test('a text that is nothing but a value is an open guess where the check holds, and no more', () => {
  expect(identifiersIn(' 529.982.247-25 ')).toMatchObject([{ detector: 'pii/br-cpf', score: 1 }])
  expect(identifiersIn('536-90-4399')).toMatchObject([{ detector: 'pii/us-ssn' }])
  const bare = identifiersIn('943 476 5919')
  expect(bare).toMatchObject([{ start: 0, end: 12 }])
  expect(identifiersIn('call 943 476 5919 now')).toEqual([])
  expect(identifiersIn('943 476 5918')).toEqual([])
})

describe('what a name says of digits', () => {
  test.each([
    ['Your order number 52998224725 has shipped', []],
    ['Bestellnummer: 52998224725', []],
    ['{"createdAt":8001015009087}', []],
    ['EAN 8001015009087', []],
    // Words that name a kind go first, and what is not right before the number says nothing.
    ['order of CPF 52998224725', ['pii/br-cpf 52998224725']],
    ['The order was placed by 52998224725', ['pii/br-cpf 52998224725']],
    // Marks of a form are more than digits.
    ['order no. 529.982.247-25', ['pii/br-cpf 529.982.247-25']],
  ])('%s', (text, found) => expect(detect(text)).toEqual(found))
})

describe('underscores beside an identifier', () => {
  test.each([
    ['_512-47-8834_', ['pii/us-ssn 512-47-8834']],
    ['__512-47-8834__', ['pii/us-ssn 512-47-8834']],
    ['ssn_512-47-8834', ['pii/us-ssn 512-47-8834']],
    // Joined to a name that says nothing of it, or to more digits.
    ['room_512-47-8834', []],
    ['1_512-47-8834', []],
    ['512-47-8834_1', []],
  ])('%s', (text, found) => expect(detect(text)).toEqual(found))
})

test('a script that parts no words may touch the word that names an identifier', () =>
  expect(detect('我的IMEI是357076834588773。')).toEqual(['pii/imei 357076834588773']))
