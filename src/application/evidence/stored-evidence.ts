import type { Envelope } from '../../domain/evidence/dsse.ts'
import type { CheckEvidence } from '../../domain/release/evidence.ts'

/** Evidence as the state keeps it: with the signed statement and its place in the ledger. */
export interface StoredEvidence extends CheckEvidence {
  readonly id: string
  readonly envelope: Envelope
  readonly ledgerIndex: number
}
