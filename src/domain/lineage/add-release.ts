import type { Digest } from '../../base/digest.ts'
import type { EpochMs } from '../../base/instant.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { ComponentDigest } from '../release/release.ts'
import type { LineageBuilder, LineageKind } from './lineage-graph.ts'

export interface ReleaseSource {
  readonly system: string
  readonly digest: Digest
  readonly version: string
  readonly at: EpochMs
  readonly manifest: Manifest
  readonly components: readonly ComponentDigest[]
}

export const releaseNode = (digest: Digest): string => `release:${digest}`
export const deploymentNode = (system: string, environment: string, release: Digest): string =>
  `deployment:${system}/${environment}@${release}`

/** A release with what it is made of, as its manifest declares it. */
export function addRelease(builder: LineageBuilder, source: ReleaseSource): void {
  const { system, digest, version, at, manifest } = source
  builder.add({ id: releaseNode(digest), kind: 'release', system, name: version, digest, at })
  const node = nodesOf(builder, source)
  const link = (from: string | undefined, to: string | undefined): void => {
    if (from !== undefined && to !== undefined) builder.link(from, to, digest)
  }
  const { datasets = [], retrievers = [], models } = manifest.components
  for (const { id, derivedFrom = [] } of datasets)
    for (const from of derivedFrom) link(node('dataset', from), node('dataset', id))
  for (const { id, source: store, derivedFrom = [] } of retrievers) {
    for (const from of derivedFrom) link(node('dataset', from), node('retriever', id))
    // An index over the files of a dataset comes from that dataset, whether or not anybody wrote it down.
    for (const dataset of datasets)
      if (typeof store['path'] === 'string' && isInside(store['path'], dataset.path))
        link(node('dataset', dataset.id), node('retriever', id))
  }
  for (const { id, derivedFrom = [] } of models)
    for (const from of derivedFrom) link(node('dataset', from), node('model', id))
  linkAgents(manifest, (from, to) => link(node(...from), node(...to)))
}

type Component = readonly [kind: string, id: string]

/** What is used together: passages fill the prompts of their agent, and its prompts its model. */
function linkAgents({ components }: Manifest, link: (from: Component, to: Component) => void): void {
  for (const { model, prompts = [], retrievers = [] } of components.agents ?? [])
    for (const prompt of prompts) {
      link(['prompt', prompt], ['model', model])
      for (const retriever of retrievers) link(['retriever', retriever], ['prompt', prompt])
    }
}

const LINEAGE_KIND_OF: Readonly<Record<string, LineageKind>> = {
  dataset: 'dataset',
  retriever: 'index',
  prompt: 'prompt',
  model: 'model',
  tool: 'tool',
}

/** Adds a node for each component; gives the way from a component to its node. */
function nodesOf(
  builder: LineageBuilder,
  { system, digest: release, at, manifest, components }: ReleaseSource,
): (kind: string, id: string) => string | undefined {
  const derived = new Set(
    (manifest.components.datasets ?? []).filter(({ derivedFrom = [] }) => derivedFrom.length > 0).map(({ id }) => id),
  )
  const ids = new Map<string, string>()
  for (const { kind: of, id, digest } of components) {
    const plain = LINEAGE_KIND_OF[of]
    if (plain === undefined) continue
    // A dataset that is derived is what others call a feature set.
    const kind = plain === 'dataset' && derived.has(id) ? 'feature' : plain
    const node = builder.add({ id: `${kind}:${system}/${id}@${digest}`, kind, system, name: id, digest, at })
    ids.set(`${of} ${id}`, node)
    builder.link(node, releaseNode(release), release)
  }
  return (kind, id) => ids.get(`${kind} ${id}`)
}

function isInside(path: string, folder: string): boolean {
  const trimmed = (text: string): string => text.replace(/^\.\//, '').replace(/\/+$/, '')
  const [one, other] = [trimmed(path), trimmed(folder)]
  return one === other || one.startsWith(`${other}/`)
}
