import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SOFT_DETECTORS, detectFormats } from './detect-formats.ts'

interface Entry {
  readonly id: string
  readonly title: string
  readonly guarantee: 'exact' | 'detector'
  readonly passRate: number
  /** `#` a digit, `@` a letter, `h` a hexadecimal digit; drawn at random. */
  readonly shape: string
  readonly valid: readonly string[]
  readonly invalid: readonly string[]
  readonly source: string
}

const CATALOG: readonly Entry[] = readFileSync(
  join(import.meta.dirname, '../../../../catalog/detection/formats.jsonl'),
  'utf8',
)
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Entry)

const found = (id: string, text: string): readonly string[] =>
  detectFormats(text)
    .filter(({ detector }) => detector === id)
    .map(({ start, end }) => text.slice(start, end))

describe('the catalogue', () => {
  test('has an entry of its own for each kind, with four examples on both sides', () => {
    expect(new Set(CATALOG.map(({ id }) => id)).size).toBe(CATALOG.length)
    for (const { id, valid, invalid, guarantee, source } of CATALOG) {
      expect(valid.length, id).toBeGreaterThanOrEqual(4)
      expect(invalid.length, id).toBeGreaterThanOrEqual(4)
      expect(guarantee, id).toBe(SOFT_DETECTORS.has(id) ? 'detector' : 'exact')
      expect(source, id).not.toBe('')
    }
    for (const id of SOFT_DETECTORS) expect(CATALOG.map((entry) => entry.id)).toContain(id)
  })

  test.each(CATALOG.flatMap(({ id, valid }) => valid.map((value) => [id, value] as const)))(
    '%s is found in: %s',
    (id, value) => expect(found(id, value).length).toBeGreaterThan(0),
  )

  test.each(CATALOG.flatMap(({ id, invalid }) => invalid.map((value) => [id, value] as const)))(
    '%s is not found in: %s',
    (id, value) => expect(found(id, value)).toEqual([]),
  )

  test.each(CATALOG.map((entry) => [entry.id, entry] as const))(
    '%s passes no more random values of its shape than the catalogue states (seed 20261121, 50,000 draws)',
    (id, { shape, passRate }) => {
      const draws = 50_000
      const next = generator(20_261_121)
      let passed = 0
      for (let draw = 0; draw < draws; draw++) if (found(id, fill(shape, next)).length > 0) passed += 1
      expect(passed / draws).toBeLessThanOrEqual(passRate)
    },
  )
})

/** Park and Miller's minimal standard generator: the same draws everywhere. */
function generator(seed: number): (bound: number) => number {
  let state = seed
  return (bound) => {
    state = (state * 48_271) % 2_147_483_647
    return state % bound
  }
}

function fill(shape: string, next: (bound: number) => number): string {
  let text = ''
  for (const char of shape) {
    if (char === '#') text += String(next(10))
    else if (char === '@') text += String.fromCharCode(65 + next(26))
    else if (char === 'h') text += '0123456789abcdefABCDEF'.charAt(next(22))
    else text += char
  }
  return text
}

describe('spans', () => {
  test.each([
    ['pii/phone', 'Call +1 (415) 555-2671 today', '+1 (415) 555-2671'],
    ['pii/phone', 'Call (415) 555-2671 ext. 12, please', '(415) 555-2671 ext. 12'],
    ['pii/card', 'Card 4111 1111 1111 1111 12/27', '4111 1111 1111 1111'],
    ['pii/iban', 'IBAN DE89 3704 0044 0532 0130 00.', 'DE89 3704 0044 0532 0130 00'],
    ['pii/ip', 'Gateway: fe80::1%eth0 on interface', 'fe80::1%eth0'],
    ['pii/address', 'I live at 123 Main St, Springfield, IL 62704 now', '123 Main St, Springfield, IL 62704'],
    ['pii/person', 'I met Carlos García López yesterday', 'Carlos García López'],
    ['pii/email', 'mail bob@example.com.', 'bob@example.com'],
  ])('%s of `%s` is `%s`', (id, text, span) => expect(found(id, text)).toEqual([span]))

  test('a card is no phone number, whatever words stand beside it', () => {
    expect(found('pii/phone', 'call about 4111 1111 1111 1111')).toEqual([])
  })

  test('addresses that name no line score less than public ones', () => {
    const score = (text: string): number => detectFormats(text)[0]?.score ?? 0
    expect(score('127.0.0.1')).toBeLessThan(score('192.168.0.1'))
    expect(score('192.168.0.1')).toBeLessThan(score('106.31.73.20'))
  })

  test('soft kinds stay between 0.5 and 0.8', () => {
    for (const { id, valid } of CATALOG.filter((entry) => SOFT_DETECTORS.has(entry.id)))
      for (const value of valid)
        for (const match of detectFormats(value).filter(({ detector }) => detector === id)) {
          expect(match.score).toBeGreaterThanOrEqual(0.5)
          expect(match.score).toBeLessThanOrEqual(0.8)
        }
  })
})

