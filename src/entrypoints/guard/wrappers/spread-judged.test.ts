import fc from 'fast-check'
import { expect, test } from 'vitest'
import { spreadJudged } from './spread-judged.ts'

test.each<[string, readonly string[], string, readonly string[]]>([
  ['nothing', ['a ', 'b'], 'a b', ['a ', 'b']],
  ['a word within one', ['to ada ', 'and bob'], 'to [X] and bob', ['to [X] ', 'and bob']],
  ['a word over two', ['SSN 53', '6-22 ok'], 'SSN [SSN] ok', ['SSN [SSN]', ' ok']],
  ['a word over three', ['a 1', '2', '3 b'], 'a [N] b', ['a [N]', '', ' b']],
  ['a word at the seam', ['a ', 'ada', ' b'], 'a [X] b', ['a ', '[X]', ' b']],
  ['the end', ['ab', 'cd'], 'ab[X]', ['ab', '[X]']],
  ['everything', ['ab', 'cd'], '', ['', '']],
  ['what is added at the end', ['ab', 'cd'], 'abcd!', ['ab', 'cd!']],
  ['no text at all', [], '', []],
])('of a change in %s each text keeps its own', (_, texts, judged, expected) => {
  expect(spreadJudged(texts, judged)).toEqual(expected)
})

test('changes that are told apart leave the texts between them where they are', () => {
  const texts = ['SSN 53', '6-22 is it. ', 'All of it.', ' to a', 'da.']
  const found = [
    { start: 32, end: 35 },
    { start: 4, end: 10 },
  ]
  const judged = 'SSN [SSN] is it. All of it. to [X].'
  expect(spreadJudged(texts, judged, found)).toEqual(['SSN [SSN]', ' is it. ', 'All of it.', ' to [X]', '.'])
  expect(spreadJudged(texts, judged, [{ start: 0, end: 2 }]).join('')).toBe(judged)
})

test('together the texts are what was judged, and one before the change is as it was', () => {
  const words = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), maxLength: 6 })
  const place = fc.nat(30)
  fc.assert(
    fc.property(fc.array(words, { minLength: 1, maxLength: 5 }), place, place, words, (texts, at, length, put) => {
      const whole = texts.join('')
      const start = Math.min(at, whole.length)
      const judged = whole.slice(0, start) + put + whole.slice(start + length)
      const spread = spreadJudged(texts, judged)
      expect(spread).toHaveLength(texts.length)
      expect(spread.join('')).toBe(judged)
      let to = 0
      for (const [index, text] of texts.entries()) {
        to += text.length
        if (to < start) expect(spread[index]).toBe(text)
      }
    }),
  )
})
