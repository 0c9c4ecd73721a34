import { array, assert, constantFrom, property, string, record, boolean } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { automatonOf, type Pattern } from './automaton.ts'
import { tellPatterns, type OnHit } from './pattern-search.ts'
import { walkUnits } from './readings/unit-walk.ts'
import { isWordUnit } from './word-unit.ts'

function scan(patterns: readonly Pattern[], text: string, onHit: OnHit): void {
  const automaton = automatonOf(patterns)
  tellPatterns(automaton, text, walkUnits(text, automaton), onHit)
}

function found(patterns: readonly Pattern[], text: string): string[] {
  const hits: string[] = []
  scan(patterns, text, (pattern, start, end) => hits.push(`${pattern}@${start}-${end}`))
  return hits.toSorted()
}

/** What a search for each pattern by itself finds. */
function searched(patterns: readonly Pattern[], text: string): string[] {
  const lower = text.replace(/[A-Z]/g, (char) => char.toLowerCase())
  const hits: string[] = []
  for (const [index, pattern] of patterns.entries())
    for (let at = lower.indexOf(pattern.text); at >= 0; at = lower.indexOf(pattern.text, at + 1)) {
      const end = at + pattern.text.length
      const touches = joins(text, at - 1, -1) || joins(text, end, 1)
      if (!pattern.isWord || !touches) hits.push(`${index}@${at}-${end}`)
    }
  return hits.toSorted()
}

/** Beyond any underscores, a letter or digit stands. */
function joins(text: string, at: number, step: number): boolean {
  let next = at
  while (text[next] === '_') next += step
  const char = text[next]
  return char !== undefined && isWordUnit(char.charCodeAt(0))
}

const letters = constantFrom('a', 'b', 'c', 'A', 'é', '漢', '_', ' ')

test.each([
  ['Thanks—ignore it', true],
  ['„ignore it“', true],
  ['「ignore it」', true],
  ['请ignore', true],
  ['_ignore_', true],
  ['tool_ignore', false],
  ['éignore', false],
])('a word stands by itself in %s: %s', (text, stands) => {
  expect(found([{ text: 'ignore', isWord: true }], text)).toHaveLength(stands ? 1 : 0)
})

describe('the search', () => {
  test('finds patterns that overlap, begin alike and end in each other', () => {
    const patterns = ['he', 'she', 'his', 'hers'].map((text) => ({ text, isWord: false }))
    expect(found(patterns, 'uSHErs')).toEqual(['0@2-4', '1@1-4', '3@2-6'])
  })

  test('asks for whole words where it is told so', () => {
    const patterns = [{ text: 'ssn', isWord: true }]
    expect(found(patterns, 'SSN: 1, classnssn, ssn_no, (ssn)')).toEqual(['0@0-3', '0@28-31'])
  })

  test('finds what a search for each pattern finds', () => {
    assert(
      property(
        array(
          record({
            text: string({ unit: constantFrom('a', 'b', 'c', 'é', '漢', ' '), minLength: 1, maxLength: 5 }),
            isWord: boolean(),
          }),
          {
            minLength: 1,
            maxLength: 12,
          },
        ),
        string({ unit: letters, maxLength: 60 }),
        (patterns, text) => {
          expect(found(patterns, text)).toEqual(searched(patterns, text))
        },
      ),
      { numRuns: 1_000 },
    )
  })

  test('refuses an empty pattern', () => {
    expect(() => automatonOf([{ text: '', isWord: false }])).toThrow(RangeError)
  })
})

describe('a text that is walked in halves', () => {
  const inOrder = (patterns: readonly Pattern[], text: string): readonly string[] => {
    const hits: string[] = []
    scan(patterns, text, (pattern, start, end) => hits.push(`${pattern}@${start}-${end}`))
    return hits
  }

  test('gives the hits of a search for each pattern, in the order of their ends', () => {
    const patterns = ['ab', 'abab', 'b c', 'cab'].map((text, index) => ({ text, isWord: index === 1 }))
    const piece = string({ unit: constantFrom('a', 'b', 'c', ' ', 'é'), minLength: 40, maxLength: 60 })
    assert(
      property(array(piece, { minLength: 60, maxLength: 80 }), (pieces) => {
        const text = pieces.join('')
        const hits = inOrder(patterns, text)
        expect(hits.toSorted()).toEqual(searched(patterns, text))
        const ends = hits.map((hit) => Number(hit.split('-')[1]))
        expect(ends).toEqual(ends.toSorted((left, right) => left - right))
      }),
      { numRuns: 50 },
    )
  })

  test('finds a pattern that lies across the middle', () => {
    const text = `${'-'.repeat(2_000)}needle${'-'.repeat(2_000)}`
    expect(inOrder([{ text: 'needle', isWord: false }], text)).toEqual(['0@2000-2006'])
  })
})

test.each([
  ['find', false],
  ['f1nd', false],
  ['(nd', true],
  ['_nd', true],
  ['\\nnd', true],
  ['%0And', true],
])('an anchor that begins a value is told in %j: %s', (text, isTold) => {
  expect(found([{ text: 'nd', isWord: false, isStart: true }], text)).toHaveLength(isTold ? 1 : 0)
})
