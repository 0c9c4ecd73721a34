import { expect, test } from 'vitest'
import { capturedTerminal } from '../../../../test/support/captured-terminal.ts'
import { printNextWord } from './print-next-word.ts'

function printed(state: string): string {
  const terminal = capturedTerminal('/')
  printNextWord(terminal, 'vendor approve', { id: 'V1', state })
  return terminal.printed.out
}

test.each([
  ['open', 'it has no effect before people have agreed'],
  ['partial', 'it waits for more people'],
])('a record that is %s says who brings it on', (state, words) => {
  expect(printed(state)).toBe(
    `  ${words} (who and how many: gatehouse rights show)\n  next: gatehouse vendor approve V1 --role ROLE --as NAME\n`,
  )
})

test.each(['approved', 'rejected', 'withdrawn', 'expired', 'active', 'ended'])('one that is %s says nothing', (state) =>
  expect(printed(state)).toBe(''),
)
