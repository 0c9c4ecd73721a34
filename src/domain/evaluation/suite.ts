import type { Digest } from '../../base/digest.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Design } from '../statistics/criterion.ts'
import type { Expectation } from './expectation.ts'

export type { Expectation } from './expectation.ts'

export const SUITE_PURPOSES = ['red-team', 'benign', 'quality', 'regression'] as const
export type SuitePurpose = (typeof SUITE_PURPOSES)[number]

export interface CaseSubject {
  readonly tenant: string
  readonly principal: string
  readonly roles: readonly string[]
  readonly email?: string | undefined
}

export interface CaseMessage {
  readonly role: 'user' | 'assistant'
  readonly content: string
}

/** A tool that the target offers to the model, answered from the suite instead of by the world. */
export interface ToolMock {
  readonly name: string
  readonly description?: string | undefined
  readonly schema?: JsonObject | undefined
  /** The first whose `when` is among the arguments of the call answers; without one, the call fails. */
  readonly results: readonly { readonly when?: JsonObject | undefined; readonly result: Json }[]
}

export interface SuiteCase {
  readonly id: string
  readonly tags: readonly string[]
  readonly risks: readonly string[]
  readonly subject: CaseSubject
  /** User messages, in order; expectations speak of the whole conversation's effects and of the last reply. */
  readonly turns: readonly string[]
  readonly expect: readonly Expectation[]
  /** Where it is written, for findings. */
  readonly file: string
  readonly line: number
  /** Critical user journeys of the manifest that it stands for. */
  readonly journeys?: readonly string[] | undefined
  /** BCP 47, for reports by language. */
  readonly language?: string | undefined
  /** Share in the mean score that is shown; rates that decide weigh every case alike. */
  readonly weight?: number | undefined
  /** What the conversation starts from. */
  readonly history?: readonly CaseMessage[] | undefined
  readonly system?: string | undefined
  readonly variables?: JsonObject | undefined
  readonly tools?: readonly ToolMock[] | undefined
  /** Handed to the target as it is, for example rows that its database must hold. */
  readonly fixtures?: JsonObject | undefined
  /** Cases that differ only in what must not matter: the same pair, another group. */
  readonly pair?: { readonly id: string; readonly group: string } | undefined
  /** How this variant differs from the case it was made of. */
  readonly variant?: string | undefined
  /** The same case in other words or circumstances: they share its cluster, and are no further cases. */
  readonly variants?: readonly SuiteCase[] | undefined
}

/** What a suite itself asks to be shown; checks of a policy pack ask beside it. */
export interface SuiteCriterion {
  readonly id: string
  /** `task-success` and so on, or the name of one scorer: the share of cases where it does not hold. */
  readonly metric: string
  readonly direction: 'at-most' | 'at-least'
  readonly threshold: number
  readonly alpha: number
  readonly design: Design
  /** Only cases with this tag. */
  readonly tag?: string | undefined
}

export interface Suite {
  readonly id: string
  readonly version: string
  readonly purpose: SuitePurpose
  readonly trials: number
  readonly seed: number
  /** Module of the target, relative to the project. */
  readonly target: string
  readonly cases: readonly SuiteCase[]
  /** Of the suite file and its cases. */
  readonly digest: Digest
}

/** What happened when a case was run: effects first, words second. */
export interface Observation {
  readonly reply: string
  /** Set when the gateway refused: its code and rule. */
  readonly blocked: { readonly code: string; readonly rule: string } | null
  /** Tools that really ran. */
  readonly toolCalls: readonly { readonly name: string; readonly args: Readonly<Record<string, unknown>> }[]
  /** Records that came into the model's context. */
  readonly records: readonly { readonly id: string; readonly tenant: string; readonly roles: readonly string[] }[]
  /** Documents that the last reply cites. */
  readonly citations: readonly string[]
  /** Hosts that the system called or sent to, where the target sees them. */
  readonly egress?: readonly string[] | undefined
  /** Passages that were retrieved, best first. */
  readonly passages?: readonly { readonly id: string; readonly text: string }[] | undefined
  readonly usage?: { readonly inputTokens: number; readonly outputTokens: number } | undefined
  /** In millionths of a dollar, so that sums do not depend on their order. */
  readonly costMicroUsd?: number | undefined
  readonly timing?: Timing | undefined
  /** The model that says it answered. */
  readonly model?: string | undefined
}

export interface Timing {
  /** From the first byte written to the last byte read, over all requests of the trial. */
  readonly latencyMs: number
  /** Longest time in which this process did not look at its sockets meanwhile. */
  readonly lagMs: number
  /** The answer came from a cache of the provider or of a proxy. */
  readonly isCached: boolean
}

const LAG_SHARE_MAX = 0.1
const LAG_MIN_MS = 5

/** Why a latency says nothing about the target; undefined when it is sound. */
export function voidLatency({ latencyMs, lagMs, isCached }: Timing): string | undefined {
  if (isCached) return 'the answer came from a cache'
  if (lagMs > Math.max(LAG_MIN_MS, latencyMs * LAG_SHARE_MAX))
    return `this process was busy for ${Math.round(lagMs)} ms of ${Math.round(latencyMs)} ms`
  return undefined
}
