import { join } from 'node:path'
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { assert, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findCitations } from './citations.ts'
import { groundClaims } from './ground-claims.ts'
import { splitSentences } from './sentences.ts'
import { normalNumber, termsOf } from './terms.ts'

const sentences = (text: string): readonly string[] =>
  splitSentences(text).map(({ start, end }) => text.slice(start, end))

describe('sentences', () => {
  test.each([
    ['One. Two! Three?', ['One.', 'Two!', 'Three?']],
    ['Dr. Lima paid 3.50 EUR. Fine.', ['Dr. Lima paid 3.50 EUR.', 'Fine.']],
    ['J. Doe, e.g. here, stays. Next', ['J. Doe, e.g. here, stays.', 'Next']],
    ['Said “so.” Then left.', ['Said “so.”', 'Then left.']],
    ['A fact.[1] Another. [2] Third', ['A fact.[1]', 'Another. [2]', 'Third']],
    ['Line one\nLine two', ['Line one', 'Line two']],
    ['これは文です。次の文。', ['これは文です。', '次の文。']],
    ['1. First item\n2. Second item', ['1. First item', '2. Second item']],
    ['See example.com for v1.2.3 now', ['See example.com for v1.2.3 now']],
    ['', []],
  ])('%s', (text, expected) => expect(sentences(text)).toEqual(expected))

  test('of any text stand in order, apart, and hold every character that is not white space', () => {
    assert(
      property(string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        let last = 0
        let kept = ''
        for (const { start, end } of splitSentences(text)) {
          expect(start).toBeGreaterThanOrEqual(last)
          expect(end).toBeGreaterThan(start)
          kept += text.slice(start, end)
          last = end
        }
        const visible = (of: string): string =>
          Array.from(of)
            .filter((char) => (char.codePointAt(0) ?? 0) > 32)
            .join('')
        expect(visible(kept)).toBe(visible(text))
      }),
    )
  })

  test.each(['.', 'a.', '[', '. [1]', '\n', 'A. '])('half a million characters of `%s` end in an answer', (unit) => {
    expect(splitSentences(unit.repeat(500_000 / unit.length)).length).toBeLessThanOrEqual(5_000)
  })
})

describe('terms', () => {
  test.each([
    ['1,250.50', '1250.5'],
    ['1.250,50', '1250.5'],
    ['1,000', '1000'],
    ['1.000.000', '1000000'],
    ['3.14', '3.14'],
    ['0.125', '0.125'],
    ['2024', '2024'],
    ['25.', '25'],
    ['7.00', '7'],
  ])('the number %s is %s', (written, normal) => expect(normalNumber(written)).toBe(normal))

  test('join forms of a word, keep names, numbers and negation', () => {
    expect(termsOf('refunded').words).toEqual(termsOf('refunds').words)
    expect(termsOf('Bestellungen').words).toEqual(termsOf('Bestellung').words)
    expect(termsOf('The order of Ana Lima never had 3 items')).toMatchObject({
      names: ['ana', 'lima'],
      numbers: ['3'],
      isNegated: true,
    })
  })
})

describe('citations', () => {
  const known = new Set(['1', '2', 'doc-3', 'refund policy'])
  test.each([
    ['a fact [1].', ['1']],
    ['a fact [1, 2]', ['1', '2']],
    ['a fact [1-3]', ['1', '2', '3']],
    ['a fact [^2]', ['2']],
    ['a fact 【7】', ['7']],
    ['a fact (doc-3)', ['doc-3']],
    ['a fact (doc-9)', ['doc-9']],
    ['a fact [refund policy]', ['refund policy']],
    ['a fact [kb:12]', ['kb:12']],
    ['(as said before) and (2024)', []],
    ['[a link](https://example.com)', []],
    ['an array[i] and [x]', []],
    ['[9-1] and [1-9999]', []],
  ])('%s', (text, ids) => expect(findCitations(text, known).map(({ id }) => id)).toEqual(ids))
})

