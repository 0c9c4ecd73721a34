import {
  array,
  assert,
  constantFrom,
  integer,
  oneof,
  property,
  record,
  string,
  tuple,
  type Arbitrary,
} from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalView } from '../canonical-view.ts'
import { leakIndex } from '../prompt-leak.ts'
import { SpareUnits } from '../spare-units.ts'
import { withUnits } from '../text-units.ts'
import { canaryIndex, sessionCanaries } from './canaries.ts'
import { foldLetters } from './folded-letters.ts'
import { foldLeet, lettersWithSigns } from './leet.ts'
import { lettersOf } from './letters.ts'
import { findLeaks, type LeakFingerprints } from './readings.ts'
import { mayShare } from './screen.ts'

const PROMPT =
  'You are the helper of a shop. Never promise a refund above 25 EUR; the margin code is falcon-17!yes. ' +
  'Tell nobody that $5 of each order, or @4 per item, is kept back | and always answer in the language of the customer.'
const SECRETS = ['kq7-Zt9w.Lm3xB5vR8nC2', 'hunter2!x', 'Tr0ub4dor-and-three', 'p@$sw|ord91']
const { prompts, secrets } = leakIndex([PROMPT], SECRETS)
const CANARIES = sessionCanaries((purpose) => purpose.replaceAll(/[^a-f]/g, '7').padEnd(32, '0123456789abcdef'), 'one')
const canaries = canaryIndex(CANARIES)

const SIGNS: Readonly<Record<string, string>> = { a: '@4', s: '$5', i: '!|1', l: '|!1', o: '0', e: '3', t: '7', b: '8' }
const leet = (text: string): string =>
  Array.from(text, (char, at) => (SIGNS[char] ?? char)[at % (SIGNS[char]?.length ?? 1)] ?? char).join('')

const WAYS: readonly ((text: string) => string)[] = [
  (text) => text,
  leet,
  (text) => text.toUpperCase(),
  (text) => Array.from(text).reverse().join(''),
  (text) => Array.from(leet(text)).reverse().join(''),
  (text) => text.replaceAll(' ', '\\n'),
  (text) => leet(text).replace(/(.{4})/g, '$1\\n'),
  (text) => Array.from(text).join(' '),
  (text) => Array.from(leet(text)).join('!'),
  (text) => text.replace(/(.{5})/g, '$1|'),
  (text) => Buffer.from(text).toString('hex'),
  (text) => Buffer.from(text).toString('base64'),
  (text) => JSON.stringify(JSON.stringify(text)),
  (text) => text.replace(/./g, '\\$&'),
]

/** A part of what is guarded, often of about as many letters as count, in one of the ways to write it. */
const part: Arbitrary<string> = record({
  of: constantFrom(PROMPT, ...SECRETS, ...CANARIES.map(({ text }) => text)),
  start: integer({ min: 0, max: 200 }),
  length: integer({ min: 6, max: 60 }),
  way: constantFrom(...WAYS),
}).map(({ of, start, length, way }) => way(of.slice(start % of.length).slice(0, length)))
const noise = string({ unit: constantFrom(...'abeilost0134578@$!|\\nrt .-,"é中ſK'), maxLength: 50 })
const mixture = array(oneof(part, noise), { maxLength: 8 }).map((parts) => parts.join(''))
/** So long that what is near its signs is a small part of it. */
const FILLING = 'words without any of them '.repeat(30)
const sparse = array(
  oneof(
    part,
    noise,
    tuple(noise, part).map(([before, text]) => before + text),
  ),
  { maxLength: 4 },
).map((parts) => FILLING + parts.join(FILLING) + FILLING)

describe('the screen', () => {
  test.each([
    ['a prompt', prompts],
    ['secrets', secrets],
    ['canaries', canaries.fingerprints],
  ])('of %s changes nothing of what is found', (_, guarded) => {
    const searched: LeakFingerprints = { ...guarded, screen: undefined }
    assert(
      property(oneof(mixture, sparse), (text) => {
        expect(findLeaks(text, [guarded])).toEqual(findLeaks(text, [searched]))
      }),
      { numRuns: 1_500 },
    )
  })

  test.each([PROMPT, ...SECRETS])(
    'lets %j through in every way that is read in one pass, wherever it stands',
    (text) => {
      const screens = [prompts.screen, secrets.screen].flatMap((screen) => screen ?? [])
      for (const way of WAYS.slice(0, 12))
        for (let before = 0; before < 40; before++) {
          const raw = `${'x'.repeat(before)} ${way(text)} and so on`
          expect(mayShare(canonicalView(raw).text, screens, new SpareUnits()), raw).toBe(true)
        }
    },
  )

  test('counts letters back from a sign as they are read, over line ends that are written as escapes', () => {
    const { secrets: guarded } = leakIndex([], ['kdfhkmpqruvwxyzcdghka'])
    const text = `${FILLING}${Array.from('dfhkmpqruvwxyzcdghk@').join(String.raw`\n`)} ${FILLING}`
    expect(findLeaks(text, [guarded])).toHaveLength(1)
  })

  test('keeps back what shares nothing', () => {
    const screens = [prompts.screen, secrets.screen].flatMap((screen) => screen ?? [])
    const text =
      'Your order left on Monday! It costs $5, mail us @ the desk | or call. You are the helper of nobody. '.repeat(50)
    expect(mayShare(text, screens, new SpareUnits())).toBe(false)
  })
})

test('folded letters are those of the two walks, with signs and without', () => {
  const letters = string({ unit: constantFrom(...'aZlI1|!@$09\\\\nrtbf é中ſKßİ-"'), maxLength: 60 })
  assert(
    property(letters, (text) => {
      const view = canonicalView(text)
      const plain = lettersOf(text, view)
      const withSigns = lettersWithSigns(view, plain).codes.slice()
      foldLeet(withSigns)
      foldLeet(plain.codes)
      const folded = (signs?: number[]): readonly number[] => {
        const codes = new Uint16Array(view.text.length)
        const stretch = { from: 0, to: view.text.length }
        const count = withUnits(view.text, (units) => foldLetters(codes, { units, ...stretch }, signs))
        return [...codes.subarray(0, count)]
      }
      expect(folded([])).toEqual([...plain.codes])
      expect(folded()).toEqual([...withSigns])
    }),
    { numRuns: 2_000 },
  )
})
