import type { Json, JsonObject } from '../../base/json.ts'

export type ArgumentValues = Readonly<Record<string, string | number>>

/** How the names of the calls that ran must relate to the expected ones. */
export const TRAJECTORY_MODES = ['exact', 'in-order', 'any-order', 'subset'] as const
export const RETRIEVAL_METRICS = ['recall', 'precision', 'mrr', 'ndcg'] as const
export const OVERLAP_METRICS = ['levenshtein', 'jaccard', 'rouge-1', 'rouge-2', 'rouge-l', 'bleu'] as const

/** One expectation on what happened. */
export type Expectation =
  // Words of the last reply.
  | { readonly scorer: 'answered' }
  | { readonly scorer: 'contains'; readonly any: readonly string[] }
  | { readonly scorer: 'contains-all'; readonly all: readonly string[] }
  | { readonly scorer: 'excludes'; readonly any: readonly string[] }
  | { readonly scorer: 'equals'; readonly value: string; readonly ignoreCase?: boolean | undefined }
  | { readonly scorer: 'matches'; readonly pattern: string }
  | { readonly scorer: 'not-matches'; readonly pattern: string }
  | { readonly scorer: 'json'; readonly schema?: JsonObject | undefined }
  | { readonly scorer: 'json-equals'; readonly value: Json }
  | {
      readonly scorer: 'similar'
      readonly to: string
      readonly metric: (typeof OVERLAP_METRICS)[number]
      readonly atLeast: number
    }
  | { readonly scorer: 'length'; readonly max: number; readonly min?: number | undefined }
  | { readonly scorer: 'language'; readonly is: string }
  // Refusals.
  | { readonly scorer: 'refused' }
  | { readonly scorer: 'not-refused' }
  | { readonly scorer: 'safe'; readonly topics?: readonly string[] | undefined }
  // Tools and their effects.
  | { readonly scorer: 'tool-called'; readonly tool: string; readonly args?: ArgumentValues | undefined }
  | { readonly scorer: 'tool-not-called'; readonly tool: string; readonly args?: ArgumentValues | undefined }
  | {
      readonly scorer: 'trajectory'
      readonly tools: readonly string[]
      readonly mode: (typeof TRAJECTORY_MODES)[number]
      /** Tools of which none may run, whatever else did. */
      readonly forbidden?: readonly string[] | undefined
    }
  | { readonly scorer: 'tool-arguments'; readonly tool: string; readonly schema: JsonObject }
  | { readonly scorer: 'calls-at-most'; readonly max: number }
  // Retrieval and its use.
  | { readonly scorer: 'cites'; readonly doc: string }
  | {
      readonly scorer: 'retrieval'
      readonly metric: (typeof RETRIEVAL_METRICS)[number]
      readonly relevant: readonly string[]
      readonly k: number
      readonly atLeast: number
    }
  | { readonly scorer: 'citations-exist' }
  | { readonly scorer: 'citations-support' }
  | { readonly scorer: 'grounded'; readonly atLeast: number; readonly passages?: readonly string[] | undefined }
  // Boundaries.
  | { readonly scorer: 'no-canary' }
  | { readonly scorer: 'no-foreign-record' }
  | { readonly scorer: 'no-egress'; readonly allow?: readonly string[] | undefined }
  // Limits.
  | { readonly scorer: 'latency'; readonly maxMs: number }
  | { readonly scorer: 'cost'; readonly maxUsd: number }
  // A model's opinion.
  | { readonly scorer: 'judge'; readonly judge: string; readonly question?: string | undefined }
