import type { JsonObject } from '../../base/json.ts'
import { ok, type Problem, type Result } from '../../base/result.ts'
import { IN_TOTO_PAYLOAD, signEnvelope, type Envelope } from '../../domain/evidence/dsse.ts'
import { CHECK_RESULT, statementBytes } from '../../domain/evidence/statement.ts'
import type { CheckEvidence } from '../../domain/release/evidence.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'

/** Evidence as the state keeps it: with the signed statement and its place in the ledger. */
export interface StoredEvidence extends CheckEvidence {
  readonly id: string
  readonly envelope: Envelope
  readonly ledgerIndex: number
}

/** Signs a check's result as an in-toto Statement and writes it to the ledger. */
export async function recordEvidence(
  node: OwnerNode,
  principal: Principal,
  input: { readonly system: string; readonly evidence: CheckEvidence },
): Promise<Result<StoredEvidence, Problem>> {
  const { system, evidence } = input
  const id = node.newId()
  const body = statementBytes({
    subjectName: system,
    subjectDigest: evidence.releaseDigest,
    predicateType: CHECK_RESULT,
    predicate: { ...evidence } as unknown as JsonObject,
  })
  const envelope = await signEnvelope(node.keys.gate, IN_TOTO_PAYLOAD, body)
  const entry = await node.recorder.record('evidence.recorded', principal.name, evidence.releaseDigest, {
    head: { id, system, status: evidence.outcome, topic: evidence.checkId },
    record: { id, ...evidence, envelope },
  })
  return entry.ok ? ok({ id, ...evidence, envelope, ledgerIndex: entry.value.index }) : entry
}

/** Newest evidence per check of a release. */
export async function latestEvidence(
  node: OwnerNode,
  system: string,
  releaseDigest: CheckEvidence['releaseDigest'],
): Promise<ReadonlyMap<string, StoredEvidence>> {
  const latest = new Map<string, StoredEvidence>()
  for (const record of await node.store.list('evidence', { system, releaseDigest, limit: 1_000 })) {
    const evidence = record.document as unknown as StoredEvidence
    if (!latest.has(evidence.checkId)) latest.set(evidence.checkId, evidence)
  }
  return latest
}
