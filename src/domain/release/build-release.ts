import { concatBytes, utf8 } from '../../base/bytes.ts'
import { digestOfBytes, digestOfJson, type Digest, type Sha256 } from '../../base/digest.ts'
import { canonicalJsonOf, type JsonObject } from '../../base/json.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { ComponentDigest, ComponentKind, Release, ToolSchema } from './release.ts'

/** Separates release digests from every other SHA-256 in the world. */
const RELEASE_DOMAIN = 'gatehouse.release.v1\n'

export interface ReleaseInputs {
  readonly manifest: Manifest
  readonly raw: JsonObject
  /** Digest of each file or directory that the manifest names, by its path. */
  readonly files: ReadonlyMap<string, Digest>
  readonly prompts: Readonly<Record<string, string>>
  readonly toolSchemas: Readonly<Record<string, ToolSchema>>
}

/** Computes the digests of components and of the release (CONTRACTS.md, "Digests"). */
export function buildRelease(sha256: Sha256, inputs: ReleaseInputs): Release {
  const components = componentDigests(sha256, inputs)
  const digest = releaseDigest(sha256, inputs.raw, components)
  return {
    digest,
    manifest: inputs.manifest,
    raw: inputs.raw,
    components,
    prompts: inputs.prompts,
    toolSchemas: inputs.toolSchemas,
  }
}

export function releaseDigest(sha256: Sha256, raw: JsonObject, components: readonly ComponentDigest[]): Digest {
  const body = canonicalJsonOf({
    manifest: raw,
    components: components.map(({ kind, id, digest }) => [kind, id, digest]),
    guard: raw['guard'] ?? null,
  })
  return digestOfBytes(sha256, concatBytes(utf8(RELEASE_DOMAIN), utf8(body)))
}

function componentDigests(sha256: Sha256, { manifest, files }: ReleaseInputs): readonly ComponentDigest[] {
  const { components } = manifest
  const digests: ComponentDigest[] = []
  const add = (kind: ComponentKind, entry: { readonly id: string }, path?: string): void => {
    const file = path === undefined ? null : (files.get(path) ?? null)
    digests.push({ kind, id: entry.id, digest: componentDigest(sha256, { ...entry } as unknown as JsonObject, file) })
  }
  for (const model of components.models) add('model', model)
  for (const prompt of components.prompts ?? []) add('prompt', prompt, prompt.path)
  for (const dataset of components.datasets ?? []) add('dataset', dataset, dataset.path)
  for (const retriever of components.retrievers ?? [])
    add('retriever', retriever, typeof retriever.source['path'] === 'string' ? retriever.source['path'] : undefined)
  for (const tool of components.tools ?? []) add('tool', tool, tool.schema)
  for (const server of components.mcpServers ?? []) add('mcp-server', server)
  for (const agent of components.agents ?? []) add('agent', agent)
  return digests
}

/** Recomputes the digest of one component from its declaration and its file's digest. */
function componentDigest(sha256: Sha256, entry: JsonObject, file: Digest | null): Digest {
  return digestOfJson(sha256, { declared: entry, file })
}

/** Paths that the manifest names, each with whether a directory is allowed there. */
export function componentPaths(
  manifest: Manifest,
): readonly { readonly path: string; readonly at: readonly (string | number)[] }[] {
  const { components } = manifest
  const paths: { path: string; at: readonly (string | number)[] }[] = []
  for (const [index, prompt] of (components.prompts ?? []).entries())
    paths.push({ path: prompt.path, at: ['components', 'prompts', index, 'path'] })
  for (const [index, dataset] of (components.datasets ?? []).entries())
    paths.push({ path: dataset.path, at: ['components', 'datasets', index, 'path'] })
  for (const [index, { source }] of (components.retrievers ?? []).entries())
    if (typeof source['path'] === 'string')
      paths.push({ path: source['path'], at: ['components', 'retrievers', index, 'source', 'path'] })
  for (const [index, tool] of (components.tools ?? []).entries())
    paths.push({ path: tool.schema, at: ['components', 'tools', index, 'schema'] })
  return paths
}
