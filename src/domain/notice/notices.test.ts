import { assert, array, constantFrom, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { disclosureOf, noticeGaps, noticeOf, NOTICES_OWED, type Notices } from './notices.ts'
import { acceptedLanguages, preferredLanguage } from './preferred-language.ts'

const NOTICES: Notices = {
  default: 'en',
  languages: {
    en: { version: '2', disclosure: 'An AI answers.', refusal: 'No.', escalation: 'Call 1.', outage: 'Later.' },
    'de-AT': {
      version: '1',
      disclosure: 'Eine KI antwortet.',
      refusal: 'Nein.',
      escalation: 'Rufen Sie 1.',
      outage: 'Später.',
    },
  },
}

test.each([
  ['refusal', 'en', 'T1', 'No. Call 1.'],
  ['refusal', 'en', 'T2', 'No. Call 1.'],
  ['refusal', 'en', 'T3', 'No.'],
  ['outage', 'de-AT', 'T1', 'Später. Rufen Sie 1.'],
  ['disclosure', 'en', 'T1', 'An AI answers.'],
  ['escalation', 'en', 'T3', 'Call 1.'],
] as const)('%s in %s of a %s system is `%s`', (kind, language, tier, text) =>
  expect(noticeOf(NOTICES, kind, language, tier)).toMatchObject({ kind, language, text }),
)

test('a language without texts gets those of the default, under its own name and version', () =>
  expect(noticeOf(NOTICES, 'refusal', 'fr', 'T3')).toEqual({
    kind: 'refusal',
    language: 'en',
    version: '2',
    text: 'No.',
  }))

test.each([
  ['T1', 'first-answer'],
  ['T2', 'header'],
  ['T3', 'header'],
] as const)('the disclosure of a %s system is in the %s', (tier, where) => {
  expect(disclosureOf(NOTICES, tier)).toBe(where)
  expect(disclosureOf({ ...NOTICES, disclose: 'every-answer' }, tier)).toBe('every-answer')
})

describe('gaps', () => {
  test('are none where all is said', () => expect(noticeGaps(NOTICES, 'T1')).toEqual([]))
  test('are the whole section where there is none, but for T3', () => {
    expect(noticeGaps(undefined, 'T1')).toHaveLength(1)
    expect(noticeGaps(undefined, 'T3')).toEqual([])
  })
  test.each(NOTICES_OWED.T1)('are a missing %s in any language', (kind) => {
    const { en, ...rest } = NOTICES.languages
    const gaps = noticeGaps({ ...NOTICES, languages: { ...rest, en: { ...en!, [kind]: undefined } } }, 'T1')
    expect(gaps).toEqual([{ path: ['notices', 'languages', 'en'], why: `language \`en\` has no ${kind}` }])
  })
  test('are a default that has no texts', () =>
    expect(noticeGaps({ ...NOTICES, default: 'fr' }, 'T2')).toMatchObject([{ path: ['notices', 'default'] }]))
})

describe('a language', () => {
  test.each([
    ['de-AT,de;q=0.9,en;q=0.8', ['de-AT', 'de', 'en']],
    ['en;q=0.2, fr;q=0.9', ['fr', 'en']],
    ['*;q=0.5, es', ['es']],
    ['de;q=0, en', ['en']],
    ['<script>, en;q=2, ;;;, de', ['de']],
    ['', []],
  ])('of `%s` is wanted in this order', (header, languages) => expect(acceptedLanguages(header)).toEqual(languages))

  test.each([
    [['de-CH'], 'de-AT'],
    [['de-AT'], 'de-AT'],
    [['en-GB'], 'en'],
    [['fr', 'en'], 'en'],
    [['fr'], 'en'],
    [[], 'en'],
  ])('of those who want %j is %s', (wanted, language) =>
    expect(preferredLanguage(wanted, ['en', 'de-AT'], 'en')).toBe(language),
  )

  test('is always one that is there, whatever a client sends', () =>
    assert(
      property(string(), array(constantFrom('de', 'en', 'fr', 'pt-BR')), (header, available) =>
        [...available, 'xx'].includes(preferredLanguage(acceptedLanguages(header), available, 'xx')),
      ),
    ))
})
