import { array, assert, integer, option, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rankConfigurations, type Figure, type Measured } from './rank-configurations.ts'

const figure = (estimate: number, spread = 0.01): Figure => ({
  estimate,
  low: estimate - spread,
  high: estimate + spread,
  n: 100,
})

function measured(id: string, figures: Partial<Measured['figures']>, isPassing = true): Measured {
  return { id, isPassing, figures: { quality: null, safety: null, cost: null, latency: null, ...figures } }
}

const front = (all: readonly Measured[]): readonly string[] =>
  [...rankConfigurations(all).ranks].filter(([, { isOnFront }]) => isOnFront).map(([id]) => id)

describe('the front', () => {
  test('leaves out what another beats in everything, and says by whom and how surely', () => {
    const { ranks, dimensions } = rankConfigurations([
      measured('large', { quality: figure(0.99), cost: figure(10) }),
      measured('small', { quality: figure(0.95), cost: figure(1) }),
      measured('bad', { quality: figure(0.9), cost: figure(5) }),
      measured('near', { quality: figure(0.945), cost: figure(1.005) }),
    ])
    expect(dimensions).toEqual(['quality', 'cost'])
    expect(ranks.get('large')?.isOnFront).toBe(true)
    expect(ranks.get('small')?.isOnFront).toBe(true)
    expect(ranks.get('bad')?.dominatedBy).toEqual([
      { id: 'small', isSure: true },
      { id: 'near', isSure: true },
    ])
    expect(ranks.get('near')?.dominatedBy).toEqual([{ id: 'small', isSure: false }])
  })

  test('keeps what was not measured, and two that are alike', () => {
    const unknown = measured('unknown', { quality: figure(0.1) })
    const alike = [
      measured('one', { quality: figure(0.9), cost: figure(1) }),
      measured('two', { quality: figure(0.9), cost: figure(1) }),
    ]
    expect(front([unknown, ...alike])).toEqual(['unknown', 'one', 'two'])
  })

  const anyFigures = record({
    quality: option(integer({ min: 0, max: 4 })),
    safety: option(integer({ min: 0, max: 4 })),
    cost: option(integer({ min: 0, max: 4 })),
    latency: option(integer({ min: 0, max: 4 })),
  })
  const built = (all: readonly Record<string, number | null>[]): readonly Measured[] =>
    all.map((values, at) =>
      measured(
        `c-${at}`,
        Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value === null ? null : figure(value)])),
      ),
    )

  test('is never empty', () => {
    assert(property(array(anyFigures, { minLength: 1, maxLength: 8 }), (all) => front(built(all)).length > 0))
  })

  test('lets nobody beat somebody who beats them', () => {
    assert(
      property(array(anyFigures, { minLength: 1, maxLength: 8 }), (all) => {
        const { ranks } = rankConfigurations(built(all))
        return [...ranks].every(([id, { dominatedBy }]) =>
          dominatedBy.every((other) => ranks.get(other.id)?.dominatedBy.every((back) => back.id !== id) ?? false),
        )
      }),
    )
  })
})

describe('the cheapest that passes', () => {
  test.each([
    { costs: { a: 3, b: 1, c: 2 }, passing: ['a', 'c'], cheapest: 'c' },
    { costs: { a: 3, b: 1, c: 2 }, passing: [], cheapest: null },
    { costs: { a: null, b: 1, c: 2 }, passing: ['a'], cheapest: null },
    { costs: { a: 1, b: 1, c: 1 }, passing: ['b', 'c'], cheapest: 'b' },
  ])('of $costs with $passing passing is $cheapest', ({ costs, passing, cheapest }) => {
    const all = Object.entries(costs).map(([id, cost]) =>
      measured(id, { cost: cost === null ? null : figure(cost) }, new Set<string>(passing).has(id)),
    )
    expect(rankConfigurations(all).cheapestPassing).toBe(cheapest)
  })
})
