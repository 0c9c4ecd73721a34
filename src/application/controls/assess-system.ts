import { epochMs, type EpochMs } from '../../base/instant.ts'
import type { JsonObject } from '../../base/json.ts'
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
import type { StateRecord } from '../state/records.ts'

export interface AssessedSystem {
  readonly evidence: SystemEvidence
  readonly assessments: readonly ControlAssessment[]
}

/** What of the newest verdict says how its rules stand. */
type VerdictRules = Pick<StoredVerdict, 'decidedAt' | 'validUntil' | 'results' | 'skipped' | 'shadow' | 'requestRules'>

const RELEASE_PARTS = ['tier', 'manifest']
const VERDICT_PARTS = ['decidedAt', 'validUntil', 'results', 'skipped', 'shadow', 'requestRules']

/** How each control of the catalogue stands for a system, from verdicts, records and attestations in the state. */
export async function assessSystem(
  node: OwnerNode,
  catalogue: Catalogue,
  system: string,
): Promise<Result<AssessedSystem, Problem>> {
  const newestOf = async (kind: EvidenceRecord, parts: readonly string[]): Promise<StateRecord | undefined> =>
    (await node.store.list(kind, { system, limit: 1, parts }))[0]
  const [release, verdict, attestations, ...newest] = await Promise.all([
    newestOf('releases', RELEASE_PARTS),
    newestOf('verdicts', VERDICT_PARTS),
    listAll(node.store, 'attestations', { system }),
    ...EVIDENCE_RECORDS.map((kind) => newestOf(kind, [])),
  ])
  if (release === undefined)
    return fail({
      code: 'controls/unknown-system',
      message: `no release of \`${system}\` is known`,
      next: 'run `gatehouse gate` first',
    })
  const records = new Map<EvidenceRecord, EpochMs>()
  for (const [place, kind] of EVIDENCE_RECORDS.entries()) {
    const at = newest[place]?.at
    if (at !== undefined) records.set(kind, at)
  }
  return ok(assessed(catalogue, { release, verdict, records, attestations, now: node.clock() }))
}

/** A system of the portfolio, with the manifest of its newest release. */
export interface PortfolioSystem extends AssessedSystem {
  readonly manifest: JsonObject
}

/** The same for every system that the state knows, each kind of record asked for once. */
export async function assessPortfolio(node: OwnerNode, catalogue: Catalogue): Promise<readonly PortfolioSystem[]> {
  const [releases, verdicts, attestations, ...newest] = await Promise.all([
    node.store.newestOfEach('releases', RELEASE_PARTS),
    node.store.newestOfEach('verdicts', VERDICT_PARTS),
    listAll(node.store, 'attestations', {}),
    ...EVIDENCE_RECORDS.map((kind) => node.store.newestOfEach(kind, [])),
  ])
  const verdictOf = new Map(verdicts.map((record) => [record.system, record]))
  const attestationsOf = Map.groupBy(attestations, ({ system }) => system)
  const recordsOf = new Map<string, Map<EvidenceRecord, EpochMs>>()
  for (const [place, kind] of EVIDENCE_RECORDS.entries())
    for (const { system, at } of newest[place] ?? []) {
      const records = recordsOf.get(system) ?? new Map<EvidenceRecord, EpochMs>()
      recordsOf.set(system, records.set(kind, at))
    }
  const now = node.clock()
  return releases.map((release) => ({
    manifest: release.document['manifest'] as JsonObject,
    ...assessed(catalogue, {
      release,
      verdict: verdictOf.get(release.system),
      records: recordsOf.get(release.system) ?? new Map(),
      attestations: attestationsOf.get(release.system) ?? [],
      now,
    }),
  }))
}

interface Known {
  readonly release: StateRecord
  readonly verdict: StateRecord | undefined
  readonly records: ReadonlyMap<EvidenceRecord, EpochMs>
  readonly attestations: readonly StateRecord[]
  readonly now: EpochMs
}

function assessed(catalogue: Catalogue, { release, verdict, records, attestations, now }: Known): AssessedSystem {
  const evidence: SystemEvidence = {
    system: release.system,
    tier: (release.document['tier'] as { tier?: Tier } | undefined)?.tier ?? 'T1',
    checks: checksOf(verdict?.document as unknown as VerdictRules | undefined, now),
    records,
    attestations: attestations.map(({ document }) => document as unknown as Attestation),
    now,
  }
  return { evidence, assessments: catalogue.controls.map((control) => assessControl(control, evidence)) }
}

function checksOf(verdict: VerdictRules | undefined, now: EpochMs): ReadonlyMap<string, CheckResult> {
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
