import { assert, integer, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalView, rawSpan } from './canonical-view.ts'
import { detectPii, passesLuhn } from './pii-detectors.ts'

/** `detector=value` for each finding, in the order of the text. */
function found(raw: string): readonly string[] {
  const view = canonicalView(raw)
  return detectPii(view)
    .map((match) => ({ ...rawSpan(view, match.start, match.end), detector: match.detector }))
    .toSorted((left, right) => left.start - right.start)
    .map(({ detector, start, end }) => `${detector.slice('pii/'.length)}=${raw.slice(start, end)}`)
}

/** How a value may stand in a text without changing what it is. */
const PLACES = [
  (value: string) => value,
  (value: string) => `It is ${value} for now.`,
  (value: string) => `It is ${value}.`,
  (value: string) => `(${value})`,
  (value: string) => `"${value}", as before`,
  (value: string) => `first line\n${value}\nlast line`,
  (value: string) => `value: ${value}; next`,
]

function expectAnywhere(detector: string, value: string): void {
  for (const place of PLACES) expect(found(place(value)), place(value)).toEqual([`${detector}=${value}`])
}

/** Neither alone nor in prose. */
function expectNowhere(value: string): void {
  for (const place of PLACES) expect(found(place(value)), place(value)).toEqual([])
}

describe('emails', () => {
  test.each([
    'bob@example.com',
    'Bob.Smith+news@Mail.Example.CO.UK',
    'a@b.io',
    'o_neil-99@sub.domain.example.museum',
    'x!y@example.com',
    'user%tag@example.org',
    '1234@example.de',
    'bob@1und1.de',
    'bob@xn--bcher-kva.example',
    `${'l'.repeat(64)}@example.com`,
  ])('%s is one', (value) => expectAnywhere('email', value))

  test.each([
    'bob@localhost',
    'bob@',
    '@example.com',
    'bob@@example.com',
    'bob@example',
    'bob@example.c',
    'bob@exa..mple.com',
    'bob.@example.com',
    'bob@10.0.0.1',
    'me @ example.com',
    '@user in a chat',
    'git@github:acme/app',
    `bob@${'d'.repeat(64)}.com`,
  ])('%s is none', (value) => expectNowhere(value))

  test.each([
    ['fullwidth', 'ｂｏｂ＠ｅｘａｍｐｌｅ．ｃｏｍ'],
    ['with zero-width characters', 'b\u200bo\u200bb@exam\u200bple.com'],
    ['with look-alike letters', 'bоb@еxample.com'],
    ['with accents', 'bob@éxample.com'],
  ])('an email %s is found with its raw span', (_, value) => {
    expect(found(`Write to ${value} now`)).toEqual([`email=${value}`])
  })

  test('two in a row are two', () => {
    expect(found('a@example.com,b@example.org c@example.net')).toEqual([
      'email=a@example.com',
      'email=b@example.org',
      'email=c@example.net',
    ])
  })
})

/** Test numbers of the issuers' documentation. */
const CARDS = {
  visa: ['4111111111111111', '4012888888881881', '4242 4242 4242 4242', '4222222222222'],
  mastercard: ['5555555555554444', '5105-1051-0510-5100', '2223003122003222', '2720 9900 0000 0007'],
  amex: ['378282246310005', '3714 496353 98431'],
  discover: ['6011111111111117', '6011 0009 9013 9424', '6445644564456445'],
  diners: ['30569309025904', '3852 000002 3237', '36227206271667'],
  jcb: ['3530111333300000', '3566-0020-2036-0505'],
  unionpay: ['6200000000000005'],
}

