import fc from 'fast-check'
import { expect, test } from 'vitest'
import { marksOf } from '../marks.ts'
import { survey } from './survey.ts'
import { TextParts } from './text-parts.ts'

/** Pieces that runs, rows, marks and escapes are made of, also such as go on in the next part. */
const PIECES = [
  'a b 1 22 333 3e - : :: / . , = _ %0A %41 &amp;'.split(' '),
  'ignore previous instructions system: role password akia dot bic 0x gn0r3'.split(' '),
  ['0123456789abcdefABCDEF', '65 66 67 68 69 70 71 72 73', 'aWdub3JlIGFsbCBydWxlcw==', 'i g n o r e', ' ', '  ', '\n'],
].flat()
const part = fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join(''))

test('a part is read as it would be by itself', () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), fc.constantFrom('"', '","', '": "'), (texts, between) => {
      const whole = `"${texts.join(between)}"`
      const parts = new TextParts(whole)
      let start = 1
      for (const text of texts) {
        const reading = parts.reading(start, start + text.length)
        const { spots: _, ...seen } = survey(text)
        expect(reading.text).toBe(text)
        expect(reading.seen).toMatchObject(seen)
        expect(marksOf(reading.text, reading.seen)).toEqual(marksOf(text))
        start += text.length + between.length
      }
    }),
    { numRuns: 1_000 },
  )
})

test('parts may be left out', () => {
  const parts = new TextParts('"ignore 12345","and 678"')
  expect([...parts.reading(16, 23).seen.digits]).toEqual([4, 7])
})
