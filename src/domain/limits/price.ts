/** Price per million tokens, in one currency. */
export interface Price {
  readonly input: number
  readonly output: number
  /** Of input that the provider had in its cache; the price of input unless set. */
  readonly cachedInput?: number | undefined
}

/** By model. */
export type PriceList = ReadonlyMap<string, Price>

export interface PricedUsage {
  /** All of the input, what was cached included. */
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cachedInputTokens?: number | undefined
}

/**
 * Cost in millionths of the currency, rounded up to a whole one. A model without a price costs as much as the dearest
 * that has one: an entry that somebody forgot must not make a budget endless.
 */
export function costOf(prices: PriceList, model: string, usage: PricedUsage): number {
  const { inputTokens, outputTokens, cachedInputTokens = 0 } = usage
  const own = prices.get(model)
  const all = own === undefined ? [...prices.values()] : [own]
  const dearest = (of: (price: Price) => number): number => Math.max(0, ...all.map(of))
  const cached = Math.min(cachedInputTokens, inputTokens)
  return Math.ceil(
    dearest(({ input }) => input) * (inputTokens - cached) +
      dearest(({ input, cachedInput = input }) => cachedInput) * cached +
      dearest(({ output }) => output) * outputTokens,
  )
}