describe('claims', () => {
  const passages = [
    {
      id: '1',
      text: 'Northwind refunds orders within 14 days. The refund is paid to the card of the order. Shipping costs 4.90 EUR.',
    },
    { id: '2', text: 'The warehouse in Porto opened in 2019. It is not open on Sundays. Ana Lima manages it.' },
  ]
  const verdicts = (answer: string, options = {}) =>
    groundClaims(answer, passages, options).map(({ verdict }) => verdict)
  test.each([
    ['what a passage says', 'Orders are refunded within 14 days [1].', 'supported'],
    ['the same without a citation', 'Northwind pays the refund to the card of the order.', 'supported'],
    ['a number in another spelling', 'Shipping costs 4,90 EUR [1].', 'supported'],
    ['another number', 'Orders are refunded within 30 days [1].', 'contradicted-number'],
    ['a year that no passage has', 'The warehouse in Porto opened in 2021 [2].', 'contradicted-number'],
    ['something else', 'Customers receive free chocolate vouchers every Christmas [1].', 'unsupported'],
    ['a passage that does not say it', 'Ana Lima manages the warehouse in Porto [1].', 'unsupported'],
    ['a passage that there is not', 'Orders are refunded within 14 days [7].', 'unsupported'],
  ])('%s: %s', (_, answer, verdict) => expect(verdicts(answer)).toEqual([verdict]))

  test('name what is missing and where', () => {
    const answer = 'Hello! The warehouse in Lisbon opened in 2021 [2], says Bob [9].'
    const [claim, ...more] = groundClaims(answer, passages)
    expect(more).toEqual([])
    expect(claim).toMatchObject({
      citations: ['2', '9'],
      unknownCitations: ['9'],
      missingNumbers: ['2021'],
      missingNames: ['lisbon', 'bob'],
    })
    expect(answer.slice(claim!.start, claim!.end)).toMatch(/^The warehouse/)
  })

  test('see a negation that the passage has and the claim has not', () => {
    const [claim] = groundClaims('The warehouse is open on Sundays.', [
      { id: '1', text: 'The warehouse is not open on Sundays.' },
    ])
    expect(claim!.negationDiffers).toBe(true)
  })

  test('without a citation are uncited where citations are asked for', () => {
    expect(verdicts('Orders are refunded within 14 days.', { requireCitations: true })).toEqual(['uncited'])
  })

  test('without any passage are unsupported; small talk is no claim', () => {
    expect(groundClaims('Orders are refunded within 14 days.', [])[0]!.verdict).toBe('unsupported')
    expect(groundClaims('Hi there! You are welcome.', [])).toEqual([])
  })

  test('a sentence of a passage is always supported by it, whatever the passage', () => {
    assert(
      property(string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        for (const { verdict, score, negationDiffers } of groundClaims(text, [{ id: 'x', text }])) {
          expect(score).toBeLessThanOrEqual(1)
          if (verdict === 'unsupported') expect(negationDiffers || score < 0.3).toBe(true)
        }
        expect(
          groundClaims('Ana paid 25 EUR for two blue chairs.', [
            { id: 'x', text: `${text}\nAna paid 25 EUR for two blue chairs.` },
          ])[0],
        ).toMatchObject({ verdict: 'supported' })
      }),
    )
  })
})

test('a long answer over long passages ends in bounded claims', () => {
  const sentence = (at: number): string =>
    `The order number ${at} was shipped from the warehouse in Porto to the customer. `
  const text = Array.from({ length: 4_000 }, (_, at) => sentence(at)).join('')
  const claims = groundClaims(
    text,
    Array.from({ length: 5 }, (_, at) => ({ id: String(at), text })),
  )
  expect(claims).toHaveLength(500)
  expect(claims[0]).toMatchObject({ verdict: 'supported', score: 1 })
})

const DATA = join(
  import.meta.dirname,
  '..',
  '..',
  '..',
  '..',
  '..',
  'shared',
  'datasets',
  'dev',
  'groundedness.jsonl.gz',
)
test.skipIf(!existsSync(DATA))(
  'tells expert-judged claims apart better than chance (skipped where the data set is absent)',
  () => {
    const rows = gunzipSync(readFileSync(DATA))
      .toString()
      .trim()
      .split('\n')
      .map((line): { readonly label: 0 | 1 | null; readonly text: string; readonly context: string } =>
        JSON.parse(line),
      )
    const scores: [number[], number[]] = [[], []]
    for (const { label, text, context } of rows) {
      const claims = groundClaims(text.replace(/\[[^\]]*\]/g, ''), [{ id: '1', text: context }])
      if (label !== null && claims.length > 0) scores[label].push(Math.min(...claims.map(({ score }) => score)))
    }
    const [grounded, ungrounded] = scores
    let wins = 0
    for (const low of ungrounded) for (const high of grounded) wins += low < high ? 1 : low === high ? 0.5 : 0
    expect(grounded.length).toBeGreaterThan(1_000)
    expect(wins / (grounded.length * ungrounded.length)).toBeGreaterThan(0.57)
  },
)
