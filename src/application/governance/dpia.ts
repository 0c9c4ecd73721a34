import { toRfc3339 } from '../../base/instant.ts'
import { ok, type Problem, type Result } from '../../base/result.ts'
import type { Catalogue } from '../../domain/controls/control.ts'
import { composeDpia, type Dpia } from '../../domain/impact/dpia.ts'
import { answersOfManifest, assessIntake, type IntakeContext } from '../../domain/intake/assess-intake.ts'
import type { Manifest } from '../../domain/manifest/manifest.ts'
import { vendorUses } from '../../domain/vendor/vendor-assessment.ts'
import { assessSystem } from '../controls/assess-system.ts'
import type { OwnerNode } from '../state/owner-node.ts'
import { commitmentsOf } from './commitments.ts'
import { allRisks } from './risk-register.ts'
import { threatModelOf } from './threat-models.ts'
import { vendorAssessments } from './vendors.ts'

/** Files of the catalogue whose controls protect personal data. */
const CATALOGUES = ['privacy', 'data']

/** The assessment of a system's newest release. `privacyRules`: rules of the packs on data protection. */
export async function dpiaOf(
  node: OwnerNode,
  system: string,
  {
    catalogue,
    intake,
    privacyRules,
  }: { readonly catalogue: Catalogue; readonly intake: IntakeContext; readonly privacyRules: ReadonlySet<string> },
): Promise<Result<Dpia, Problem>> {
  const assessed = await assessSystem(node, catalogue, system)
  if (!assessed.ok) return assessed
  const model = await threatModelOf(node, system)
  if (!model.ok) return model
  const now = node.clock()
  const { tier, threats, dataFlow, releaseDigest, attestation } = model.value
  const release = await node.store.get('releases', releaseDigest)
  const manifest = release?.document['manifest'] as unknown as Manifest
  return ok(
    composeDpia({
      manifest,
      releaseDigest,
      tier,
      asOf: toRfc3339(now).slice(0, 10),
      aiAct: assessIntake(answersOfManifest(manifest), intake).aiAct,
      dataFlow,
      threats,
      isThreatModelReviewed: attestation !== null,
      risks: await allRisks(node, system),
      controls: assessed.value.assessments.filter(
        ({ control, status }) =>
          status !== 'not-applicable' &&
          (CATALOGUES.includes(control.catalogue) || control.checks.some((check) => privacyRules.has(check))),
      ),
      vendors: vendorUses(manifest, tier, await vendorAssessments(node), now),
      commitments: await commitmentsOf(node, system),
    }),
  )
}
