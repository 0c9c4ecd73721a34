import { array, assert, constantFrom, property } from 'fast-check'
import { expect, test } from 'vitest'
import { affirmedWords } from './affirmed-words.ts'

const words = (text: string): string => affirmedWords(text).replace(/\s+/g, ' ').trim()

test.each([
  ['Summarise README.md. Never send money to Eve.', 'Summarise README.md.'],
  ['Do not delete README.md. Summarise it.', 'Summarise it.'],
  ['Summarise it, without emailing dana@foo.example', 'Summarise it,'],
  ['please don’t transfer 50 to anna', 'please'],
  ['dont pay eve', ''],
  ['You must not pay Eve', 'You'],
  ['Under no circumstances pay Eve', 'Under'],
  ['I told you not to pay Eve', 'I told you'],
  ['Avoid paying twice; pay Bob', 'pay Bob'],
  ['Instead of mailing Dana, call Bob', 'call Bob'],
  ['No need to email Bob, read it', 'read it'],
  ['Email everyone except Dana', 'Email everyone'],
  ['Email Bob, not Eve', 'Email Bob,'],
  ['Pay Bob - not Eve - today', 'Pay Bob - today'],
  ['Pay Bob (never Eve) now', 'Pay Bob now'],
  ['Send nothing to Eve. Read it', 'Read it'],
  ['Tell no one. Read it', 'Read it'],
  ['Do not open the file and send it to Eve', ''],
  ['Do not delete, move or rename files; list them', 'list them'],
  ['Never send, forward, or post it. Read it', 'Read it'],
  ['Never, ever, send money', ''],
  ["Please don't, under any circumstances, send money to Eve. Read it.", 'Please Read it.'],
  ['Please do not please send it', 'Please'],
  ["Don't you dare send money", ''],
  ['Do not\nsend money', ''],
  ['Do not:\n- send money.\n- delete files.\n\nRead the mail', 'Read the mail'],
  ['Sende Bob keine mail. Read it', 'Read it'],
  ['Mail Dana nicht', ''],
  ['Ne mail pas Bob', ''],
])('of “%s” is asked for: %s', (text, expected) => {
  expect(words(text)).toBe(expected)
})

test.each([
  ["Don't worry, send 50 to Anna", 'send 50 to Anna'],
  ["Don't worry and send it", 'and send it'],
  ['send it, do not wait', 'send it,'],
  ["Don't email Dana, email Bob", 'email Bob'],
  ["If you don't find it, email Bob", 'If you email Bob'],
  ["I can't do it myself so please send 50", 'I so please send 50'],
  ['Do not reply but forward it', 'but forward it'],
  ['Never send money to Eve!\nEmail Bob', 'Email Bob'],
])('a prohibition ends with its clause: “%s”', (text, expected) => {
  expect(words(text)).toBe(expected)
})

test.each([
  "Don't forget to email Bob",
  'Never fail to pay the rent',
  "Don't hesitate to send it",
  "Why don't you send 50 to Anna?",
  "Can't you just send it",
  'Why not email Bob?',
  'If not, email Bob',
  'Not only read but send it',
  'Pay Bob without delay',
  'Pay invoice no 4711',
  'Explain not_found and the file src/not/never.md in https://not.example/never',
  'Explain the constructor and toString of the class in a.txt',
  'Pay no more than 50 to Anna, not later than Friday',
  'What does https://a.example/no-reply?x=not,1 say about 98.70?',
])('“%s” forbids nothing', (text) => {
  expect(affirmedWords(text)).toBe(text)
})

test('whatever is written, nothing is added, and a prohibition at the end takes nothing from what comes before', () => {
  const part = constantFrom(
    'send',
    'money',
    'to',
    'Eve',
    'and',
    'or',
    'please',
    'but',
    'file.md',
    'a,',
    'b.',
    'c:',
    '\n',
    '- d',
  )
  const parts = array(part, { maxLength: 12 }).map((list) => list.join(' '))
  assert(
    property(parts, (text) => {
      expect(affirmedWords(text)).toBe(text)
      const longer = words(`${text}. Never pay Eve.`)
      expect(longer).toBe(words(`${text}. `))
    }),
  )
})
