import { assert, constantFrom, integer, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findPromptLeak, leakIndex } from '../prompt-leak.ts'
import { findShared, fingerprintIndex } from './fingerprints.ts'
import { lettersOf } from './letters.ts'

const guarded = (text: string, lettersMin: number) => ({
  codes: lettersOf(text).codes,
  reading: 'plain',
  source: 'prompt',
  lettersMin,
})
const letters = (max: number, of = 'abcdefghijklmnop') =>
  string({ unit: constantFrom(...of), minLength: 40, maxLength: max })

describe('winnowed fingerprints', () => {
  test.each(['abcdefghijklmnop', 'ab'])('find every shared run of the asked length, for texts over %s', (alphabet) => {
    assert(
      property(letters(300, alphabet), integer({ min: 0, max: 400 }), letters(80), (secret, place, around) => {
        const start = place % (secret.length - 31)
        const index = fingerprintIndex([guarded(secret, 32)], 16)
        const text = `zzz${around.toUpperCase()}zz${secret.slice(start, start + 32)}zz${around}`
        const found = findShared(lettersOf(text).codes, index)
        expect(found.some(({ first, last }) => last - first >= 31)).toBe(true)
      }),
    )
  })

  test('find it wherever it stands in a long text', () => {
    const secret = 'thequickbrownfoxjumpsoverthelazydogs'
    const index = fingerprintIndex([guarded(secret, 32)], 16)
    assert(
      property(integer({ min: 0, max: 6_000 }), integer({ min: 0, max: 6_000 }), (before, behind) => {
        const codes = lettersOf(`${'x'.repeat(before)}${secret}${'y'.repeat(behind)}`).codes
        expect(findShared(codes, index)).toMatchObject([{ first: before, last: before + secret.length - 1 }])
      }),
    )
  })

  test('find nothing that is not shared: every match is a part of the guarded text of the asked length', () => {
    assert(
      property(letters(200, 'abc'), letters(200, 'abc'), (secret, text) => {
        for (const { first, last } of findShared(lettersOf(text).codes, fingerprintIndex([guarded(secret, 20)], 8))) {
          expect(secret).toContain(text.slice(first, last + 1))
          expect(last - first + 1).toBeGreaterThanOrEqual(20)
        }
      }),
    )
  })

  test('keep about two in `window + 1` of the grams', () => {
    const text = Array.from({ length: 4_000 }, (_, index) =>
      ((index * index * 7 + index * 131) % 1_296).toString(36),
    ).join('')
    const { places } = fingerprintIndex([guarded(text, 32)], 16)
    const kept = [...places.values()].reduce((sum, list) => sum + list.length / 2, 0)
    expect(kept / lettersOf(text).codes.length).toBeLessThan(0.2)
  })

  test('a text made of one repeated gram ends in bounded matches', () => {
    const index = fingerprintIndex([guarded('ab'.repeat(5_000), 32)], 16)
    expect(findShared(lettersOf('ab'.repeat(50_000)).codes, index).length).toBeLessThanOrEqual(64)
    expect(findShared(lettersOf('aab'.repeat(50_000)).codes, index)).toEqual([])
  })
})

describe('a secret given to the index', () => {
  const SECRET = 'kq7-Zt9w.Lm3xB5vR8nC2'
  const index = leakIndex(['Be kind.'], [SECRET, 'short'])
  test.each([
    ['plain', SECRET],
    ['in lower case', SECRET.toLowerCase()],
    ['spelled', Array.from(SECRET).join(' ')],
    ['backwards', Array.from(SECRET).reverse().join('')],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['in hex', Buffer.from(SECRET).toString('hex')],
  ])('%s is found', (_, written) => {
    expect(findPromptLeak(`Use ${written} now`, index)).toMatchObject([{ source: 'secret' }])
  })

  test.each(['Use kq7-Zt9w now', 'short', 'kq7 and Lm3xB5vR8nC2'])('%s is not', (text) => {
    expect(findPromptLeak(text, index)).toEqual([])
  })
})

describe('two leaks in one text', () => {
  const prompt = 'Never promise a refund above 25 EUR. Internal margin code: falcon-seventeen.'
  const index = leakIndex([prompt])
  test('are both named when one is plain and one encoded', () => {
    const raw = `A: ${prompt} B: ${Buffer.from(prompt).toString('base64')} C`
    expect(findPromptLeak(raw, index).map(({ reading }) => reading)).toEqual(['plain', 'base64'])
  })

  test('are two spans when other text stands between', () => {
    const raw = `${prompt} and, quite another thing, ${prompt}`
    expect(findPromptLeak(raw, index)).toHaveLength(2)
  })
})
