import { wilsonInterval } from '../statistics/proportion.ts'

/** A figure with its sample; `value` null means "no data", which is neither 0 nor 100 %. */
export interface Kpi {
  readonly id: string
  readonly name: string
  readonly unit: '%' | 'ms' | 'h' | 'min' | 'per 1k'
  readonly value: number | null
  readonly n: number
  readonly low: number | null
  readonly high: number | null
  /** Where its numbers come from. */
  readonly source: string
}

export function rateKpi(
  id: string,
  name: string,
  counted: { readonly k: number; readonly n: number },
  source: string,
): Kpi {
  const { k, n } = counted
  if (n === 0) return { id, name, unit: '%', value: null, n, low: null, high: null, source }
  const { low, high } = wilsonInterval(counted)
  return { id, name, unit: '%', value: (100 * k) / n, n, low: 100 * low, high: 100 * high, source }
}

/** Median with the distribution-free 95 % interval from order statistics (binomial, normal approximation of ranks). */
export function medianKpi(head: Pick<Kpi, 'id' | 'name' | 'unit' | 'source'>, values: readonly number[]): Kpi {
  const sorted = values.toSorted((left, right) => left - right)
  const n = sorted.length
  if (n === 0) return { ...head, value: null, n, low: null, high: null }
  const spread = 0.98 * Math.sqrt(n)
  return {
    ...head,
    value: quantile(sorted, 0.5),
    n,
    low: sorted[Math.max(0, Math.floor(n / 2 - spread))] ?? null,
    high: sorted[Math.min(n - 1, Math.ceil(n / 2 + spread))] ?? null,
  }
}

export function quantile(sorted: readonly number[], p: number): number {
  const position = (sorted.length - 1) * p
  const low = sorted[Math.floor(position)] ?? 0
  const high = sorted[Math.ceil(position)] ?? low
  return low + (high - low) * (position - Math.floor(position))
}
