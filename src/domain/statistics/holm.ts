/**
 * Holm's step-down adjustment (S. Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of
 * Statistics 6 (1979), 65–70): rejecting what lies at or below α keeps the probability of any false rejection at α, whatever
 * the dependence. In the order of the input.
 */
export function holm(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((_, index) => index).toSorted((left, right) => (pValues[left] ?? 1) - (pValues[right] ?? 1))
  const adjusted = pValues.map(() => 1)
  let most = 0
  for (const [rank, index] of order.entries()) {
    most = Math.max(most, Math.min(1, (pValues.length - rank) * (pValues[index] ?? 1)))
    adjusted[index] = most
  }
  return adjusted
}
