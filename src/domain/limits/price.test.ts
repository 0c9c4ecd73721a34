import { assert, integer, property, record } from 'fast-check'
import { expect, test } from 'vitest'
import { costOf, type PriceList } from './price.ts'

const prices: PriceList = new Map([
  ['small', { input: 1, output: 4 }],
  ['large', { input: 10, output: 40, cachedInput: 1 }],
])

test.each([
  ['all at the price of input', 'large', { inputTokens: 100, outputTokens: 10 }, 1_400],
  ['what was cached at its own', 'large', { inputTokens: 100, outputTokens: 10, cachedInputTokens: 90 }, 590],
  [
    'what was cached at the full price where it has none',
    'small',
    { inputTokens: 100, outputTokens: 10, cachedInputTokens: 90 },
    140,
  ],
  [
    'as the dearest of each where the model has none',
    'other',
    { inputTokens: 100, outputTokens: 10, cachedInputTokens: 90 },
    590,
  ],
  ['no more as cached than was read', 'large', { inputTokens: 100, outputTokens: 0, cachedInputTokens: 1_000 }, 100],
] as const)('a call costs %s', (_, model, usage, cost) => {
  expect(costOf(prices, model, usage)).toBe(cost)
})

test('nothing is free because a provider says that it was cached', () => {
  const count = integer({ min: 0, max: 1e6 })
  const usage = record({ inputTokens: count, outputTokens: count, cachedInputTokens: count })
  assert(
    property(usage, ({ inputTokens, outputTokens, cachedInputTokens }) => {
      const cost = costOf(prices, 'large', { inputTokens, outputTokens, cachedInputTokens })
      expect(cost).toBeLessThanOrEqual(costOf(prices, 'large', { inputTokens, outputTokens }))
      expect(cost).toBeGreaterThanOrEqual(inputTokens + 40 * outputTokens)
    }),
  )
})
