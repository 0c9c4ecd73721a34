import type { JsonObject } from '../../base/json.ts'
import { ok, type Problem, type Result } from '../../base/result.ts'
import { IN_TOTO_PAYLOAD, signEnvelope } from '../../domain/evidence/dsse.ts'
import { CHECK_RESULT, statementBytes } from '../../domain/evidence/statement.ts'
import type { CheckEvidence } from '../../domain/release/evidence.ts'
import { reportSeen } from '../governance/findings.ts'
import { driftReport } from '../respond/drift-finding.ts'
import type { StoredEvidence } from './stored-evidence.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'

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
  if (!entry.ok) return entry
  const reported = await reportDrift(node, principal, { system, evidence })
  return reported.ok ? ok({ id, ...evidence, envelope, ledgerIndex: entry.value.index }) : reported
}

/** A model that answered in another's place is a finding, as when a gateway sees it. */
async function reportDrift(
  node: OwnerNode,
  principal: Principal,
  { system, evidence }: { readonly system: string; readonly evidence: CheckEvidence },
): Promise<Result<undefined, Problem>> {
  for (const { id, answeredBy, file, line } of evidence.failures) {
    if (answeredBy === undefined) continue
    const report = driftReport(
      { expected: id, seen: answeredBy },
      { system, severity: 'medium', where: `Seen by ${evidence.checkId}.`, location: `${file}:${line}` },
    )
    const found = await reportSeen(node, principal, report)
    if (!found.ok) return found
  }
  return ok(undefined)
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
