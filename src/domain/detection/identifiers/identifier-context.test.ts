import { describe, expect, test } from 'vitest'
import { canonicalView } from '../canonical-view.ts'
import { kindsNamedIn } from './identifier-context.ts'
import { IDENTIFIER_KINDS } from './identifier-kinds.ts'

const names = (text: string): ReadonlySet<number> => kindsNamedIn(canonicalView(text).text)

describe('every phrase of the catalogue names its kind', () => {
  const PHRASES = IDENTIFIER_KINDS.flatMap(({ id, context }, kind) => context.map((phrase) => ({ id, kind, phrase })))

  test.each<[string, (phrase: string) => string]>([
    ['as it is written', (phrase) => `x ${phrase}: `],
    ['at the beginning of a sentence', (phrase) => `${phrase.charAt(0).toUpperCase()}${phrase.slice(1)} `],
    ['between words of a script that parts none', (phrase) => `我的${phrase}是`],
  ])('%s', (_, written) => {
    expect(PHRASES.filter(({ kind, phrase }) => !names(written(phrase)).has(kind))).toEqual([])
  })

  test('in capitals, but where a soft sign looks like a small letter between them', () => {
    const isSplit = (phrase: string): boolean => /ь(?=щ)/.test(phrase)
    expect(
      PHRASES.filter(({ kind, phrase }) => !isSplit(phrase) && !names(`${phrase.toUpperCase()} `).has(kind)),
    ).toEqual([])
  })
})
