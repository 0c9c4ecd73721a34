import type { JsonObject } from '../../base/json.ts'
import type { Label } from '../manifest/manifest.ts'

/** One hit as a store returned it, normalised by an adapter. Nothing in it is believed before `judgeChunk`. */
export interface StoredChunk {
  readonly id: string
  readonly text: string
  /** Holds the tenant and permission fields, and the label of ingestion under `label` where there is one. */
  readonly metadata: JsonObject
  readonly score?: number | undefined
}

/** What the caller may put into a prompt: text with the label that it must carry there. */
export interface RetrievedChunk {
  readonly id: string
  readonly text: string
  readonly label: Label
  readonly score?: number | undefined
}

export const CHUNK_DENIALS = [
  'malformed-chunk',
  'tenant-missing',
  'tenant-malformed',
  'other-tenant',
  'permission-missing',
  'permission-malformed',
  'no-permission',
  'label-missing',
  'label-malformed',
  'duplicate',
  'over-query-limit',
  'over-session-limit',
] as const
/** Why a chunk that a store returned does not reach the caller. */
export type ChunkDenial = (typeof CHUNK_DENIALS)[number]
