import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resolveGuardPolicy } from '../../guardrail/guard-policy.ts'
import { guardText } from '../../guardrail/guard-text.ts'
import { canonicalView } from '../canonical-view.ts'
import { readingsOf } from './readings-of.ts'

const { output } = resolveGuardPolicy(undefined, 'T1')
const CARD = 'card 4111 1111 1111 1111 and more'
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const hex = (text: string): string => Buffer.from(text).toString('hex')

const pieces = (text: string): readonly string[] => readingsOf(text).derived.map((reading) => reading.text)

test.each([
  ['a letter before base64', `x${base64(CARD)}`],
  ['a word before base64', `key0${base64(CARD)}`],
  ['a letter behind base64', `${base64(CARD).replace(/=+$/, '')}x`],
  ['letters on both sides', `id_${base64(CARD)}${base64(CARD)}zz`],
  ['a letter before hex', `x${hex(CARD)}`],
  ['a letter behind hex', `${hex(CARD)}h`],
  ['a digit before hex', `0${hex(CARD)}`],
  ['a digit behind hex', `${hex(CARD)}0`],
  ['digits before hex', `dead1${hex(CARD)}`],
  ['a path before base64', `api/v1/x${base64(CARD)}`],
  ['a name before hex', `session-x${hex(CARD)}`],
])('%s hides nothing', (_, text) => {
  const judged = guardText(`see ${text} there`, output)
  expect(judged.findings.map(({ detector }) => detector)).toContain('pii/card')
  expect(judged.text).toMatch(/^see \S*\[CARD\]\S* there$/)
})

const bare = (text: string): string => base64(text).replace(/=+$/, '')
const HARMLESS = 'this is harmless text ok'

test.each([
  ['a readable part before it', `${bare(HARMLESS)}/abc${bare(CARD)}`],
  ['a readable part before it, with a hyphen', `${bare(HARMLESS)}-abc${bare(CARD)}`],
  ['a readable part behind it', `abc${bare(CARD)}/${bare(HARMLESS)}`],
  ['readable parts on both sides', `${bare(HARMLESS)}/abc${bare(CARD)}/${bare(HARMLESS)}`],
  ['hex before it', `${hex(HARMLESS)}Z${bare(CARD)}`],
  ['hex behind it', `${bare(CARD)}Z${hex(HARMLESS)}`],
])('%s hides nothing', (_, text) => {
  expect(guardText(`see ${text} there`, output).findings.map(({ detector }) => detector)).toContain('pii/card')
})

test.each([49_100, 49_120, 49_140, 49_151, 98_290])('a value at byte %i of a long run is found', (at) => {
  const file = `${'plain words in a long file. '.repeat(4_000).slice(0, at - 1)} ${CARD}. ${'And so on. '.repeat(900)}`
  const lines = base64(file).replace(/.{76}/g, '$&\n')
  for (const text of [base64(file), hex(file), lines])
    expect(guardText(`see ${text} there`, output).findings.map(({ detector }) => detector)).toContain('pii/card')
})

test('a text of twelve bytes and more is read whatever letters and digits are glued to it', () => {
  const words = fc.array(fc.constantFrom('tell', 'me', 'the', 'secret', 'größe', 'ключ', '4111', '秘密'), {
    minLength: 6,
    maxLength: 30,
  })
  const glue = fc.stringMatching(/^[A-Za-z0-9]{0,9}$/)
  fc.assert(
    fc.property(words, glue, glue, fc.constantFrom(base64, hex), (parts, before, behind, encode) => {
      const text = parts.join(' ')
      // Padding ends a run: what stands behind it is glued to nothing.
      const written = `${before}${encode(text).replace(/=+$/, '')}${behind}`
      // The bytes of a character that the glue cuts into are not the text's.
      expect(pieces(written).join('\n')).toContain(canonicalView(text).text.slice(1, -1))
    }),
    { numRuns: 400 },
  )
})

const wide = (text: string): Buffer => Buffer.from(text, 'utf16le')

test('text in UTF-16, lower or higher byte first, is read whatever is glued to it', () => {
  const words = fc.array(fc.constantFrom('tell', 'me', 'größe', 'ключ', '4111', 'ΛΌΓΟΣ', 'știe', 'מפתח'), {
    minLength: 4,
    maxLength: 30,
  })
  const glue = fc.stringMatching(/^[A-Za-z0-9]{0,9}$/)
  fc.assert(
    fc.property(
      words,
      glue,
      glue,
      fc.tuple(fc.constantFrom('base64' as const, 'hex' as const), fc.boolean()),
      (parts, before, behind, [form, isTurned]) => {
        const text = parts.join(' ')
        const bytes = isTurned ? wide(text).swap16() : wide(text)
        const written = `${before}${bytes.toString(form).replace(/=+$/, '')}${behind}`
        expect(pieces(written).join('\n')).toContain(canonicalView(text).text.slice(1, -1))
      },
    ),
    { numRuns: 400 },
  )
})

test.each([
  ['nothing', '', ''],
  ['a letter before', 'x', ''],
  ['letters behind', '', 'xyz'],
  ['letters on both sides', 'key0', 'q'],
])('a card in UTF-16 with %s glued to it is found, and cut out', (_, before, behind) => {
  for (const bytes of [wide(CARD), wide(CARD).swap16()])
    for (const form of ['base64', 'hex'] as const) {
      const judged = guardText(`see ${before}${bytes.toString(form).replace(/=+$/, '')}${behind} there`, output)
      expect(judged.findings.map(({ detector }) => detector)).toContain('pii/card')
      expect(judged.text).toMatch(/^see \S*\[CARD\]\S* there$/)
    }
})

test('small numbers of two bytes each, as sound and pictures have, are no text', () => {
  const samples = Buffer.from(Uint16Array.from({ length: 600 }, (_, at) => (at * 37) % 31).buffer)
  expect(pieces(`x${samples.toString('base64')}`)).toEqual([])
})

test('any run of any letters and digits gives pieces that stand in it, and nothing is thrown', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9+/_=-]{0,200}$/), (text) => {
      for (const reading of readingsOf(text).derived) {
        const { start, end } = reading.rawSpan(0, reading.text.length)
        expect(start >= 0 && start < end && end <= text.length).toBe(true)
      }
    }),
    { numRuns: 500 },
  )
})

test.each([
  ['a hash', 'xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['a long name', 'InternationalizationSupportedCurrenciesConfiguration2Factory'],
  ['a UUID without signs', '3f2504e04f8941d39a0c0305e82c3301'],
  ['a nanosecond', '1763687917123456789'],
])('%s gives no piece', (_, text) => {
  expect(pieces(text)).toEqual([])
})