const PIECES = CATALOG.flatMap(({ valid, invalid }) => [...valid, ...invalid])
const SMALL = '\u0000 \ud800 \udc00 İ @.:<>()+-/0123456789abcdefxABZ\n'

function expectLawful(text: string): void {
  const matches = detectFormats(text)
  const ends = new Map<string, number>()
  let last = 0
  for (const { detector, start, end, score } of matches) {
    expect(start).toBeGreaterThanOrEqual(last)
    expect(start).toBeLessThan(end)
    expect(end).toBeLessThanOrEqual(text.length)
    expect(start, detector).toBeGreaterThanOrEqual(ends.get(detector) ?? 0)
    expect(score).toBeGreaterThan(0)
    expect(score).toBeLessThanOrEqual(1)
    ends.set(detector, end)
    last = start
  }
}

describe('laws', () => {
  test('spans lie inside the text, sorted, without overlap within a kind, on any string', () => {
    assert(property(string({ unit: 'binary', maxLength: 200 }), expectLawful), { numRuns: 500 })
    assert(
      property(string({ unit: 'grapheme', maxLength: 80 }), (noise) => {
        for (const piece of PIECES.slice(noise.length % 7, 40)) expectLawful(`${noise}${piece}${noise}`)
      }),
      { numRuns: 20 },
    )
  })

  test('spans lie inside the text on strings of the characters that formats are made of', () => {
    const next = generator(7)
    for (let round = 0; round < 3_000; round++) {
      let text = ''
      for (let unit = 0; unit < 80; unit++) text += SMALL.charAt(next(SMALL.length))
      expectLawful(text)
    }
  })

  test('the valid examples survive neighbours on both sides', () => {
    for (const { id, valid } of CATALOG.filter(({ guarantee }) => guarantee === 'exact'))
      for (const value of valid.filter((text) => text !== '::'))
        expect(found(id, `See:\n${value}\n\nEnd`).length, value).toBeGreaterThan(0)
  })

  // Growth is measured by tools/measure-formats.ts; here a search without a bound would run into the time limit.
  test.each([
    '@',
    'a@a.',
    'dot com ',
    'a (at) b ',
    '1 ',
    '123-',
    '+1 ',
    '(1) ',
    '1.1.',
    ':',
    'a:',
    'DE89 ',
    '4111 1111 1111 1111 ',
    'A<<',
    '0xaB',
    'bc1q',
    '1A',
    'swift: abcd',
    'Maria ',
    'Maria de ',
    'Mr. ',
    'my name is A',
    'Apt. 1 ',
    'Suite 12, ',
    '12 Main ',
    '5 rue A ',
    'lives at 5 A ',
    'born 1/1/1990 ',
    'zip 12345 ',
    'A1 1AA ',
    '\u00c9 ',
    '\ud800',
    '\u0130',
    '00:',
    '1a2b.',
  ])('32 KB of `%s` end in lawful spans', (unit) => expectLawful(unit.repeat(Math.ceil(32_768 / unit.length))))
})

describe('what stands beside a number', () => {
  const CARD = '4111111111111111'
  const IBAN = 'DE89370400440532013000'

  test.each([
    [`_${CARD}_`, 'pii/card', [CARD]],
    [`card_${CARD}.pdf`, 'pii/card', [CARD]],
    [`cards/${CARD}/charge`, 'pii/card', [CARD]],
    [`card-${CARD}`, 'pii/card', [CARD]],
    ['4111  1111  1111  1111', 'pii/card', ['4111  1111  1111  1111']],
    // Joined to what says nothing of cards.
    [`NW-${CARD}`, 'pii/card', []],
    [`/orders/${CARD}`, 'pii/card', []],
    [`${CARD}_2024`, 'pii/card', []],
    ['4111  1111 1111 1111', 'pii/card', []],
    ['4222222222222', 'pii/card', ['4222222222222']],
    ['EAN 4222222222222 in stock', 'pii/card', []],
    ['{"gtin13":4222222222222}', 'pii/card', []],
    [`_${IBAN}_`, 'pii/iban', [IBAN]],
    [`scan_${IBAN}_v2.pdf`, 'pii/iban', [IBAN]],
    [`x${IBAN}`, 'pii/iban', []],
    ['_+49 151 23456789_', 'pii/phone', ['+49 151 23456789']],
    ['id_+49 151 23456789', 'pii/phone', []],
    ['Your order number 18005551234 has shipped', 'pii/phone', []],
    ['To order, call 18005551234', 'pii/phone', ['18005551234']],
    ['Tel_Aviv start 5778204', 'pii/phone', []],
    ['_192.168.13.1_', 'pii/ip', ['192.168.13.1']],
  ])('%s: %s %j', (text, id, values) => expect(found(id, text)).toEqual(values))
})