describe('payment cards', () => {
  const all = Object.entries(CARDS).flatMap(([issuer, values]) => values.map((value) => ({ issuer, value })))

  test.each(all)('$value of $issuer is one', ({ value }) => {
    expect(passesLuhn(value.replace(/\D/g, ''))).toBe(true)
    expectAnywhere('card', value)
  })

  test.each(all)('$value of $issuer with any one digit changed is none', ({ value }) => {
    for (const [at, char] of Array.from(value).entries()) {
      if (!/\d/.test(char)) continue
      const changed = value.slice(0, at) + String((Number(char) + 1) % 10) + value.slice(at + 1)
      expect(found(changed), changed).toEqual([])
    }
  })

  test.each([
    ['a prefix that no issuer has', '1111111111111117'],
    ['a length that the issuer does not use', '411111111111116'],
    ['twelve digits', '411111111116'],
    ['twenty digits', '41111111111111111110'],
    ['a word before it', 'x4111111111111111'],
    ['a word behind it', '4111111111111111x'],
    ['dots between the groups', '4111.1111.1111.1111'],
  ])('%s makes it none', (_, value) => expect(found(value)).toEqual([]))

  test.each([
    'Card 4111 1111 1111 1111. 2 items, please.',
    'Card 4111 1111 1111 1111 12/27',
    'Card 4111111111111111 12/27 123',
    'Card 4111-1111-1111-1111 (Visa)',
    'Card 4111 1111 1111 1111 - 2 items',
  ])('what follows does not hide it: %s', (raw) => {
    expect(found(raw).some((match) => match.startsWith('card=4111'))).toBe(true)
  })

  test('Arabic and fullwidth digits are read as digits', () => {
    expect(found('card ４１１１１１１１１１１１１１１１ ok')).toEqual(['card=４１１１１１１１１１１１１１１１'])
    expect(found('card ٤١١١ ١١١١ ١١١١ ١١١١ ok')).toEqual(['card=٤١١١ ١١١١ ١١١١ ١١١١'])
  })
})

/** Examples of the IBAN registry. */
const IBANS = [
  'AT611904300234573201',
  'BE68539007547034',
  'CH9300762011623852957',
  'CZ6508000000192000145399',
  'DE89370400440532013000',
  'DK5000400440116243',
  'ES9121000418450200051332',
  'FI2112345600000785',
  'FR1420041010050500013M02606',
  'GB29NWBK60161331926819',
  'IE29AIBK93115212345678',
  'IT60X0542811101000000123456',
  'LU280019400644750000',
  'MT84MALT011000012345MTLCAST001S',
  'NL91ABNA0417164300',
  'NO9386011117947',
  'PL61109010140000071219812874',
  'PT50000201231234567890154',
  'SA0380000000608010167519',
  'SE4550000000058398257466',
  'TR330006100519786457841326',
]
const spaced = (iban: string): string => iban.replace(/.{4}(?=.)/g, '$& ')

describe('IBANs', () => {
  test.each(IBANS)('%s is one, written together, in groups, with hyphens and in lower case', (value) => {
    for (const written of [value, spaced(value), spaced(value).replaceAll(' ', '-'), value.toLowerCase()])
      expectAnywhere('iban', written)
  })

  test.each(IBANS)('%s with any one digit changed is none', (value) => {
    for (const [at, char] of Array.from(value).entries()) {
      if (!/\d/.test(char)) continue
      const changed = value.slice(0, at) + String((Number(char) + 1) % 10) + value.slice(at + 1)
      expect(
        found(changed).filter((match) => match.startsWith('iban')),
        changed,
      ).toEqual([])
    }
  })

  test.each([
    ['an unknown country', 'ZZ89370400440532013000'],
    ['one character missing', 'DE8937040044053201300'],
    ['one character more', 'DE893704004405320130000'],
    ['a word before it', 'xDE89370400440532013000'],
    ['two spaces', 'DE89  3704 0044 0532 0130 00'],
  ])('%s makes it none', (_, value) => {
    expect(found(value).filter((match) => match.startsWith('iban'))).toEqual([])
  })

  test('the word after a spaced one does not belong to it', () => {
    expect(found(`Pay to ${spaced(IBANS[4]!)} today`)).toEqual([`iban=${spaced(IBANS[4]!)}`])
  })
})

