import type { Digest } from '../../base/digest.ts'
import {
  LINEAGE_KINDS,
  type LineageEdge,
  type LineageGraph,
  type LineageKind,
  type LineageNode,
} from './lineage-graph.ts'

/** What a query names: a kind, and of that kind a name, a digest or the beginning of one. */
export interface LineageSelector {
  readonly kind: LineageKind
  readonly name: string | undefined
}

const DIGITS_MIN = 6
const SELECTOR_CHARS_MAX = 300

/** `incident`, `dataset:orders`, `prompt:sha256:4f2a91`, … or undefined. */
export function parseSelector(text: string): LineageSelector | undefined {
  const [kind = '', ...rest] = text.split(':')
  const known = LINEAGE_KINDS.find((one) => one === kind)
  const name = rest.join(':')
  if (known === undefined || text.length > SELECTOR_CHARS_MAX || (rest.length > 0 && name === '')) return undefined
  return { kind: known, name: rest.length === 0 ? undefined : name }
}

function matches({ kind, name, digest, id }: LineageNode, selector: LineageSelector): boolean {
  // Whoever asks for a dataset means those that were derived too.
  const isOfKind = kind === selector.kind || (selector.kind === 'dataset' && kind === 'feature')
  if (!isOfKind) return false
  const wanted = selector.name
  if (wanted === undefined || name === wanted || id === `${kind}:${wanted}`) return true
  const digits = wanted.replace(/^sha256:/, '')
  return digits.length >= DIGITS_MIN && /^[0-9a-f]+$/.test(digits) && (digest?.startsWith(`sha256:${digits}`) ?? false)
}

export interface LineageAnswer {
  readonly nodes: readonly LineageNode[]
  readonly edges: readonly LineageEdge[]
  /** The ends that were asked for: reached by `to` from `from`, or all that is up or down the way where one is left out. */
  readonly found: readonly LineageNode[]
}

/**
 * What comes of `from`, or what went into `to`, or what lies between the two. A way stays within one release: that two
 * releases share a prompt does not bring the dataset of one to the incidents of the other.
 */
export function queryLineage(
  graph: LineageGraph,
  { from, to }: { readonly from: LineageSelector | undefined; readonly to: LineageSelector | undefined },
): LineageAnswer {
  const starts = from === undefined ? undefined : graph.nodes.filter((node) => matches(node, from))
  const ends = to === undefined ? undefined : graph.nodes.filter((node) => matches(node, to))
  const down = starts === undefined ? undefined : walk(graph, starts, 'down')
  const up = ends === undefined ? undefined : walk(graph, ends, 'up')
  const releases = [...new Set(graph.edges.flatMap(({ release }) => release ?? []))]
  const isOn = (place: string): boolean => (down?.has(place) ?? true) && (up?.has(place) ?? true)
  const edges = graph.edges.filter(({ from: one, to: other, release }) =>
    (release === null ? releases : [release]).some((scope) => isOn(placeOf(one, scope)) && isOn(placeOf(other, scope))),
  )
  const on = new Set(edges.flatMap(({ from: one, to: other }) => [one, other]))
  // A node that is both ends at once lies on no edge.
  for (const node of starts ?? []) if (ends === undefined || ends.includes(node)) on.add(node.id)
  for (const node of ends ?? []) if (starts === undefined) on.add(node.id)
  const nodes = graph.nodes.filter(({ id }) => on.has(id))
  const asked = (ends ?? starts ?? []).filter(({ id }) => on.has(id))
  const found = ends === undefined || starts === undefined ? nodes.filter((node) => !asked.includes(node)) : asked
  return { nodes, edges, found }
}

const placeOf = (id: string, release: Digest): string => `${release}\n${id}`

/** Every place, a node within a release, that can be reached. */
function walk({ edges }: LineageGraph, starts: readonly LineageNode[], direction: 'down' | 'up'): ReadonlySet<string> {
  const nexts = new Map<string, { readonly to: string; readonly release: Digest | null }[]>()
  const releases = new Set<Digest>()
  for (const { from, to, release } of edges) {
    const [at, next] = direction === 'down' ? [from, to] : [to, from]
    const known = nexts.get(at) ?? []
    known.push({ to: next, release })
    nexts.set(at, known)
    if (release !== null) releases.add(release)
  }
  const seen = new Set<string>()
  for (const release of releases) {
    const open = starts.map(({ id }) => id)
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const place = placeOf(id, release)
      if (seen.has(place)) continue
      seen.add(place)
      for (const next of nexts.get(id) ?? []) if (next.release === null || next.release === release) open.push(next.to)
    }
  }
  return seen
}
