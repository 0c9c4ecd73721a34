import type { CaseScore } from './score-case.ts'
import type { SuiteCase } from './suite.ts'

/** What is kept of one finished trial: enough for the report, and for a person to read. */
export interface TrialRecord {
  /** Place of the case in the suite, of the variant among those of its case, and of the trial. */
  readonly at: readonly [caseIndex: number, variant: number, trial: number]
  readonly id: string
  readonly result:
    | {
        readonly kind: 'scored'
        readonly score: CaseScore
        readonly reply: string
        readonly latencyMs?: number | undefined
        /** Why the latency says nothing. */
        readonly latencyVoid?: string | undefined
        readonly inputTokens?: number | undefined
        readonly outputTokens?: number | undefined
        readonly costMicroUsd?: number | undefined
        readonly model?: string | undefined
      }
    | { readonly kind: 'errored'; readonly failure: string; readonly why: string }
}

/** All trials of one case and its variants. */
export interface ClusterResult {
  readonly caseIndex: number
  readonly variants: readonly { readonly suiteCase: SuiteCase; readonly trials: readonly TrialRecord[] }[]
}
