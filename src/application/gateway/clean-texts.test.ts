import { assert, constantFrom, array, property } from 'fast-check'
import { expect, test } from 'vitest'
import { cleanTexts } from './clean-texts.ts'

const hash = (purpose: string, text: string): string => `${purpose}/${text.length}/${text.slice(0, 4)}`

test('nothing is remembered of an empty text: there is nothing to judge', () =>
  expect(cleanTexts(hash).keyOf('p', '')).toBeUndefined())

test('a text is remembered under its own policy alone', () => {
  const clean = cleanTexts((purpose, text) => `${purpose}${text}`)
  const text = 'word '.repeat(30)
  clean.add(clean.keyOf('a', text) ?? '', 0.1)
  expect(clean.scoreOf(clean.keyOf('a', text) ?? '')).toBe(0.1)
  expect(clean.scoreOf(clean.keyOf('b', text) ?? '')).toBeUndefined()
})

test('what it tells is what it was told last, however much came in between', () =>
  assert(
    property(array(constantFrom('a', 'b', 'c')), (keys) => {
      const clean = cleanTexts(hash)
      const told = new Map<string, number>()
      for (const [at, key] of keys.entries()) {
        if (clean.scoreOf(key) !== told.get(key)) return false
        clean.add(key, at)
        told.set(key, at)
      }
      return true
    }),
  ))

test('it forgets the longest unused when it is full', () => {
  const clean = cleanTexts(hash)
  for (let at = 0; at <= 50_000; at += 1) {
    clean.add(`k${at}`, at)
    clean.scoreOf('k0')
  }
  expect([clean.scoreOf('k0'), clean.scoreOf('k1'), clean.scoreOf('k50000')]).toEqual([0, undefined, 50_000])
})
