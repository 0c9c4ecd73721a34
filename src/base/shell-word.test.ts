import { execFileSync } from 'node:child_process'
import { array, assert, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { shellWord } from './shell-word.ts'

test.each(['main=gpt-4.1-mini', 'openai/gpt-4o:2024@eu', 'a,b+c%20'])('plain text stays as it is: %s', (text) =>
  expect(shellWord(text)).toBe(text),
)

test('an empty text is a word all the same', () => expect(shellWord('')).toBe("''"))

test('what a terminal would obey is shown and not sent', () =>
  expect(shellWord('a\u001b[31mb')).toBe(String.raw`'a\u001b[31mb'`))

test.skipIf(process.platform === 'win32')('a shell reads every text as one word, and runs none of it', () => {
  const printable = string({ unit: 'grapheme-ascii', maxLength: 40 })
  assert(
    property(array(printable, { minLength: 30, maxLength: 30 }), (texts) => {
      const printed = execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${texts.map(shellWord).join(' ')}`], {
        encoding: 'utf8',
      })
      expect(printed).toBe(`${texts.join('\n')}\n`)
    }),
    { numRuns: 20 },
  )
})
