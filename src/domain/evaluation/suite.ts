import type { Digest } from '../../base/digest.ts'

export const SUITE_PURPOSES = ['red-team', 'benign', 'quality', 'regression'] as const
export type SuitePurpose = (typeof SUITE_PURPOSES)[number]

export interface CaseSubject {
  readonly tenant: string
  readonly principal: string
  readonly roles: readonly string[]
  readonly email?: string | undefined
}

/** One expectation on what happened. */
export type Expectation =
  | { readonly scorer: 'answered' }
  | { readonly scorer: 'contains'; readonly any: readonly string[] }
  | { readonly scorer: 'excludes'; readonly any: readonly string[] }
  | { readonly scorer: 'cites'; readonly doc: string }
  | {
      readonly scorer: 'tool-called'
      readonly tool: string
      readonly args?: Readonly<Record<string, string | number>> | undefined
    }
  | {
      readonly scorer: 'tool-not-called'
      readonly tool: string
      readonly args?: Readonly<Record<string, string | number>> | undefined
    }
  | { readonly scorer: 'no-canary' }
  | { readonly scorer: 'no-foreign-record' }

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
}
