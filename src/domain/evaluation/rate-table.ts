import { wilsonInterval } from '../statistics/proportion.ts'
import type { ScorerRate, ShownRate } from './evaluation-report.ts'
import type { Expectation } from './expectation.ts'
import { scorerOf, type CaseScore } from './score-case.ts'

/** Names beyond it are counted under one. */
const NAMES_MAX = 500
const OTHERS = '(others)'

/** Rates by name, within bounds. */
export class RateTable {
  readonly #rows = new Map<string, { n: number; k: number }>()

  add(name: string, isGood: boolean): void {
    const key = this.#rows.has(name) || this.#rows.size < NAMES_MAX ? name : OTHERS
    const row = this.#rows.get(key) ?? { n: 0, k: 0 }
    row.n += 1
    if (isGood) row.k += 1
    this.#rows.set(key, row)
  }

  rows(): readonly ShownRate[] {
    return [...this.#rows]
      .map(([name, { n, k }]) => ({ name, n, k, ...wilsonInterval({ k, n }) }))
      .toSorted((left, right) => (left.name < right.name ? -1 : 1))
  }
}

interface ScorerRow {
  n: number
  k: number
  withoutVerdict: number
  measured: number
  sum: number
}

/** How often each scorer's expectation held. A case that asks the same scorer twice counts once, and holds if both do. */
export class ScorerTable {
  readonly #rows = new Map<string, ScorerRow>()

  add(expect: readonly Expectation[], { misses, noVerdicts, values }: CaseScore): void {
    for (const name of new Set(expect.map(scorerOf))) {
      const row = this.#rows.get(name) ?? { n: 0, k: 0, withoutVerdict: 0, measured: 0, sum: 0 }
      this.#rows.set(name, row)
      if (noVerdicts.some(({ scorer }) => scorer === name)) row.withoutVerdict += 1
      else {
        row.n += 1
        if (!misses.some(({ scorer }) => scorer === name)) row.k += 1
      }
      for (const { scorer, value } of values) {
        if (scorer !== name) continue
        row.measured += 1
        row.sum += value
      }
    }
  }

  rows(): readonly ScorerRate[] {
    return [...this.#rows]
      .map(([name, { n, k, withoutVerdict, measured, sum }]) => ({
        name,
        n,
        k,
        ...wilsonInterval({ k, n }),
        withoutVerdict,
        mean: measured === 0 ? null : sum / measured,
      }))
      .toSorted((left, right) => (left.name < right.name ? -1 : 1))
  }
}
