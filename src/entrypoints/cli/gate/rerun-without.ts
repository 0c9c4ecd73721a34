import { nodeSha256 } from '../../../adapters/crypto/node-crypto.ts'
import type { PlannedCheck } from '../../../application/release/plan-checks.ts'
import { ok, type Problem, type Result } from '../../../base/result.ts'
import { releaseFromParts } from '../../../contract/manifest/release-from-parts.ts'
import type { RemovedControl } from '../../../domain/controls/control-test.ts'
import { weakenManifest, type WeakenedManifest } from '../../../domain/release/weaken-manifest.ts'
import { blindChecks, type WeakenedRun } from './blind-checks.ts'
import type { PreparedGate } from './prepare-gate.ts'
import { runChecks, type RunChecksOptions } from './run-checks.ts'

export interface Rerun {
  readonly removed: readonly RemovedControl[]
  /** Checks with cases that do not pass as the project is: they can notice nothing. */
  readonly blind: readonly string[]
  /** Checks whose blinding could not be run here. */
  readonly substituted: readonly string[]
  /** A simulated model answered. */
  readonly isSimulated: boolean
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
  const runs: WeakenedRun[] = []
  for (const weakened of weakenManifest(gate.inputs.release.raw).filter(({ isRunTime }) => isRunTime)) {
    if (options.signal.aborted) break
    const run = await runWeakened(gate, weakened, able, options)
    if (!run.ok) return run
    const { by } = run.value
    removed.push({
      kind: 'behaviour',
      control: weakened.control,
      what: weakened.what,
      status: by === undefined ? 'survived' : 'killed',
      by: by ?? '',
    })
    if (run.value.gate !== undefined)
      runs.push({ what: weakened.what, gate: run.value.gate, noticedBy: run.value.noticedBy })
  }
  const eyes = await blindChecks(gate, able, runs, options)
  if (!eyes.ok) return eyes
  return ok({
    removed: [...removed, ...eyes.value.removed],
    substituted: eyes.value.substituted,
    blind: withCases.filter(({ rule }) => !passed.has(rule.id)).map(({ rule }) => rule.id),
    isSimulated: baseline.value.some(({ isSimulated }) => isSimulated),
  })
}

interface RanWeakened {
  /** The first check that does not pass; undefined where each passes. */
  readonly by: string | undefined
  readonly gate?: PreparedGate
  /** Checks that failed, as against those that gave no verdict. */
  readonly noticedBy: readonly string[]
}

/** The checks that passed before, on the system without the safeguard. */
// oxlint-disable-next-line max-params -- the gate, what is gone, who may notice and how they are run
async function runWeakened(
  gate: PreparedGate,
  { manifest }: WeakenedManifest,
  checks: readonly PlannedCheck[],
  options: RunChecksOptions,
): Promise<Result<RanWeakened, readonly Problem[]>> {
  const { release } = gate.inputs
  const weaker = releaseFromParts(nodeSha256, {
    manifest,
    files: gate.project.digests,
    prompts: release.prompts,
    toolSchemas: Object.fromEntries(Object.entries(release.toolSchemas).map(([id, { text }]) => [id, text])),
  })
  // A manifest that does not parse any more is never released.
  if (!weaker.ok) return ok({ by: 'the manifest is refused', noticedBy: [] })
  const without: PreparedGate = {
    ...gate,
    project: { ...gate.project, release: weaker.value },
    inputs: { ...gate.inputs, release: weaker.value },
  }
  const evidence = await runChecks(without, checks, options)
  if (!evidence.ok) return evidence
  return ok({
    by: evidence.value.find(({ outcome }) => outcome !== 'passed')?.checkId,
    gate: without,
    noticedBy: evidence.value.filter(({ outcome }) => outcome === 'failed').map(({ checkId }) => checkId),
  })
}
