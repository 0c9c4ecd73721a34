import { array, assert, boolean, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CANARY_UNSEEN, countCanary } from './canary-watch.ts'
import { isChosen, STOP_DEFAULT } from './rollout.ts'

const hash = (value: number): string => value.toString(16).padStart(8, '0')

test.each([
  [0, 0, false],
  [100, 9_999, true],
  [10, 999, true],
  [10, 1_000, false],
  [0.5, 49, true],
  [0.5, 50, false],
])('of %s percent, bucket %s is chosen: %s', (percent, bucket, chosen) =>
  expect(isChosen(percent, hash(bucket))).toBe(chosen),
)

test('who is chosen at a share is chosen at every larger one', () =>
  assert(
    property(
      integer({ min: 0, max: 0xff_ff_ff_ff }),
      integer({ min: 0, max: 100 }),
      integer({ min: 0, max: 100 }),
      (at, a, b) => {
        const [small, large] = [Math.min(a, b), Math.max(a, b)]
        return !isChosen(small, hash(at)) || isChosen(large, hash(at))
      },
    ),
  ))

describe('a canary', () => {
  const after = (ends: readonly boolean[], stepMs = 1): ReturnType<typeof countCanary> =>
    ends.reduce((state, isBad, at) => countCanary(state, isBad, STOP_DEFAULT, 1_000 + at * stepMs), CANARY_UNSEEN)
  const of = (bad: number, good: number): boolean[] => [
    ...Array<boolean>(bad).fill(true),
    ...Array<boolean>(good).fill(false),
  ]

  test.each([
    ['too few to tell', of(19, 0), false],
    ['a fifth bad', of(4, 16), true],
    ['less than a fifth bad', [...of(0, 17), ...of(3, 0)], false],
    ['bad at first and good afterwards', [...of(20, 0), ...of(0, 500)], true],
  ])('with %s is taken back: %s', (_, ends, isStopped) => expect(after(ends).isStopped).toBe(isStopped))

  test('whose bad ends lie in different windows goes on', () => expect(after(of(40, 0), 60_000).isStopped).toBe(false))

  test('that was taken back stays so, whatever comes', () =>
    assert(
      property(array(boolean(), { maxLength: 200 }), (ends) => {
        let state = CANARY_UNSEEN
        for (const [at, isBad] of ends.entries()) {
          const next = countCanary(state, isBad, STOP_DEFAULT, at)
          if (state.isStopped && !next.isStopped) return false
          state = next
        }
        return true
      }),
    ))
})
