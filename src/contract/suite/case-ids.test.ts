import { array, assert, integer, property, stringMatching } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CaseIds } from './case-ids.ts'

/** The same by a map. */
function firstLines(ids: readonly string[]): readonly (number | undefined)[] {
  const lines = new Map<string, number>()
  return ids.map((id, line) => {
    const first = lines.get(id)
    if (first === undefined) lines.set(id, line)
    return first
  })
}

const taken = (ids: readonly string[]): { readonly lines: readonly (number | undefined)[]; readonly count: number } => {
  const all = new CaseIds()
  return { lines: ids.map((id, line) => all.take(id, line)), count: all.count }
}

describe('ids of cases', () => {
  test('are taken once, and the line of the first is kept, as a map would', () => {
    const ids = array(stringMatching(/^[a-c]{1,3}$/), { maxLength: 200 })
    assert(
      property(ids, (all) => {
        expect(taken(all)).toEqual({ lines: firstLines(all), count: new Set(all).size })
      }),
    )
  })

  test('are told apart beyond the first capacity, whatever their order', () => {
    assert(
      property(integer({ min: 1, max: 5_000 }), integer({ min: 1, max: 97 }), (count, factor) => {
        const ids = Array.from({ length: count }, (_, at) => `case-${(at * factor) % count}`)
        expect(taken(ids).lines).toEqual(firstLines(ids))
      }),
      { numRuns: 30 },
    )
  })

  test('that were made to share one hash stay exact, and cost no more than a map', () => {
    const colliding = collidingIds(8)
    expect(new Set(colliding).size).toBe(256)
    const others = Array.from({ length: 3_000 }, (_, at) => `other-${at}`)
    const ids = [...colliding, ...others, ...colliding, ...others]
    expect(taken(ids)).toEqual({ lines: firstLines(ids), count: 3_256 })
  })
})

/** FNV-1a goes on from its state: two blocks that collide once collide behind every beginning that they share the state of. */
function collidingIds(blocks: number): readonly string[] {
  let ids = ['']
  for (let block = 0; block < blocks; block++) {
    const [one, other] = collisionBehind(ids[0] as string)
    ids = ids.flatMap((id) => [`${id}${one}`, `${id}${other}`])
  }
  return ids
}

function collisionBehind(start: string): readonly [string, string] {
  const seen = new Map<number, string>()
  const from = hashed(0x81_1c_9d_c5, start)
  for (let at = 0; ; at++) {
    // Letters spread over the whole block: neighbouring numbers hardly ever collide.
    const block = ((Math.imul(at, 0x9e_37_79_b1) >>> 0) + 36 ** 7).toString(36)
    const hash = hashed(from, block)
    const first = seen.get(hash)
    if (first !== undefined) return [first, block]
    seen.set(hash, block)
  }
}

function hashed(from: number, text: string): number {
  let hash = from
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01_00_01_93)
  return hash
}
