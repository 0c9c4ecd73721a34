import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SPANS_OF_WINDOW_MAX, WINDOW_CHARS, windowsOf } from './text-windows.ts'

const TEXT = fc
  .array(fc.oneof(fc.constantFrom('. ', '\n', ' ', '。', 'word', 'longer-word', '。'), fc.string({ maxLength: 300 })), {
    maxLength: 60,
  })
  .map((parts) => parts.join(''))

test('every character is in a window, and windows are bounded and move on', () => {
  fc.assert(
    fc.property(TEXT, (text) => {
      const windows = windowsOf(text)
      let covered = 0
      let last = -1
      for (const { start, end } of windows) {
        expect(start).toBeGreaterThan(last)
        expect(start).toBeLessThanOrEqual(covered)
        expect(end - start).toBeLessThanOrEqual(WINDOW_CHARS)
        last = start
        covered = Math.max(covered, end)
      }
      expect(covered).toBe(text.length)
    }),
  )
})

test('the borders of other windows cut none into more spans than there is room for', () => {
  fc.assert(
    fc.property(TEXT, (text) => {
      const windows = windowsOf(text)
      const borders = [...new Set(windows.flatMap(({ start, end }) => [start, end]))]
      for (const { start, end } of windows)
        expect(borders.filter((border) => border > start && border < end).length).toBeLessThan(SPANS_OF_WINDOW_MAX)
    }),
  )
})

test('a text without any border is cut all the same', () => {
  const windows = windowsOf('x'.repeat(100_000))
  expect(windows.at(-1)?.end).toBe(100_000)
  expect(windows.length).toBeLessThan(400)
})

test('a window ends with a sentence where one ends near', () => {
  const [first] = windowsOf(`${'a'.repeat(600)}. ${'b'.repeat(600)}`)
  expect(first).toEqual({ start: 0, end: 602 })
})
