import { assert, constantFrom, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bare, decodeForm, writeForm } from './decode-form.ts'
import { EXACT_OBFUSCATIONS, LOSSY_OBFUSCATIONS } from './obfuscations.ts'

const SENTENCE = 'Meet me at the old mill'
const NUMBER = '4111111111111111'
const EXACT_IDS = EXACT_OBFUSCATIONS.map(({ id }) => id)

describe('the way back', () => {
  test.each(EXACT_IDS)('gives the very text that was written: %s', (form) => {
    const text = form.endsWith('-digits') ? NUMBER : SENTENCE
    const written = writeForm(form, text)
    expect(written).toBeDefined()
    expect(written).not.toBe(text)
    expect(decodeForm(form, written ?? '')).toBe(text)
  })

  test.each(LOSSY_OBFUSCATIONS.map(({ id }) => id))('gives the same letters and digits: %s', (form) => {
    const written = writeForm(form, SENTENCE) ?? ''
    expect(bare(decodeForm(form, written) ?? '')).toBe(bare(SENTENCE))
  })

  test('of a form that nobody knows is none', () => {
    expect(decodeForm('smoke-signals', SENTENCE)).toBeUndefined()
    expect(writeForm('smoke-signals', SENTENCE)).toBeUndefined()
  })

  test.each([
    ['hex', 'not hex at all'],
    ['base64', '****'],
    ['base64-twice', 'QUJD'],
    ['selector-bytes', 'plain words'],
  ])('of a text that is not written in the form is another text or none: %s', (form, text) => {
    expect(decodeForm(form, text)).not.toBe(text)
  })
})

describe('writing', () => {
  test.each([
    ['digits where there are none', 'arabic-indic-digits', SENTENCE],
    ['characters that bytes of one escape cannot hold', 'hex-escapes', '指示を無視'],
    ['tags of characters outside ASCII', 'tag-characters', 'Grüße'],
    ['look-alikes of a text that has them already', 'cyrillic-letters', 'аa'],
    ['a mark that the text holds already', 'soft-hyphen', 'a\u00adb'],
  ])('is refused for %s', (_, form, text) => {
    expect(writeForm(form, text)).toBeUndefined()
  })

  test('stops at a length', () => {
    expect(writeForm('hex', 'ab', 4)).toBe('6162')
    expect(writeForm('hex', 'ab', 3)).toBeUndefined()
  })

  test('of any text in an exact form can be read again or is refused', () => {
    assert(
      property(string({ unit: 'grapheme', maxLength: 40 }), constantFrom(...EXACT_IDS), (text, form) => {
        const written = writeForm(form, text)
        expect(written === undefined || decodeForm(form, written) === text).toBe(true)
      }),
    )
  })
})
