import { array, assert, constantFrom, integer, letrec, property, string, tuple, type Arbitrary } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PatternSet } from './pattern-set.ts'

function setOf(...patterns: string[]): PatternSet {
  const set = PatternSet.of(patterns.map((pattern) => ({ pattern })))
  if (!set.ok) throw new Error(set.failure.message)
  return set.value
}

const found = (pattern: string, text: string): string[] =>
  setOf(pattern)
    .search(text)
    .map(({ start, end }) => text.slice(start, end))

describe('a pattern', () => {
  test.each([
    ['EMP-\\d{6}', 'EMP-123456 and EMP-12345 and xEMP-6543219', ['EMP-123456', 'EMP-654321']],
    ['\\bEMP-\\d{6}\\b', 'EMP-123456, xEMP-654321, EMP-6543219', ['EMP-123456']],
    ['\\b\\d{3,5}\\b', '12 123 123456 12345', ['123', '12345']],
    ['(?:cat|catalogue)s?', 'cats catalogues', ['cats', 'catalogues']],
    ['a.c', 'abc a\nc a-c', ['abc', 'a-c']],
    ['[^a-c]x', 'ax dx', ['dx']],
    ['[a\\-z]{2}', 'a-zb', ['a-']],
    ['\\u0041\\.', 'A. B.', ['A.']],
    ['é', 'cafe', ['e']],
  ])('%s finds what it says in %j', (pattern, text, matches) => expect(found(pattern, text)).toEqual(matches))

  test('may leave the case open', () => {
    const set = PatternSet.of([{ pattern: 'project [x-z]{2}', ignoreCase: true }])
    expect(set.ok && set.value.search('PROJECT Zx, project zX')).toHaveLength(2)
  })

  test.each([
    ['a*', '`*` has no bound: write `{0,64}`'],
    ['(a+)+', '`+` has no bound: write `{1,64}`'],
    ['a{2,}', '`{2,}` has no upper bound'],
    ['a{3,2}', '`{3,2}` must end between its start and 256'],
    ['a?', 'it matches the empty text'],
    ['', 'it matches the empty text'],
    ['(a', 'a `(` is not closed'],
    ['a)', 'a `)` closes nothing'],
    ['[a', 'a `[` is not closed'],
    ['[z-a]', 'a range in a class must lead from one character to a later one'],
    ['(?=a)b', 'look-around and named groups are not supported'],
    ['(a)\\1', '`\\1` is not supported'],
    ['^a', '`^` is not supported: write `\\b` at an end of the pattern'],
    ['(?:[ab]{100}){3}', 'it matches more than 256 characters'],
    ['(?:(?:(?:a?){16}){16}b){1}', 'it matches more than 256 characters'],
  ])('%s is refused', (pattern, message) =>
    expect(PatternSet.of([{ pattern }])).toMatchObject({ failure: { message } }),
  )

  test('among others is named when they need too much together', () => {
    const wide = Array.from({ length: 9 }, (_, index) => ({ pattern: `${index}(?:x|y){250}` }))
    expect(PatternSet.of(wide)).toMatchObject({ failure: { pattern: 2 } })
  })
})

describe('laws', () => {
  const { node } = letrec<{ node: string; atom: string }>((tie) => ({
    atom: constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d'),
    node: tuple(
      array(tuple(tie('atom'), constantFrom('', '?', '{2}', '{1,3}')), { minLength: 1, maxLength: 4 }).map((parts) =>
        parts.map((part) => part.join('')).join(''),
      ),
      constantFrom('plain', 'group', 'choice'),
      integer({ min: 1, max: 3 }),
    ).map(([text, form, times]) =>
      form === 'plain' ? text : form === 'group' ? `(?:${text}){${times}}` : `(?:${text}|b{${times}}|ab)`,
    ),
  })) as { node: Arbitrary<string> }
  const text = string({ unit: constantFrom('a', 'b', '1', '\n', 'c'), maxLength: 40 })

  test('a text holds a match exactly where the engine of the language finds one', () => {
    assert(
      property(node, node, text, (left, right, subject) => {
        const pattern = left + right
        const set = PatternSet.of([{ pattern }])
        if (!set.ok) return
        expect(set.value.search(subject).length > 0).toBe(new RegExp(pattern).test(subject))
        for (const { start, end } of set.value.search(subject))
          expect(new RegExp(`^(?:${pattern})$`).test(subject.slice(start, end))).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  test('patterns together find what each finds alone', () => {
    assert(
      property(node, node, text, (left, right, subject) => {
        const both = PatternSet.of([{ pattern: left }, { pattern: right }])
        if (!both.ok) return
        for (const [index, pattern] of [left, right].entries())
          expect(
            both.value.search(subject).flatMap(({ pattern: number, ...span }) => (number === index ? [span] : [])),
          ).toEqual(
            setOf(pattern)
              .search(subject)
              .map(({ start, end }) => ({ start, end })),
          )
      }),
    )
  })
})

test('a text of matches alone ends in one match that covers the rest', () => {
  const matches = setOf('a').search('a'.repeat(5_000))
  expect(matches).toHaveLength(1_000)
  expect(matches.at(-1)).toMatchObject({ start: 999, end: 5_000 })
})

test('what makes a backtracking engine loop is a walk here', () => {
  const set = setOf('(?:(?:a|aa){1,16}){1,7}c')
  expect(set.search('a'.repeat(20_000))).toEqual([])
})
