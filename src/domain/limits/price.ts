/** Price per million tokens, by model, in one currency. */
export type PriceList = ReadonlyMap<string, { readonly input: number; readonly output: number }>

/**
 * Cost in millionths of the currency, rounded up to a whole one. A model without a price costs as much as the dearest
 * that has one: an entry that somebody forgot must not make a budget endless.
 */
export function costOf(prices: PriceList, model: string, inputTokens: number, outputTokens: number): number {
  const own = prices.get(model)
  const all = own === undefined ? [...prices.values()] : [own]
  const input = Math.max(0, ...all.map((price) => price.input))
  const output = Math.max(0, ...all.map((price) => price.output))
  return Math.ceil(input * inputTokens + output * outputTokens)
}
