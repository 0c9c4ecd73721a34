import fc from 'fast-check'
import { expect, test } from 'vitest'
import { epochMs } from '../../base/instant.ts'
import { cursorOf, positionOf } from './page-cursor.ts'
import { INSTANT_MAX } from './records.ts'

test('a cursor leads back to its position, and is safe in a URL', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: INSTANT_MAX }),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }).filter((id) => JSON.stringify(id).length < 900),
      (at, id) => {
        const cursor = cursorOf({ at: epochMs(at), id })
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/)
        expect(positionOf(cursor)).toEqual({ at, id })
      },
    ),
  )
})

test.each(['', '!', 'x', '====', 'WzFd', 'WzEsMl0', 'bnVsbA', btoa('[-1,"a"]'), btoa('[1.5,"a"]'), 'a'.repeat(2_000)])(
  '`%s` is no cursor',
  (text) => {
    expect(positionOf(text.replaceAll('=', text === '====' ? '=' : ''))).toBeUndefined()
  },
)

test('any text is a position or none, and never throws', () => {
  fc.assert(fc.property(fc.string({ maxLength: 60 }), (text) => void positionOf(text)))
})
