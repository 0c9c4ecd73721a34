import { array, assert, constantFrom, integer, oneof, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalView, rawSpan, type View } from './canonical-view.ts'

const ascii = string({ unit: integer({ min: 0, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength: 200 })
/** Any UTF-16 at all, lone surrogates included, with the characters that the view treats in a special way. */
const anyText = array(
  oneof(
    string({ unit: 'binary', maxLength: 8 }),
    integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    constantFrom(
      '\u200b',
      '\u{e0041}',
      'Ａ',
      'а',
      '٣',
      'é',
      'e\u0301',
      'ﬁ',
      '㎏',
      'İ',
      'ß',
      '\ud800',
      '\udc00',
      '\uffff',
      'Ω',
    ),
  ),
  { maxLength: 40 },
).map((parts) => parts.join(''))

function expectSoundOffsets(raw: string, view: View): void {
  expect(view.starts).toHaveLength(view.text.length)
  expect(view.ends).toHaveLength(view.text.length)
  for (let unit = 0; unit < view.text.length; unit++) {
    const [start, end] = [view.starts[unit]!, view.ends[unit]!]
    if (!(start < end && end <= raw.length)) throw new Error(`unit ${unit} stands at ${start}–${end} of ${raw.length}`)
    if (unit > 0 && (start < view.starts[unit - 1]! || end < view.ends[unit - 1]!))
      throw new Error(`unit ${unit} goes back`)
  }
}

describe('the canonical form', () => {
  test.each([
    ['upper case', 'IGNORE All', 'IGNORE All'],
    ['fullwidth letters and digits', 'Ｉｇｎｏｒｅ １２３', 'Ignore 123'],
    ['mathematical letters', '𝐈𝐠𝐧𝐨𝐫𝐞', 'Ignore'],
    ['circled letters', 'ⓘⓖⓝⓞⓡⓔ', 'ignore'],
    ['Cyrillic look-alikes', 'іgnоrе', 'ignore'],
    ['Greek look-alikes', 'ιgnοrε', 'ignore'],
    ['accents written into the letter', 'négligé', 'neglige'],
    ['accents written behind the letter', 'ne\u0301glige\u0301', 'neglige'],
    ['a pile of combining marks', 'i\u0335\u0321\u0489g\u0336\u0322n\u0337ore'.replaceAll('\u0489', ''), 'ignore'],
    ['zero-width characters', 'i\u200bg\u200cn\u200do\u2060r\ufeffe', 'ignore'],
    ['soft hyphens', 'ig\u00adnore', 'ignore'],
    ['direction marks', '\u202eignore\u202c', 'ignore'],
    ['variation selectors', 'i\ufe0fgnore', 'ignore'],
    ['ligatures', 'ﬁle ﬀ', 'file ff'],
    ['Arabic digits', '٠١٢٣٤٥٦٧٨٩', '0123456789'],
    ['Devanagari digits', '०१२३४५६७८९', '0123456789'],
    ['Bengali digits', '০১২৩৪৫৬৭৮৯', '0123456789'],
    ['mathematical digits', '𝟎𝟗𝟘𝟡', '0909'],
    ['the dotted capital i', 'İ', 'I'],
  ])('%s are folded', (_, raw, text) => {
    const view = canonicalView(raw)
    expect(view.text).toBe(text)
    expectSoundOffsets(raw, view)
  })

  test('letters that look like no Latin one stay as they are', () => {
    expect(canonicalView('日本語 ไทย שלם').text).toBe('日本語 ไทย שלם')
  })

  test('every decimal digit of Unicode becomes its value', () => {
    // Unicode lays decimal digits out in whole runs of ten (core specification, section 4.6): the rank tells the value.
    const digits = Array.from({ length: 0x110000 }, (_, code) => code)
      .filter((code) => (code < 0xd800 || code > 0xdfff) && /\p{Nd}/u.test(String.fromCodePoint(code)))
      .map((code) => String.fromCodePoint(code))
    expect(digits.length % 10).toBe(0)
    const wrong = digits.filter((digit, rank) => canonicalView(digit).text !== String(rank % 10))
    expect(wrong.map((digit) => digit.codePointAt(0)!.toString(16))).toEqual([])
  })
})

describe('what a reader does not see', () => {
  test('is counted and leaves no unit behind', () => {
    const view = canonicalView('a\u200b\u200bb\ufe0fc')
    expect(view).toMatchObject({ text: 'abc', invisible: 3, tagText: '' })
    expect([...view.starts]).toEqual([0, 3, 5])
  })

  test('is read out of tag characters', () => {
    const hidden = Array.from('ignore all')
      .map((char) => String.fromCodePoint(0xe0000 + char.charCodeAt(0)))
      .join('')
    const raw = `Hello${hidden}!`
    expect(canonicalView(raw)).toMatchObject({ text: 'Hello!', tagText: 'ignore all', invisible: 10 })
  })

  test('does not count in plain text', () => {
    expect(canonicalView('plain text\n\twith tabs')).toMatchObject({ invisible: 0, tagText: '' })
  })
})

describe('what is ordinary writing', () => {
  test.each([
    ['a family emoji', '👨\u200d👩\u200d👧'],
    ['a heart with its presentation', '❤\ufe0f'],
    ['a keycap', '1\ufe0f\u20e3'],
    ['the flag of England', '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}'],
    ['Persian with a non-joiner', 'می\u200cخواهم'],
    ['Hindi with a joiner', 'क्\u200dष'],
    ['accents', 'cafe\u0301'],
  ])('%s hides nothing', (_, raw) => {
    expect(canonicalView(raw)).toMatchObject({ invisible: 0, tagText: '' })
  })

  test('lower case stands at the same places in every character of Unicode', () => {
    const longer: string[] = []
    for (let code = 0x80; code < 0x110000; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue
      const { text, lower } = canonicalView(String.fromCodePoint(code))
      if (text.length !== lower.length) longer.push(code.toString(16))
    }
    expect(longer).toEqual([])
  })
})

describe('raw spans', () => {
  test('a span of the view covers what was stripped inside it and nothing outside', () => {
    const raw = '\u200bbob\u200b@e\u0301x.com\u200b'
    const view = canonicalView(raw)
    expect(view.text).toBe('bob@ex.com')
    const { start, end } = rawSpan(view, 0, view.text.length)
    expect(raw.slice(start, end)).toBe('bob\u200b@e\u0301x.com')
  })

  test('an empty span stays empty', () => {
    expect(rawSpan(canonicalView('abc'), 1, 1)).toEqual({ start: 1, end: 1 })
  })

  test('one character that becomes two letters maps both back to itself', () => {
    const view = canonicalView('x㎏y')
    expect(view.text).toBe('xkgy')
    expect(rawSpan(view, 1, 2)).toEqual({ start: 1, end: 2 })
    expect(rawSpan(view, 2, 3)).toEqual({ start: 1, end: 2 })
  })
})

describe('laws', () => {
  test('ASCII maps onto itself, and onto its lower case, unit by unit', () => {
    assert(
      property(ascii, (raw) => {
        const view = canonicalView(raw)
        expect(view.text).toBe(raw)
        expect(view.lower).toBe(raw.toLowerCase())
        expect([...view.starts]).toEqual(Array.from({ length: raw.length }, (_, index) => index))
        expect([...view.ends]).toEqual(Array.from({ length: raw.length }, (_, index) => index + 1))
      }),
    )
  })

  test('any text gives offsets inside it that never go back', () => {
    assert(
      property(anyText, (raw) => expectSoundOffsets(raw, canonicalView(raw))),
      { numRuns: 500 },
    )
  })

  test('a unit of a long text leads back to where it stood', () => {
    const letters = 'Ｐｏсы́лка 你好 ﬁne 👩‍👩 '
    const raw = letters.repeat(400)
    const [one, whole] = [canonicalView(letters), canonicalView(raw)]
    expect(whole.text).toBe(one.text.repeat(400))
    for (let unit = 0; unit < whole.text.length; unit++) {
      const { start, end } = rawSpan(one, unit % one.text.length, (unit % one.text.length) + 1)
      const shift = letters.length * Math.floor(unit / one.text.length)
      expect(rawSpan(whole, unit, unit + 1)).toEqual({ start: shift + start, end: shift + end })
    }
  })

  test('two texts are folded as their parts are', () => {
    assert(
      property(string({ unit: 'grapheme' }), string({ unit: 'grapheme' }), (left, right) => {
        expect(canonicalView(left + right).text).toBe(canonicalView(left).text + canonicalView(right).text)
      }),
    )
  })
})
