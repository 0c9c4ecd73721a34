import { array, assert, constantFrom, property } from 'fast-check'
import { expect, test } from 'vitest'
import { boundedMemo } from './bounded-memo.ts'

test('it says what the function says, whatever came before, and asks again only for what has gone', () => {
  assert(
    property(array(constantFrom('a', 'b', 'c', 'd', ''), { maxLength: 40 }), (keys) => {
      const asked: string[] = []
      const memo = boundedMemo(2, (key) => {
        asked.push(key)
        return key === '' ? undefined : key.toUpperCase()
      })
      for (const key of keys) expect(memo(key)).toBe(key === '' ? undefined : key.toUpperCase())
      expect(asked.length).toBeGreaterThanOrEqual(new Set(keys).size)
    }),
  )
})

test('a key that is still there is not asked for twice', () => {
  let asked = 0
  const memo = boundedMemo(2, () => ++asked)
  expect([memo('a'), memo('b'), memo('a'), memo('c'), memo('b'), memo('a')]).toEqual([1, 2, 1, 3, 2, 4])
})
