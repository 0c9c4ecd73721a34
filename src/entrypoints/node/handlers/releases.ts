import { recordEvidence } from '../../../application/evidence/record-evidence.ts'
import { gateRelease } from '../../../application/release/gate-release.ts'
import { learnedCases } from '../../../application/respond/incidents.ts'
import type { Principal } from '../../../application/state/owner-node.ts'
import { listSystems, releaseDetail } from '../../../application/state/portfolio.ts'
import type { Digest } from '../../../base/digest.ts'
import type { JsonObject } from '../../../base/json.ts'
import { ok, type Problem, type Result } from '../../../base/result.ts'
import type { InputOf } from '../../../contract/http/operations.ts'
import { releaseFromParts } from '../../../contract/manifest/release-from-parts.ts'
import type { CheckEvidence } from '../../../domain/release/evidence.ts'
import type { RELEASES_OPERATIONS } from '../../../contract/http/operations/releases.ts'
import { admitPacks } from '../admit-packs.ts'
import type { HandlersOf, OperationContext } from '../operation-handler.ts'
import { listOf } from '../list-records.ts'

/** Releases, their evidence and the gate. */
export const RELEASES_HANDLERS: HandlersOf<typeof RELEASES_OPERATIONS> = {
  listSystems: async ({ node }, { scope }, page) => ok(await listSystems(node, page, scope?.systems ?? undefined)),
  listReleases: ({ node }, _, input) => listOf(node, 'releases', input),
  getRelease: ({ node }, _, input) => releaseDetail(node, input.digest),
  listEvidence: ({ node }, _, { digest, ...rest }) =>
    listOf(node, 'evidence', { ...rest, releaseDigest: digest as Digest }),
  recordEvidence: ({ node }, principal, input) =>
    recordEvidence(node, principal, { system: input.system, evidence: input.evidence as unknown as CheckEvidence }),
  gateRelease: gate,
  listLearnedCases: async ({ node }, _, { system, ...page }) => ok(await learnedCases(node, system, page)),
}

async function gate(
  { node }: OperationContext,
  principal: Principal,
  input: InputOf<'gateRelease'>,
): Promise<Result<object, Problem>> {
  const release = releaseFromParts(node.sha256, input.release)
  if (!release.ok) return release
  const admitted = await admitPacks(node, input.packs)
  if (!admitted.ok) return admitted
  const keys = new Map(Object.entries(input.expectedKeys).map(([check, key]) => [check, key as Digest]))
  return gateRelease(node, principal, {
    release: release.value,
    files: input.release.files as Readonly<Record<string, Digest>>,
    ...admitted.value,
    environment: input.environment,
    author: input.author,
    expectedKeys: keys,
    facts: input.facts as JsonObject,
  })
}
