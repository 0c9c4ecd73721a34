import { array, assert, constantFrom, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileLinearPattern, MATCH_TEXT_CHARS_MAX } from './linear-pattern.ts'

function matches(pattern: string, text: string): boolean | string {
  const compiled = compileLinearPattern(pattern)
  return compiled.ok ? compiled.value.matches(text) : compiled.failure
}

describe('a pattern covers the whole text', () => {
  test.each([
    ['', '', true],
    ['', 'a', false],
    ['abc', 'abc', true],
    ['abc', 'abcd', false],
    ['abc', 'ab', false],
    ['a*', '', true],
    ['a*', 'aaaa', true],
    ['a+', '', false],
    ['a?b', 'b', true],
    ['a{2,3}', 'a', false],
    ['a{2,3}', 'aaa', true],
    ['a{2,3}', 'aaaa', false],
    ['a{2}', 'aa', true],
    ['a{2,}', 'aaaaa', true],
    ['(ab|cd)+', 'abcdab', true],
    ['(ab|cd)+', 'abc', false],
    ['[a-c]+[^a-c]', 'abcz', true],
    ['[a-c]+[^a-c]', 'abcc', false],
    ['\\d{4}-\\d\\d', '2026-11', true],
    ['\\w+@example\\.com', 'ana@example.com', true],
    ['\\w+@example\\.com', 'ana@exampleXcom', false],
    ['.', '\n', false],
    ['.', '🙂', true],
    ['(a|b|)c', 'c', true],
    ['()', '', true],
    ['((a*)*)*', 'aaaa', true],
    ['[]a]', ']', 'a `[]` holds nothing'],
  ])('`%s` on %j: %s', (pattern, text, expected) => expect(matches(pattern, text)).toBe(expected))
})

test.each(['(', ')', '[', 'a{2', 'a{3,2}', 'a{200}', '*', 'a**', '\\', '\\b', '\\1', '(?=a)', '^a', 'a$', '[b-a]'])(
  '`%s` is refused',
  (pattern) => expect(compileLinearPattern(pattern).ok).toBe(false),
)

test('what is too long, too large or too deep is refused, and a text that is too long matches nothing', () => {
  expect(compileLinearPattern('a'.repeat(301)).ok).toBe(false)
  expect(compileLinearPattern('((a{50}){50})').ok).toBe(false)
  expect(compileLinearPattern(`${'('.repeat(40)}a${')'.repeat(40)}`).ok).toBe(false)
  expect(matches('a*', 'a'.repeat(MATCH_TEXT_CHARS_MAX))).toBe(true)
  expect(matches('a*', 'a'.repeat(MATCH_TEXT_CHARS_MAX + 1))).toBe(false)
})

test('it agrees with the regular expressions of the platform', () => {
  const piece = constantFrom('a', 'b', '.', '[ab]', '[^a]', 'a*', 'b+', '(a|b)', '(ab)?', 'a{1,2}', '\\d', '(a*b)*')
  assert(
    property(
      array(piece, { maxLength: 6 }),
      string({ unit: constantFrom('a', 'b', '1', ' '), maxLength: 10 }),
      (pieces, text) => {
        const pattern = pieces.join('')
        expect(matches(pattern, text)).toBe(new RegExp(`^(?:${pattern})$`).test(text))
      },
    ),
    { numRuns: 500 },
  )
})
