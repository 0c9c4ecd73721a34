import { epochMs, type EpochMs } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import {
  assessControl,
  type Attestation,
  type CheckResult,
  type ControlAssessment,
  type SystemEvidence,
} from '../../domain/controls/assess-control.ts'
import { EVIDENCE_RECORDS, type Catalogue, type EvidenceRecord } from '../../domain/controls/control.ts'
import type { Tier } from '../../domain/manifest/manifest.ts'
import type { StoredVerdict } from '../release/stored-verdict.ts'
import { listAll } from '../state/list-all.ts'
import type { OwnerNode } from '../state/owner-node.ts'

export interface AssessedSystem {
  readonly evidence: SystemEvidence
  readonly assessments: readonly ControlAssessment[]
}

/** How each control of the catalogue stands for a system, from verdicts, records and attestations in the state. */
export async function assessSystem(
  node: OwnerNode,
  catalogue: Catalogue,
  system: string,
): Promise<Result<AssessedSystem, Problem>> {
  const [newest] = await node.store.list('releases', { system, limit: 1 })
  if (newest === undefined)
    return fail({
      code: 'controls/unknown-system',
      message: `no release of \`${system}\` is known`,
      next: 'run `gatehouse gate` first',
    })
  const tier = (newest.document['tier'] as { tier?: Tier } | undefined)?.tier ?? 'T1'
  const [verdict] = await node.store.list('verdicts', { system, limit: 1 })
  const records = new Map<EvidenceRecord, EpochMs>()
  for (const kind of EVIDENCE_RECORDS) {
    const [record] = await node.store.list(kind, { system, limit: 1 })
    if (record !== undefined) records.set(kind, record.at)
  }
  const attestations = (await listAll(node.store, 'attestations', { system })).map(
    ({ document }) => document as unknown as Attestation,
  )
  const now = node.clock()
  const evidence: SystemEvidence = {
    system,
    tier,
    checks: checksOf(verdict?.document as unknown as StoredVerdict | undefined, now),
    records,
    attestations,
    now,
  }
  return ok({ evidence, assessments: catalogue.controls.map((control) => assessControl(control, evidence)) })
}

function checksOf(verdict: StoredVerdict | undefined, now: EpochMs): ReadonlyMap<string, CheckResult> {
  const checks = new Map<string, CheckResult>()
  if (verdict === undefined) return checks
  const at = epochMs(Number(verdict.decidedAt))
  const hasEnded = verdict.validUntil <= now
  for (const { id, outcome, detail } of verdict.results) {
    const isPass = outcome === 'passed' || outcome === 'excepted'
    // A pass counts as long as the verdict does; a failure stays one until something newer says otherwise.
    if (isPass && hasEnded) checks.set(id, { outcome: 'errored', detail: 'the verdict that showed it has ended', at })
    else checks.set(id, { outcome, detail, at })
  }
  for (const id of verdict.skipped) checks.set(id, { outcome: 'skipped', detail: 'it does not apply', at })
  // In shadow nothing is enforced, so nothing is shown to hold.
  for (const { id } of verdict.shadow ?? [])
    checks.set(id, { outcome: 'errored', detail: 'the rule is in shadow: decided and not enforced', at })
  // The gateway applies a rule on requests, but that it holds for every call is shown by no evidence of the gate.
  for (const { id, mode } of verdict.requestRules ?? []) {
    const detail =
      mode === 'shadow'
        ? 'the rule is in shadow: decided and not enforced'
        : 'bound, and applied by the gateway to each call: no evidence of the gate shows that it holds'
    checks.set(id, { outcome: 'errored', detail, at })
  }
  return checks
}
