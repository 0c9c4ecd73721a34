import type { Digest } from '../../base/digest.ts'
import type { EpochMs } from '../../base/instant.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Envelope } from '../../domain/evidence/dsse.ts'
import type { PendingDecision, ReleaseDecision, RuleResult } from '../../domain/release/decide-release.ts'
import type { StoredEvidence } from '../evidence/stored-evidence.ts'

/** A rule's result as the state keeps and people read it. */
export interface StoredRuleResult {
  readonly id: string
  readonly pack: string
  readonly title: string
  readonly severity: string
  readonly controls: readonly string[]
  readonly frameworks: readonly string[]
  readonly outcome: RuleResult['outcome']
  readonly detail: string
  readonly message: string
  readonly fix: string
  readonly evidenceId: string | null
  readonly measure: StoredEvidence['measure']
  readonly failures: StoredEvidence['failures']
  readonly failuresOmitted: number
  readonly isSimulated: boolean
  readonly exceptionId: string | null
  readonly exceptionExpiresAt: EpochMs | null
}

export interface StoredVerdict {
  readonly id: string
  readonly system: string
  readonly systemVersion: string
  readonly releaseDigest: Digest
  readonly environment: string
  readonly tier: string
  readonly verdict: ReleaseDecision['verdict']
  readonly results: readonly StoredRuleResult[]
  /** Rules in shadow: what they would have said. Absent from verdicts of before there was a shadow. */
  readonly shadow?: readonly StoredRuleResult[] | undefined
  /** Rules of the bound packs that the gateway applies to requests. */
  readonly requestRules?: readonly { readonly id: string; readonly pack: string; readonly mode: string }[] | undefined
  /** Facts that the rules read, so that a changed pack can be replayed on the same document. */
  readonly facts?: JsonObject | undefined
  readonly skipped: readonly string[]
  readonly approvals: {
    readonly needed: number
    /** Who agreed, each in the role they spoke in. */
    readonly given: readonly string[]
    /** How many people that makes by the decision right. Absent from verdicts of before it was kept. */
    readonly agreed?: number | undefined
    readonly isRejected: boolean
  }
  /** What people still have to decide besides approving. */
  readonly pendingDecisions: readonly PendingDecision[]
  readonly unusedExceptions: readonly string[]
  readonly packs: readonly { readonly id: string; readonly version: string; readonly digest: Digest }[]
  readonly decidedAt: EpochMs
  readonly validUntil: EpochMs
  readonly author: string
  /** The VSA; none for verdicts that neither release nor block. */
  readonly envelope: Envelope | null
  readonly ledgerIndex: number
}

/** People who have agreed, as far as the verdict says. */
export function agreedOf({ approvals: { agreed, given } }: Pick<StoredVerdict, 'approvals'>): number {
  return agreed ?? given.length
}
