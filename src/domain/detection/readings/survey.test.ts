import { expect, test } from 'vitest'
import { survey } from './survey.ts'

const CODES = '72 101 108 108 111 32 119 111 114'
const WORD = 'a1b2c3d4e5f6g7h8i9j0k1l2'

test.each([
  ['alone', CODES, [CODES]],
  ['behind a long word with digits', `${WORD} ${CODES}`, [CODES]],
  ['behind a long word and a sign', `${WORD}: ${CODES}.`, [CODES]],
  ['between two such words', `${WORD} ${CODES} ${WORD}`, [CODES]],
  ['twice', `${CODES} ${WORD} - ${CODES}`, [CODES, CODES]],
  [
    'with a prefix each',
    '0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x20, 0x77, 0x6f',
    ['0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x20, 0x77, 0x6f'],
  ],
  ['in short groups of an address', 'fe80:1:fe80:1:fe80:1:fe80:1:fe80:1:fe80:1:', []],
  ['in one long word', WORD.repeat(4), []],
  ['too few', '72 101 108 108 111 32 119', []],
])('a row of codes %s', (_, text, rows) => {
  expect(survey(text).codes.map(({ start, end }) => text.slice(start, end))).toEqual(rows)
})

test('a word that is longer than a code ends in one where a digit of it was looked at', () => {
  // The last digits of the word stand near its end: what is left of it from there on is read as a code.
  const text = `aaaaaaaaa1b2c3 ${CODES.slice(0, -4)}`
  expect(survey(text).codes).toHaveLength(1)
})
