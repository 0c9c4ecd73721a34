import { nodeSha256 } from '../../../adapters/crypto/node-crypto.ts'
import type { PlannedCheck } from '../../../application/release/plan-checks.ts'
import { ok, type Problem, type Result } from '../../../base/result.ts'
import { releaseFromParts } from '../../../contract/manifest/release-from-parts.ts'
import type { RemovedControl } from '../../../domain/release/test-controls.ts'
import { weakenManifest, type WeakenedManifest } from '../../../domain/release/weaken-manifest.ts'
import type { PreparedGate } from './prepare-gate.ts'
import { runChecks, type RunChecksOptions } from './run-checks.ts'

export interface Rerun {
  readonly removed: readonly RemovedControl[]
  /** Checks with cases that do not pass as the project is: they can notice nothing. */
  readonly blind: readonly string[]
}

/**
 * Runs the project's own cases against the application without each safeguard that acts on traffic: the guard off, a tool without
 * its authorisation, an index without its access list. A safeguard whose absence no case shows is decoration, whatever the
 * manifest and its rules say.
 */
export async function rerunWithout(
  gate: PreparedGate,
  options: RunChecksOptions,
): Promise<Result<Rerun, readonly Problem[]>> {
  const withCases = gate.checks.filter(({ spec }) => spec.kind === 'suite' || spec.kind === 'redteam')
  const baseline = await runChecks(gate, withCases, options)
  if (!baseline.ok) return baseline
  const passed = new Set(baseline.value.filter(({ outcome }) => outcome === 'passed').map(({ checkId }) => checkId))
  const able = withCases.filter(({ rule }) => passed.has(rule.id))
  const removed: RemovedControl[] = []
  for (const weakened of weakenManifest(gate.inputs.release.raw).filter(({ isRunTime }) => isRunTime)) {
    if (options.signal.aborted) break
    const by = await noticedBy(gate, weakened, able, options)
    if (!by.ok) return by
    removed.push({
      kind: 'behaviour',
      control: weakened.control,
      what: weakened.what,
      status: by.value === undefined ? 'survived' : 'killed',
      by: by.value ?? '',
    })
  }
  return ok({ removed, blind: withCases.filter(({ rule }) => !passed.has(rule.id)).map(({ rule }) => rule.id) })
}

/** The first check that passed before and does not pass without the safeguard. */
// oxlint-disable-next-line max-params -- the gate, what is gone, who may notice and how they are run
async function noticedBy(
  gate: PreparedGate,
  { manifest }: WeakenedManifest,
  checks: readonly PlannedCheck[],
  options: RunChecksOptions,
): Promise<Result<string | undefined, readonly Problem[]>> {
  const { release } = gate.inputs
  const weaker = releaseFromParts(nodeSha256, {
    manifest,
    files: gate.project.digests,
    prompts: release.prompts,
    toolSchemas: Object.fromEntries(Object.entries(release.toolSchemas).map(([id, { text }]) => [id, text])),
  })
  // A manifest that does not parse any more is never released.
  if (!weaker.ok) return ok('the manifest is refused')
  const without: PreparedGate = {
    ...gate,
    project: { ...gate.project, release: weaker.value },
    inputs: { ...gate.inputs, release: weaker.value },
  }
  const evidence = await runChecks(without, checks, options)
  return evidence.ok ? ok(evidence.value.find(({ outcome }) => outcome !== 'passed')?.checkId) : evidence
}
