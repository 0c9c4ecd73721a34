import type { Json, JsonObject } from '../../../base/json.ts'
import type { LeakIndex } from '../../detection/prompt-leak.ts'
import type { OVERLAP_METRICS } from '../expectation.ts'

/** What one scorer says of one expectation. */
export type Verdict =
  | { readonly holds: true; readonly value?: number | undefined }
  | { readonly holds: false; readonly why: string; readonly value?: number | undefined }
  /** No verdict: neither a pass nor a failure. */
  | { readonly holds: undefined; readonly why: string }

export const HOLDS: Verdict = { holds: true }

export function miss(why: string, value?: number): Verdict {
  return { holds: false, why, value }
}

export function noVerdict(why: string): Verdict {
  return { holds: undefined, why }
}

/** Holds if the value reaches the least asked for. */
export function atLeast(value: number, least: number, what: string): Verdict {
  return value >= least
    ? { holds: true, value }
    : miss(`${what} is ${value.toFixed(3)}, below ${least.toFixed(3)}`, value)
}

/** What scorers cannot compute by themselves. */
export interface ScoringPorts {
  /** Linear in the text; undefined when the pattern is none. */
  matches(pattern: string, text: string): boolean | undefined
  /** Why the value does not fit; undefined when it does. */
  schemaMiss(schema: JsonObject, value: Json): string | undefined
  /** Similarity of two texts, 0 to 1. */
  overlap(metric: (typeof OVERLAP_METRICS)[number], candidate: string, reference: string): number
  /** Which of the topics a text touches. */
  topicsIn(topics: readonly string[], text: string): readonly string[]
}

/** What a model called a judge said of one expectation, by the expectation's place in the case. */
export type JudgeVerdicts = ReadonlyMap<number, Verdict>

export interface ScoreContext {
  /** Index of the release's prompts. */
  readonly leak: LeakIndex
  /** Tenant whose records everybody may see. */
  readonly sharedTenant: string
  readonly ports: ScoringPorts
  readonly judged?: JudgeVerdicts | undefined
}