describe('US social security numbers', () => {
  test.each(['123-45-6789', '001-01-0001', '665-99-9999', '667-12-3456', '899 12 3456', '078-05-1120'])(
    '%s is one',
    (value) => expectAnywhere('us-ssn', value),
  )

  test.each([
    ['area 000', '000-45-6789'],
    ['area 666', '666-45-6789'],
    ['area 900', '900-45-6789'],
    ['area 999', '999-45-6789'],
    ['group 00', '123-00-6789'],
    ['serial 0000', '123-45-0000'],
    ['no separators', '123456789'],
    ['mixed separators', '123-45 6789'],
    ['another grouping', '12-345-6789'],
  ])('%s makes it none', (_, value) => expectNowhere(value))

  test('exactly the numbers that may be issued are found', () => {
    assert(
      property(
        integer({ min: 0, max: 999 }),
        integer({ min: 0, max: 99 }),
        integer({ min: 0, max: 9_999 }),
        (area, group, serial) => {
          const value = [
            String(area).padStart(3, '0'),
            String(group).padStart(2, '0'),
            String(serial).padStart(4, '0'),
          ].join('-')
          const isIssued = area !== 0 && area !== 666 && area < 900 && group !== 0 && serial !== 0
          expect(found(value)).toEqual(isIssued ? [`us-ssn=${value}`] : [])
        },
      ),
    )
  })
})

describe('phone numbers', () => {
  test.each([
    '+49 30 901820',
    '+1 415 555 2671',
    '+14155552671',
    '+44 20 7946 0958',
    '+33 1 42 68 53 00',
    '415-555-2671',
    '415.555.2671',
    '212 555 0198',
  ])('%s is one', (value) => expectAnywhere('phone', value))

  test('an area code in brackets is part of it', () => {
    expect(found('Call (415) 555-2671 today')).toEqual(['phone=415) 555-2671'])
    expect(found('Call +1 (415) 555-2671 today')).toEqual(['phone=+1 (415) 555-2671'])
  })

  test('a national number needs a word that says so', () => {
    expect(found('My phone is 030 9018 2000')).toEqual(['phone=030 9018 2000'])
    expect(found('The total was 030 9018 2000')).toEqual([])
  })

  test.each(['+0 123 456 789', '+1234567', '+1234567890123456', '115-555-2671', '415-155-2671'])(
    '%s is none',
    (value) => expectNowhere(value),
  )
})

describe('numbers of no person', () => {
  test.each([
    ['an order number', 'NW-10001'],
    ['a long order number', 'ORD-2026-0000123456'],
    ['a tracking number', '1Z999AA10123456784'],
    ['a version', '24.21.0'],
    ['a long version', '1.2.3.20261121'],
    ['an ISO date', '2026-11-21'],
    ['a date and time', '2026-11-21T01:18:37Z'],
    ['a German date', '21.11.2026'],
    ['an American date', '11/21/2026'],
    ['a span of years', '2019-2026'],
    ['a price', '1,299.00 EUR'],
    ['a price in dollars', '$1234567.89'],
    ['a large number', '12 345 678'],
    ['a UUID', '3f2504e0-4f89-41d3-9a0c-0305e82c3301'],
    ['a UUID of digits', '12345678-1234-1234-1234-123456789012'],
    ['an IPv4 address', '192.168.100.254'],
    ['an IPv6 address', '2001:db8::8a2e:370:7334'],
    ['an ISBN-13', '978-3-16-148410-0'],
    ['an ISBN-10', '3-16-148410-X'],
    ['a Unix time', '1763687917'],
    ['a Unix time in milliseconds', '1763687917000'],
    ['coordinates', '52.520008, 13.404954'],
    ['a hash', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
    ['a size', '1920x1080'],
    ['a VAT number', 'DE123456789'],
    ['a postcode and a town', '10115 Berlin'],
  ])('%s gives nothing: %s', (_, value) => expectNowhere(value))
})

describe('laws', () => {
  test('every span lies inside the text and no text makes it throw', () => {
    assert(
      property(string({ unit: 'binary' }), string({ unit: 'binary' }), (left, right) => {
        const raw = `${left}bob@example.com 4111 1111 1111 1111${right}`
        const view = canonicalView(raw)
        for (const match of detectPii(view)) {
          expect(match.start).toBeLessThan(match.end)
          expect(match.end).toBeLessThanOrEqual(view.text.length)
        }
      }),
    )
  })

  test.each(['@', 'a@', 'a.', '1', '1 ', '1-', '+', '+1', 'de89 ', 'de89', '(1)', '@a.'])(
    'two hundred thousand characters of `%s` end in an answer',
    (unit) => {
      const text = unit.repeat(Math.ceil(200_000 / unit.length))
      expect(detectPii(canonicalView(text)).length).toBeLessThanOrEqual(text.length / 4)
    },
  )
})
