import { array, assert, constantFrom, integer, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { epochMs, HOUR_MS, type EpochMs } from '../../base/instant.ts'
import type { SessionStore } from '../../domain/session/session-store.ts'
import { memorySessionStore } from './memory-session-store.ts'

const START = 1_700_000_000_000
const EMPTY = { integrityRank: 0, confidentialityRank: 0, calls: {} }

function storeWithClock(): { readonly store: SessionStore; readonly advance: (ms: number) => void } {
  let now: EpochMs = epochMs(START)
  return {
    store: memorySessionStore(() => now),
    advance: (ms) => {
      now = epochMs(now + ms)
    },
  }
}

describe('marks', () => {
  test('of a new session are the lowest', () => expect(storeWithClock().store.get('a')).toEqual(EMPTY))

  test('only rise, in whatever order they come', () => {
    const marks = array(
      record({ integrityRank: integer({ min: 0, max: 3 }), confidentialityRank: integer({ min: 0, max: 3 }) }),
      { minLength: 1 },
    )
    assert(
      property(marks, (raised) => {
        const { store } = storeWithClock()
        let last = store.get('a')
        for (const mark of raised) {
          store.raise('a', mark)
          const now = store.get('a')
          expect(now.integrityRank).toBe(Math.max(last.integrityRank, mark.integrityRank))
          expect(now.confidentialityRank).toBe(Math.max(last.confidentialityRank, mark.confidentialityRank))
          last = now
        }
      }),
    )
  })

  test('belong to one session', () => {
    const { store } = storeWithClock()
    store.raise('a', { integrityRank: 3, confidentialityRank: 2 })
    store.countCall('a', 'refund')
    store.rememberAssistant('a', 'd')
    expect(store.get('b')).toEqual(EMPTY)
    expect(store.isOwnAssistant('b', 'd')).toBe(false)
  })

  test('stay for twelve idle hours, and each use starts them anew', () => {
    const { store, advance } = storeWithClock()
    store.raise('a', { integrityRank: 3, confidentialityRank: 0 })
    for (let use = 0; use < 3; use++) {
      advance(12 * HOUR_MS)
      expect(store.get('a').integrityRank).toBe(3)
    }
    advance(12 * HOUR_MS + 1)
    expect(store.get('a')).toEqual(EMPTY)
  })
})

describe('calls', () => {
  test('are counted per tool and leave the marks alone', () => {
    const { store } = storeWithClock()
    store.raise('a', { integrityRank: 2, confidentialityRank: 1 })
    for (const tool of ['x', 'y', 'x']) store.countCall('a', tool)
    expect(store.get('a')).toEqual({ integrityRank: 2, confidentialityRank: 1, calls: { x: 2, y: 1 } })
  })

  test('of a day are counted per tenant, tool and day', () => {
    const key = constantFrom('tenant-1', 'tenant-2')
    const tool = constantFrom('x', 'y')
    assert(
      property(array(record({ key, tool })), (calls) => {
        const { store } = storeWithClock()
        for (const call of calls) store.countDayCall(call.key, call.tool, '2026-11-21')
        for (const one of ['tenant-1', 'tenant-2'])
          for (const other of ['x', 'y'])
            expect(store.dayCalls(one, other, '2026-11-21')).toBe(
              calls.filter((call) => call.key === one && call.tool === other).length,
            )
        expect(store.dayCalls('tenant-1', 'x', '2026-11-22')).toBe(0)
      }),
    )
  })

  test('of yesterday are forgotten with the first one of today', () => {
    const { store } = storeWithClock()
    store.countDayCall('t', 'x', '2026-11-20')
    store.countDayCall('t', 'x', '2026-11-21')
    expect(store.dayCalls('t', 'x', '2026-11-20')).toBe(0)
    expect(store.dayCalls('t', 'x', '2026-11-21')).toBe(1)
  })
})

describe('messages of this gateway', () => {
  test('are known again', () => {
    const { store } = storeWithClock()
    store.rememberAssistant('a', 'one')
    expect(store.isOwnAssistant('a', 'one')).toBe(true)
    expect(store.isOwnAssistant('a', 'two')).toBe(false)
  })

  test('are bounded: the oldest goes first', () => {
    const { store } = storeWithClock()
    for (let at = 0; at <= 2_000; at++) store.rememberAssistant('a', `d${at}`)
    expect(store.isOwnAssistant('a', 'd0')).toBe(false)
    expect(store.isOwnAssistant('a', 'd1')).toBe(true)
    expect(store.isOwnAssistant('a', 'd2000')).toBe(true)
  })
})

test('sessions are bounded: the longest unused goes first', () => {
  const { store } = storeWithClock()
  for (const key of ['oldest', 'kept']) store.raise(key, { integrityRank: 3, confidentialityRank: 3 })
  for (let at = 0; at < 99_998; at++) store.get(`s${at}`)
  store.get('kept')
  store.get('one more')
  expect(store.get('kept').integrityRank).toBe(3)
  expect(store.get('oldest')).toEqual(EMPTY)
})
