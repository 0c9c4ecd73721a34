import type { Sha256 } from '../../base/digest.ts'
import type { Clock } from '../../base/instant.ts'
import type { Problem, Result } from '../../base/result.ts'
import type { PolicyEngine } from '../../domain/policy/policy-engine.ts'
import type { PolicyPack } from '../../domain/policy/policy-pack.ts'
import type { SigningKeys } from '../keys/signing-keys.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Recorder } from './recorder.ts'
import type { RecordStore } from './records.ts'

/** What the owner of a state folder has at hand; use cases take from it what they need. */
export interface OwnerNode {
  readonly organization: string
  readonly ledger: Ledger
  readonly store: RecordStore
  readonly recorder: Recorder
  readonly keys: SigningKeys
  readonly engine: PolicyEngine
  readonly sha256: Sha256
  readonly clock: Clock
  readonly newId: () => string
  readonly parsePack: (file: string, text: string) => Result<PolicyPack, readonly Problem[]>
  readonly version: string
}

/** Who acts, as the entry point established it. */
export interface Principal {
  readonly name: string
  readonly roles: readonly string[]
}
