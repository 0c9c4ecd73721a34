import { expect, test } from 'vitest'
import { affirmedWords } from './affirmed-words.ts'
import { tokensOf } from './request-tokens.ts'

test.each<[string, readonly string[]]>([
  ['Don´t, don`t, don’t, donʼt', ["don't", "don't", "don't", "don't"]],
  ['not/never and/or', ['not', 'never', 'and', 'or']],
  ['do not...send <b>not</b>', ['do', 'not', 'send', 'b', 'not', 'b']],
  ["it.Don't do not-send", ['it', "don't", 'do', 'not', 'send']],
  ['a.txt follow-up 1,250.50 9:30 not_found', ['a.txt', 'follow-up', '1,250.50', '9:30', 'not_found']],
  [
    'mail no-reply@x.example, see https://x.example/not?a=no.',
    ['mail', 'no-reply@x.example', 'see', 'https://x.example/not?a=no'],
  ],
])('“%s” has the words %j', (text, expected) => {
  const tokens = tokensOf(text)
  expect(tokens.map(({ word }) => word)).toEqual(expected)
  expect(tokens.map(({ raw }) => raw).join('')).toBe(text)
})

/** A text that counts the signs that are looked at and cut out. */
function countedText(text: string): { readonly text: string; readonly work: () => number } {
  let work = 0
  const counted = new Proxy(new String(text), {
    get(target, key) {
      if (key === 'length') return target.length
      if (key === 'slice')
        return (from: number, to: number) => {
          const cut = text.slice(from, to)
          work += cut.length + 1
          return cut
        }
      work += 1
      const value: unknown = Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(text) : value
    },
  })
  return { text: counted as unknown as string, work: () => work }
}

test.each([
  ['signs between two letters', (length: number) => `a${'-'.repeat(length)}a`],
  ['signs and letters', (length: number) => 'a-'.repeat(length)],
  ['dots and negations', (length: number) => 'it.not.'.repeat(length)],
  ['apostrophes', (length: number) => "n't'".repeat(length)],
  ['lines', (length: number) => `${'\n'.repeat(length)}not${' \n'.repeat(length)}`],
  ['prohibitions of what stands before', (length: number) => 'mail nicht '.repeat(length)],
  ['asides', (length: number) => `not ${'(a, b '.repeat(length)}`],
  ['lists', (length: number) => `not a${', b'.repeat(length)}`],
] as const)('twice as many %s are twice the work', (_, written) => {
  const workOf = (length: number): number => {
    const { text, work } = countedText(written(length))
    affirmedWords(text)
    return work()
  }
  expect(workOf(2_000)).toBeLessThan(2.2 * workOf(1_000))
})
