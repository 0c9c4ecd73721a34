import type { Sha256 } from '../../base/digest.ts'
import type { Clock } from '../../base/instant.ts'
import type { Problem, Result } from '../../base/result.ts'
import type { CallScope } from '../../domain/access/call-scope.ts'
import type { DecisionRights } from '../../domain/approval/decision-rights.ts'
import type { PolicyEngine } from '../../domain/policy/policy-engine.ts'
import type { RegoEngine } from '../../domain/policy/rego-engine.ts'
import type { ThreatKind } from '../../domain/threatmodel/threat.ts'
import type { PolicyPack } from '../../domain/policy/policy-pack.ts'
import type { SigningKeys } from '../keys/signing-keys.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Recording } from './recorder.ts'
import type { RecordStore } from './records.ts'

/** What the owner of a state folder has at hand; use cases take from it what they need. */
export interface OwnerNode {
  readonly organization: string
  readonly ledger: Ledger
  readonly store: RecordStore
  readonly recorder: Recording
  readonly keys: SigningKeys
  readonly engine: PolicyEngine
  readonly rego: RegoEngine
  readonly sha256: Sha256
  readonly clock: Clock
  readonly newId: () => string
  /** What holds until the organization adopts rights of its own. */
  readonly shippedRights: DecisionRights
  readonly threatCatalogue: readonly ThreatKind[]
  readonly parseRights: (file: string, text: string) => Result<DecisionRights, readonly Problem[]>
  readonly parsePack: (file: string, text: string) => Result<PolicyPack, readonly Problem[]>
  readonly version: string
}

/** Who acts, as the entry point established it. */
export interface Principal {
  readonly name: string
  /** Whom the credential belongs to, where that is another name: an API key speaks for a person. */
  readonly person?: string | undefined
  readonly roles: readonly string[]
  /** How the caller proved who it is. Absent: the word of whoever owns the state folder. */
  readonly credential?: { readonly kind: 'session' | 'api-key' | 'share'; readonly id: string } | undefined
  /** Narrows what the roles admit; absent: the roles alone decide. */
  readonly scope?: CallScope | undefined
}
