import { array, assert, constantFrom, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AdaptiveSlots } from './adaptive-slots.ts'

describe('slots', () => {
  test('are halved by each refusal, one at least, and come back one by one while answers succeed', () => {
    const slots = new AdaptiveSlots(8)
    const limits: number[] = []
    for (let refusal = 0; refusal < 5; refusal++) {
      slots.refused()
      limits.push(slots.limit)
    }
    expect(limits).toEqual([4, 2, 1, 1, 1])
    for (let success = 0; success < 19; success++) slots.succeeded()
    expect(slots.limit).toBe(1)
    slots.succeeded()
    expect(slots.limit).toBe(2)
    for (let success = 0; success < 1_000; success++) slots.succeeded()
    expect(slots.limit).toBe(8)
  })

  test('that were lost are not given out again until as many have come back', () => {
    const slots = new AdaptiveSlots(4)
    for (let taken = 0; taken < 4; taken++) expect(slots.acquire()).toBeUndefined()
    slots.refused()
    const waiting = slots.acquire()
    expect(waiting).toBeInstanceOf(Promise)
    slots.release()
    slots.release()
    expect(slots.taken).toBe(2)
    slots.release()
    // The one that waited has it now.
    expect(slots.taken).toBe(2)
    return waiting
  })

  test('are never more than the user set, whatever happens, and nobody waits while there is room', () => {
    const step = constantFrom('acquire', 'release', 'succeeded', 'refused')
    assert(
      property(integer({ min: 1, max: 16 }), array(step, { maxLength: 400 }), (max, steps) => {
        const slots = new AdaptiveSlots(max)
        let [held, waiting] = [0, 0]
        for (const one of steps) {
          if (one === 'acquire') {
            if (slots.acquire() === undefined) held += 1
            else waiting += 1
          } else if (one === 'release') {
            if (held + waiting === 0 || slots.taken === 0) continue
            slots.release()
          } else slots[one]()
          expect(slots.limit).toBeGreaterThanOrEqual(1)
          expect(slots.limit).toBeLessThanOrEqual(max)
          expect(slots.taken).toBeLessThanOrEqual(max)
        }
      }),
    )
  })
})
