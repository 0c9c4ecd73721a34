import { array, assert, boolean, constantFrom, integer, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seamWindows, type RunText, type SeamWindow } from './seam-windows.ts'

const windowsOf = (texts: readonly RunText[]): readonly SeamWindow[] | undefined =>
  seamWindows([{ where: '1:seam', side: 'input', texts }])
const apart = (...texts: readonly string[]): readonly RunText[] => texts.map((text) => ({ text, isJoined: false }))
const joined = (...texts: readonly string[]): readonly RunText[] => texts.map((text) => ({ text, isJoined: true }))

test('a text alone has no seam', () => {
  expect(windowsOf(apart('one'))).toEqual([])
  expect(seamWindows([])).toEqual([])
})

test('texts that were judged as one and break between words leave nothing to judge', () => {
  expect(windowsOf(joined('one ', 'two ', 'three'))).toEqual([])
})

test('around seams where nobody judged across one window holds both sides', () => {
  expect(windowsOf(apart('one ', 'two ', 'three'))).toMatchObject([
    { text: 'one two three', seams: [4, 8], asks: 'all' },
  ])
})

test('of long texts only their ends are read again', () => {
  const [first, second] = ['a '.repeat(50_000), 'b '.repeat(50_000)]
  expect(windowsOf(apart(first, second))).toMatchObject([
    { text: first.slice(-4_096) + second.slice(0, 4_096), seams: [4_096] },
  ])
})

test('a window that cuts a pair of surrogates can still be read', () => {
  const pairs = '\ud83d\ude00'.repeat(3_000)
  for (const { text } of windowsOf(apart(`x${pairs}`, `${pairs}x`)) ?? []) expect(text.isWellFormed()).toBe(true)
})

test('empty texts make no seams', () => {
  expect(windowsOf(apart('', 'one', '', ''))).toEqual([])
  expect(windowsOf(apart('one ', '', 'two'))).toMatchObject([{ seams: [4] }])
})

test('more seams inside words than can be looked at are told', () => {
  expect(windowsOf(joined(...Array.from({ length: 1_025 }, () => 'a')))).toHaveLength(3_068)
  expect(windowsOf(joined(...Array.from({ length: 1_026 }, () => 'a')))).toBeUndefined()
})

describe('a value that is spread over texts', () => {
  const pieces = array(
    record({ length: integer({ min: 1, max: 30 }), isJoined: boolean(), edge: constantFrom('a', '-', ' ', '') }),
    { minLength: 2, maxLength: 30 },
  )

  test('lies in a window that begins and ends with it, wherever it begins and ends', () => {
    let looked = 0
    assert(
      property(pieces, integer({ min: 0 }), integer({ min: 2, max: 12 }), (drawn, from, count) => {
        const texts = drawn.map(({ length, isJoined, edge }, at) => ({
          text: `${String.fromCharCode(97 + (at % 26)).repeat(length)}${edge}`,
          isJoined,
        }))
        const start = from % texts.length
        const value = texts.slice(start, start + count)
        if (value.length < 2) return
        const whole = value.map(({ text }) => text).join('')
        const before = texts
          .slice(0, start)
          .map(({ text }) => text)
          .join('')
        const behind = texts
          .slice(start + count)
          .map(({ text }) => text)
          .join('')
        const isGlued = (text: string): boolean => /^[\w-]{2}$/.test(text)
        const startsInWord = isGlued(before.slice(-1) + whole.slice(0, 1))
        const endsInWord = isGlued(whole.slice(-1) + behind.slice(0, 1))
        if (!startsInWord && !endsInWord) return
        looked += 1
        const holds = ({ text, asks }: SeamWindow): boolean =>
          asks === 'values' &&
          (startsInWord ? text.startsWith(whole) : text.includes(whole)) &&
          (endsInWord ? text.endsWith(whole) : true)
        expect(windowsOf(texts)?.some(holds)).toBe(true)
      }),
    )
    expect(looked).toBeGreaterThan(20)
  })
})

test('what is read again is bounded, whatever the texts', () => {
  assert(
    property(integer({ min: 2, max: 1_500 }), integer({ min: 1, max: 2_000 }), boolean(), (count, length, isJoined) => {
      const texts = Array.from({ length: count }, () => ({ text: 'a'.repeat(length), isJoined }))
      const windows = windowsOf(texts)
      if (windows === undefined) return
      const chars = windows.reduce((sum, { text }) => sum + text.length, 0)
      // All of it once more at most, and what the windows from word to word may hold.
      expect(chars).toBeLessThanOrEqual(2 * count * length + 2 * 1_048_576)
    }),
    { numRuns: 30 },
  )
})
