import { nodeSha256 } from '../../../adapters/crypto/node-crypto.ts'
import { digestOfJson, type Digest } from '../../../base/digest.ts'
import type { Json } from '../../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { parseProfile } from '../../../contract/redteam/parse-profile.ts'
import type { Suite } from '../../../domain/evaluation/suite.ts'
import { profileFromCases, type AttackProfile } from '../../../domain/redteam/attack-profile.ts'
import type { BenignTwin } from '../../../domain/redteam/attack-case.ts'
import { bindCase, type BoundAttack } from '../../../domain/redteam/bind-case.ts'
import { filterCases, planCampaign, type CampaignFilter } from '../../../domain/redteam/plan-campaign.ts'
import type { LoadedProject } from '../load-project.ts'
import { loadCatalogue } from './load-catalogue.ts'

export interface CampaignRequest extends CampaignFilter {
  readonly budget: number
  readonly seed: number
  /** How many benign twins to ask as well. */
  readonly twins: number
  /** Profile inside the project; `redteam.yaml` where it is there. */
  readonly profile?: string | undefined
  /** Module of the target inside the project; else that of the first suite. */
  readonly target?: string | undefined
}

export interface PreparedCampaign {
  readonly attacks: readonly BoundAttack[]
  readonly twins: readonly BenignTwin[]
  readonly profile: AttackProfile
  readonly target: string
  readonly catalogueDigest: Digest
  /** Cases that say nothing about this system, by what is missing. */
  readonly inapplicable: Readonly<Record<string, number>>
  /** Of catalogue, profile and request: what the outcome depends on besides release and target. */
  readonly inputsDigest: Digest
}

export const PROFILE_FILE = 'redteam.yaml'

/** Everything that a campaign on this project runs, bound to its manifest; nothing is run. */
export async function prepareCampaign(
  project: Pick<LoadedProject, 'release' | 'files'>,
  suites: readonly Suite[],
  request: CampaignRequest,
): Promise<Result<PreparedCampaign, readonly Problem[]>> {
  const catalogue = await loadCatalogue()
  if (!catalogue.ok) return catalogue
  const profile = await loadProfile(project, suites, request.profile)
  if (!profile.ok) return profile
  const target = request.target ?? suites[0]?.target
  if (target === undefined)
    return fail([
      {
        code: 'redteam/no-target',
        message: 'no suite of the manifest names a target, and none was given',
        next: 'name the module of a target with --target (docs/how-to/write-a-target.md)',
      },
    ])
  const inapplicable: Record<string, number> = {}
  const bound: BoundAttack[] = []
  for (const attackCase of filterCases(catalogue.value.attacks, request)) {
    const binding = bindCase(attackCase, project.release.manifest, profile.value)
    if (binding.ok) bound.push(binding.attack)
    else inapplicable[binding.missing] = (inapplicable[binding.missing] ?? 0) + 1
  }
  if (bound.length === 0)
    return fail([
      {
        code: 'redteam/no-case',
        message: 'no case of the catalogue fits this filter and this system',
        next: 'run `gatehouse redteam list`, and widen --goals, --techniques or --languages',
      },
    ])
  const twins = catalogue.value.twins.filter(({ goal }) => request.goals?.includes(goal) !== false)
  return ok({
    attacks: planCampaign(bound, request.budget, request.seed),
    twins: planCampaign(twins, request.twins, request.seed),
    profile: profile.value,
    target,
    catalogueDigest: catalogue.value.digest,
    inapplicable,
    inputsDigest: digestOfJson(nodeSha256, {
      catalogue: catalogue.value.digest,
      profile: profile.value as unknown as Json,
      goals: request.goals ?? null,
      techniques: request.techniques ?? null,
      languages: request.languages ?? null,
      budget: request.budget,
      seed: request.seed,
    }),
  })
}

async function loadProfile(
  { files }: Pick<LoadedProject, 'files'>,
  suites: readonly Suite[],
  named: string | undefined,
): Promise<Result<AttackProfile, readonly Problem[]>> {
  const text = await files.readText(named ?? PROFILE_FILE)
  if (text.ok) return parseProfile(named ?? PROFILE_FILE, text.value)
  if (named !== undefined || text.failure.code !== 'files/not-found') return fail([text.failure])
  const cases = suites.filter(({ purpose }) => purpose === 'red-team').flatMap((suite) => suite.cases)
  const derived = profileFromCases(cases.length > 0 ? cases : suites.flatMap((suite) => suite.cases))
  if (derived !== undefined) return ok(derived)
  return fail([
    {
      code: 'redteam/no-profile',
      message: `the project has no \`${PROFILE_FILE}\` and no suite to take an end user from`,
      next: `write \`${PROFILE_FILE}\` (docs/reference/redteam.md)`,
    },
  ])
}
