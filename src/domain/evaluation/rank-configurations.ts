/** A measured quantity; the interval (95 %) is null where only a total is known. */
export interface Figure {
  readonly estimate: number
  readonly low: number | null
  readonly high: number | null
  /** Cases behind it. */
  readonly n: number
}

export const DIMENSIONS = ['quality', 'safety', 'cost', 'latency'] as const
export type Dimension = (typeof DIMENSIONS)[number]

/** Whether more of it is better. */
const MORE_IS_BETTER: Readonly<Record<Dimension, boolean>> = {
  quality: true,
  safety: true,
  cost: false,
  latency: false,
}

export type Figures = Readonly<Record<Dimension, Figure | null>>

export interface Measured {
  readonly id: string
  readonly figures: Figures
  /** It meets every criterion that it must meet. */
  readonly isPassing: boolean
}

export interface Rank {
  readonly isOnFront: boolean
  /** Configurations that are at least as good in everything and better in something. */
  readonly dominatedBy: readonly {
    readonly id: string
    /** Some interval of the two lies wholly on the better side; else the order may be chance. */
    readonly isSure: boolean
  }[]
}

export interface Ranking {
  /** What was compared: dimensions that some configuration has a figure of. */
  readonly dimensions: readonly Dimension[]
  readonly ranks: ReadonlyMap<string, Rank>
  /** The cheapest that passes; null where none passes or none that passes has a known cost. */
  readonly cheapestPassing: string | null
}

/**
 * Pareto front over quality, safety, cost and latency: what no other configuration beats in everything. A figure that is
 * missing is never beaten and beats nothing, so what was not measured is not ruled out.
 */
export function rankConfigurations(configurations: readonly Measured[]): Ranking {
  const dimensions = DIMENSIONS.filter((dimension) => configurations.some(({ figures }) => figures[dimension] !== null))
  const ranks = new Map<string, Rank>()
  for (const one of configurations) {
    const dominatedBy = configurations
      .filter((other) => other.id !== one.id && dominates(other.figures, one.figures, dimensions))
      .map((other) => ({
        id: other.id,
        isSure: dimensions.some((dimension) => isSurelyBetter(other.figures, one.figures, dimension)),
      }))
    ranks.set(one.id, { isOnFront: dominatedBy.length === 0, dominatedBy })
  }
  const affordable = configurations
    .filter(({ isPassing, figures }) => isPassing && figures.cost !== null)
    .toSorted((left, right) => costOf(left) - costOf(right) || (left.id < right.id ? -1 : 1))
  return { dimensions, ranks, cheapestPassing: affordable[0]?.id ?? null }
}

function costOf({ figures }: Measured): number {
  return figures.cost?.estimate ?? Number.POSITIVE_INFINITY
}

function dominates(better: Figures, worse: Figures, dimensions: readonly Dimension[]): boolean {
  let isBetterInSome = false
  for (const dimension of dimensions) {
    const [one, other] = [better[dimension], worse[dimension]]
    if (one === null || other === null) return false
    const gain = (one.estimate - other.estimate) * (MORE_IS_BETTER[dimension] ? 1 : -1)
    if (gain < 0) return false
    if (gain > 0) isBetterInSome = true
  }
  return isBetterInSome
}

function isSurelyBetter(better: Figures, worse: Figures, dimension: Dimension): boolean {
  const [one, other] = [better[dimension], worse[dimension]]
  if (one === null || other === null) return false
  if (one.low === null || one.high === null || other.low === null || other.high === null) return false
  return MORE_IS_BETTER[dimension] ? one.low > other.high : one.high < other.low
}
