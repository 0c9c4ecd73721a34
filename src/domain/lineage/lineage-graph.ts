import type { Digest } from '../../base/digest.ts'
import type { EpochMs } from '../../base/instant.ts'

/** In the order in which things come from each other: every edge goes from an earlier kind to a later one, or between datasets. */
export const LINEAGE_KINDS = [
  'dataset',
  'feature',
  'index',
  'prompt',
  'model',
  'tool',
  'release',
  'deployment',
  'trace',
  'incident',
] as const
export type LineageKind = (typeof LINEAGE_KINDS)[number]

export interface LineageNode {
  /** `kind:rest`; a component of another content is another node. */
  readonly id: string
  readonly kind: LineageKind
  readonly system: string
  /** As people call it: a component's id, a release's version, an environment, an incident's id. */
  readonly name: string
  readonly digest: Digest | null
  readonly at: EpochMs | null
}

export interface LineageEdge {
  readonly from: string
  readonly to: string
  /** The release in which this holds; null where it holds always. */
  readonly release: Digest | null
}

export interface LineageGraph {
  readonly nodes: readonly LineageNode[]
  readonly edges: readonly LineageEdge[]
  /** Traces that are recorded and not in the graph. */
  readonly tracesOmitted: number
}

/** Collects nodes and edges once each, in an order that does not depend on who came first. */
export class LineageBuilder {
  readonly #nodes = new Map<string, LineageNode>()
  readonly #edges = new Map<string, LineageEdge>()

  add(node: LineageNode): string {
    if (!this.#nodes.has(node.id)) this.#nodes.set(node.id, node)
    return node.id
  }

  has(id: string): boolean {
    return this.#nodes.has(id)
  }

  link(from: string, to: string, release: Digest | null): void {
    this.#edges.set(`${from}\n${to}\n${release ?? ''}`, { from, to, release })
  }

  graph(tracesOmitted: number): LineageGraph {
    const rank = new Map(LINEAGE_KINDS.map((kind, index) => [kind, index]))
    return {
      nodes: [...this.#nodes.values()].toSorted(
        (one, other) => (rank.get(one.kind) ?? 0) - (rank.get(other.kind) ?? 0) || (one.id < other.id ? -1 : 1),
      ),
      edges: [...this.#edges]
        .toSorted(([one], [other]) => (one < other ? -1 : 1))
        .map(([, edge]) => edge)
        .filter(({ from, to }) => this.has(from) && this.has(to)),
      tracesOmitted,
    }
  }
}
