import type { Digest } from '../../base/digest.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Manifest } from '../manifest/manifest.ts'

export const COMPONENT_KINDS = ['model', 'prompt', 'dataset', 'retriever', 'tool', 'mcp-server', 'agent'] as const
export type ComponentKind = (typeof COMPONENT_KINDS)[number]

export interface ComponentDigest {
  readonly kind: ComponentKind
  readonly id: string
  readonly digest: Digest
}

export interface ToolSchema {
  readonly text: string
  readonly schema: JsonObject
}

/** An immutable, content-addressed snapshot of a system. */
export interface Release {
  readonly digest: Digest
  readonly manifest: Manifest
  readonly raw: JsonObject
  readonly components: readonly ComponentDigest[]
  /** Texts that the gateway needs to recognise live requests. */
  readonly prompts: Readonly<Record<string, string>>
  /** JSON Schemas of tool arguments, each with its file's text, so that digests can be recomputed. */
  readonly toolSchemas: Readonly<Record<string, ToolSchema>>
}
