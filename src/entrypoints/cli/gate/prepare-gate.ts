import { dirname } from 'node:path'
import { celEngine } from '../../../adapters/policy-cel/cel-engine.ts'
import { nodeSha256 } from '../../../adapters/crypto/node-crypto.ts'
import {
  learnedSuite,
  planChecks,
  type PlanInputs,
  type PlannedCampaign,
  type PlannedCheck,
} from '../../../application/release/plan-checks.ts'
import type { Digest } from '../../../base/digest.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { parseSuite, parseSuiteHead } from '../../../contract/suite/parse-suite.ts'
import type { Suite, SuiteCase } from '../../../domain/evaluation/suite.ts'
import { computeTier } from '../../../domain/manifest/compute-tier.ts'
import { loadPacks, type LoadedPack } from '../load-packs.ts'
import type { LoadedProject } from '../load-project.ts'
import { prepareCampaign, type PreparedCampaign } from '../redteam/prepare-campaign.ts'

export interface PreparedGate {
  readonly project: LoadedProject
  readonly packs: readonly LoadedPack[]
  readonly inputs: PlanInputs
  readonly checks: readonly PlannedCheck[]
  /** Campaigns of `redteam` checks by rule; a failure says why there is none. */
  readonly campaigns: ReadonlyMap<string, Result<PreparedCampaign, readonly Problem[]>>
}

const POLICIES_DEFAULT = ['baseline']

/** Everything that a gate of this project depends on, read and planned; nothing is run. */
export async function prepareGate(
  project: LoadedProject,
  options: { readonly environment: string; readonly learned: readonly SuiteCase[]; readonly model: string },
): Promise<Result<PreparedGate, readonly Problem[]>> {
  const { release } = project
  const packs = await loadProjectPacks(project)
  if (!packs.ok) return packs
  const suites = await loadSuites(project)
  if (!suites.ok) return suites
  const targets = await targetDigests(project, suites.value)
  if (!targets.ok) return targets
  const campaigns = await prepareCampaigns(project, suites.value, packs.value)
  const [first] = suites.value
  const inputs: PlanInputs = {
    release,
    tier: computeTier(release.manifest).tier,
    environment: options.environment,
    packs: packs.value.map(({ pack }) => pack),
    suites: suites.value,
    learned: first === undefined ? undefined : learnedSuite(nodeSha256, options.learned, first.target),
    learnedCases: options.learned.length,
    targets: targets.value,
    model: options.model,
    campaigns: await plannedCampaigns(project, campaigns),
  }
  return ok({
    project,
    packs: packs.value,
    inputs,
    campaigns,
    checks: planChecks({ engine: celEngine(), sha256: nodeSha256 }, inputs),
  })
}

/** A gate runs the same cases every time: its seed is fixed, and the budget is the rule's. */
const GATE_SEED = 1

async function prepareCampaigns(
  project: LoadedProject,
  suites: readonly Suite[],
  packs: readonly LoadedPack[],
): Promise<PreparedGate['campaigns']> {
  const prepared = new Map<string, Result<PreparedCampaign, readonly Problem[]>>()
  for (const { id, check } of packs.flatMap(({ pack }) => pack.rules)) {
    if (check?.kind !== 'redteam') continue
    const { budget, goals } = check
    prepared.set(id, await prepareCampaign(project, suites, { budget, goals, seed: GATE_SEED, twins: 0 }))
  }
  return prepared
}

async function plannedCampaigns(
  { files }: LoadedProject,
  campaigns: PreparedGate['campaigns'],
): Promise<PlanInputs['campaigns']> {
  const planned = new Map<string, PlannedCampaign>()
  for (const [id, campaign] of campaigns) {
    if (!campaign.ok) continue
    const { inputsDigest, target, attacks } = campaign.value
    const digest = await files.digestOf(dirname(target) === '.' ? target : dirname(target))
    planned.set(id, { inputs: inputsDigest, target: digest.ok ? digest.value : null, attacks: attacks.length })
  }
  return planned
}

/** The packs that the manifest names, or the default. */
export async function loadProjectPacks({
  folder,
  release: { manifest },
  source,
}: LoadedProject): Promise<Result<readonly LoadedPack[], readonly Problem[]>> {
  return loadPacks(folder, manifest.policies ?? POLICIES_DEFAULT, (index) => source.positionOf(['policies', index]))
}

/** The suites that the manifest names. */
export async function loadSuites({
  release,
  files,
  source,
}: Pick<LoadedProject, 'release' | 'files'> & Partial<Pick<LoadedProject, 'source'>>): Promise<
  Result<readonly Suite[], readonly Problem[]>
> {
  const suites: Suite[] = []
  for (const [index, path] of (release.manifest.suites ?? []).entries()) {
    const text = await files.readText(path)
    if (!text.ok) return fail([{ ...text.failure, at: source?.positionOf(['suites', index]) }])
    const head = parseSuiteHead(path, text.value)
    if (!head.ok) return head
    const { cases: written } = head.value
    // Cases in the head are part of its text already.
    const cases = typeof written === 'string' ? await files.readText(written) : ok('')
    if (!cases.ok) return fail([cases.failure])
    const file = typeof written === 'string' ? written : path
    const suite = parseSuite(nodeSha256, head.value, text.value, { file, text: cases.value })
    if (!suite.ok) return suite
    suites.push(suite.value)
  }
  return ok(suites)
}

/** A target is the folder of its module: code beside it changes what it does. */
async function targetDigests(
  { files }: LoadedProject,
  suites: readonly Suite[],
): Promise<Result<ReadonlyMap<string, Digest>, readonly Problem[]>> {
  const digests = new Map<string, Digest>()
  for (const { target } of suites) {
    if (digests.has(target)) continue
    const module = await files.digestOf(target)
    if (!module.ok) return fail([module.failure])
    const folder = dirname(target)
    const digest = folder === '.' ? module : await files.digestOf(folder)
    if (!digest.ok) return fail([digest.failure])
    digests.set(target, digest.value)
  }
  return ok(digests)
}

/** The model that will answer: part of the evidence's key. */
export function modelIdentity(environment: Readonly<Record<string, string | undefined>>): string {
  const baseUrl = environment['OPENAI_BASE_URL']
  return baseUrl === undefined || baseUrl === '' ? 'simulated' : baseUrl
}
