import type { EpochMs } from '../../base/instant.ts'
import type { JsonObject } from '../../base/json.ts'
import { commitmentFacts } from '../../domain/commitment/commitment.ts'
import { modeOf, type PolicyPack } from '../../domain/policy/policy-pack.ts'
import type { Tier } from '../../domain/manifest/manifest.ts'
import { intakeStanding, type IntakeStanding } from '../../domain/intake/intake-standing.ts'
import { readinessNow } from '../../domain/readiness/readiness.ts'
import type { Release } from '../../domain/release/release.ts'
import { isOverdueRisk, type Risk } from '../../domain/risk/risk.ts'
import { isOverdue } from '../../domain/finding/finding.ts'
import { vendorUses } from '../../domain/vendor/vendor-assessment.ts'
import { commitmentsOf } from '../governance/commitments.ts'
import { openFindings } from '../governance/findings.ts'
import { intakesOf } from '../governance/intake-requests.ts'
import { allRisks } from '../governance/risk-register.ts'
import { readinessWords } from '../governance/readiness.ts'
import { threatModelOfRelease } from '../governance/threat-models.ts'
import { vendorAssessments } from '../governance/vendors.ts'
import type { OwnerNode } from '../state/owner-node.ts'

/**
 * What the state knows of a release that its files do not show: reviews, findings, readiness, vendors. Computed here and
 * not taken from whoever asks for the verdict.
 */
export async function stateFacts(
  node: OwnerNode,
  release: Release,
  tier: Tier,
  packs: readonly PolicyPack[],
): Promise<JsonObject> {
  const system = release.manifest.metadata.name
  const record = await node.store.get('releases', release.digest)
  const now = node.clock()
  const findings = await openFindings(node, system)
  const ready = readinessNow(await readinessWords(node, system), now)
  const uses = vendorUses(release.manifest, tier, await vendorAssessments(node), now)
  const open = (await threatModelFacts(node, record)) ?? { isReviewed: false, open: 0, openHigh: 0, notEvidenced: 0 }
  return {
    threatModel: open,
    findings: {
      open: findings.length,
      overdue: findings.filter((finding) => isOverdue(finding, now)).length,
      critical: findings.filter(({ severity }) => severity === 'critical').length,
      high: findings.filter(({ severity }) => severity === 'high').length,
    },
    readiness: {
      monitoringLive: ready['monitoring-live'] !== undefined,
      alertsRouted: ready['alerts-routed'] !== undefined,
      runbookLinked: ready['runbook-linked'] !== undefined,
      rollbackRehearsed: ready['rollback-rehearsed'] !== undefined,
      redTeamSignedOff: ready['red-team-signed-off'] !== undefined,
    },
    risks: riskFacts(await allRisks(node, system), now),
    commitments: { ...commitmentFacts(await commitmentsOf(node, system), enforcedRules(packs), now) },
    intake: intakeFacts(intakeStanding(await intakesOf(node, system), release.manifest, now)),
    vendors: { unapproved: uses.filter(({ state }) => state !== 'approved').map(({ vendor }) => vendor) },
  }
}

/** A risk of a rule is the gate's own: it is held by the rule itself, and ends with it. */
function riskFacts(risks: readonly Risk[], now: EpochMs): JsonObject {
  const unplanned = risks.filter(
    ({ kind, treatment }) =>
      kind !== 'rule' && (treatment === 'open' || treatment === 'assessed' || treatment === 'acceptance-asked'),
  )
  return {
    overdue: risks.filter((risk) => isOverdueRisk(risk, now)).length,
    unplanned: unplanned.length,
    unplannedHigh: unplanned.filter(({ severity }) => severity === 'critical' || severity === 'high').length,
  }
}

function intakeFacts({ request, state, isExpired, changed }: IntakeStanding): JsonObject {
  return { request, state, isExpired, changed }
}

/** A rule in shadow holds no promise. */
function enforcedRules(packs: readonly PolicyPack[]): ReadonlySet<string> {
  return new Set(
    packs.flatMap((pack) => pack.rules.filter((rule) => modeOf(pack, rule) === 'enforce').map(({ id }) => id)),
  )
}

async function threatModelFacts(
  node: OwnerNode,
  record: Awaited<ReturnType<OwnerNode['store']['get']>>,
): Promise<JsonObject | undefined> {
  if (record === undefined) return undefined
  const { threats, attestation } = await threatModelOfRelease(node, record)
  const open = threats.filter(({ state }) => state === 'open')
  return {
    isReviewed: attestation !== null,
    open: open.length,
    openHigh: open.filter(({ severity }) => severity === 'high').length,
    notEvidenced: threats.filter(({ state }) => state === 'designed').length,
  }
}
