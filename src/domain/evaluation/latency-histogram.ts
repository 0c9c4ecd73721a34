export interface LatencySummary {
  readonly n: number
  /** Left out: this process or a cache spoiled them. */
  readonly voided: number
  readonly p50Ms: number | null
  readonly p90Ms: number | null
  readonly p99Ms: number | null
  readonly maxMs: number | null
}

/** Neighbouring buckets differ by 1 %. */
const RATIO = 1.01
const LOG_RATIO = Math.log(RATIO)
const LEAST_MS = 0.01

/** Latencies in buckets of 1 %: its size does not depend on how many there are, and their order does not matter. */
export class LatencyHistogram {
  readonly #buckets = new Map<number, number>()
  #n = 0
  #voided = 0
  #max = 0

  add(latencyMs: number): void {
    const bucket = Math.max(0, Math.round(Math.log(Math.max(latencyMs, LEAST_MS) / LEAST_MS) / LOG_RATIO))
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1)
    this.#n += 1
    this.#max = Math.max(this.#max, latencyMs)
  }

  addVoid(): void {
    this.#voided += 1
  }

  summary(): LatencySummary {
    const sorted = [...this.#buckets].toSorted(([left], [right]) => left - right)
    const quantile = (p: number): number | null => {
      let left = Math.ceil(p * this.#n)
      for (const [bucket, count] of sorted) {
        left -= count
        if (left <= 0) return rounded(LEAST_MS * RATIO ** bucket)
      }
      return null
    }
    return {
      n: this.#n,
      voided: this.#voided,
      p50Ms: quantile(0.5),
      p90Ms: quantile(0.9),
      p99Ms: quantile(0.99),
      maxMs: this.#n === 0 ? null : rounded(this.#max),
    }
  }
}

const rounded = (value: number): number => Math.round(value * 100) / 100
