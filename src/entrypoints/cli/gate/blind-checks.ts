import type { PlannedCheck } from '../../../application/release/plan-checks.ts'
import { ok, type Problem, type Result } from '../../../base/result.ts'
import type { RemovedControl } from '../../../domain/controls/control-test.ts'
import type { SuiteCase } from '../../../domain/evaluation/suite.ts'
import { badApplications } from './bad-applications.ts'
import type { PreparedGate } from './prepare-gate.ts'
import { runBuiltinOnPlanted } from './plant-faults.ts'
import { runChecks, type RunChecksOptions } from './run-checks.ts'

/** A system without one of its safeguards, and the checks that did not pass on it. */
export interface WeakenedRun {
  readonly what: string
  readonly gate: PreparedGate
  readonly noticedBy: readonly string[]
}

/** Something that a check ought to notice: a weakened system, or another application in its place. */
interface KnownBad {
  readonly what: string
  readonly gate: PreparedGate
  readonly options: RunChecksOptions
}

export interface BlindedChecks {
  readonly removed: readonly RemovedControl[]
  /** Checks that nothing here can blind: their outcomes are only put in place. */
  readonly substituted: readonly string[]
}

/**
 * Tests the checks themselves. Each is run on something that is known to be bad, once as it is and once without its eyes: a suite
 * without its scorers, a campaign without its signs of success, a scan of what was planted. A check that does not fail with its eyes
 * open shows nothing by passing; one that fails with its eyes shut fails for another reason than what it says.
 */
export async function blindChecks(
  gate: PreparedGate,
  able: readonly PlannedCheck[],
  weakened: readonly WeakenedRun[],
  options: RunChecksOptions,
): Promise<Result<BlindedChecks, readonly Problem[]>> {
  const removed: RemovedControl[] = []
  const substituted: string[] = []
  for (const check of gate.checks) {
    if (options.signal.aborted) break
    if (check.spec.kind === 'builtin') {
      const seen = await runBuiltinOnPlanted(gate, check)
      if (seen === undefined) substituted.push(check.rule.id)
      else removed.push(...removals(check, `${seen.what}, and ${check.rule.id} looks`, seen.isNoticed))
      continue
    }
    if (!able.includes(check)) {
      substituted.push(check.rule.id)
      continue
    }
    const tested = await testEyes(check, knownBad(gate, check, weakened, options))
    if (!tested.ok) return tested
    removed.push(...removals(check, ...tested.value))
  }
  return ok({ removed, substituted })
}

function removals(check: PlannedCheck, what: string, isNoticed: boolean): readonly RemovedControl[] {
  return check.rule.controls.map((control) => ({
    kind: 'blinded',
    control,
    what,
    status: isNoticed ? 'killed' : 'survived',
    by: isNoticed ? check.rule.id : '',
  }))
}

/** Weakened systems that the check has failed on come first, then applications that are bad for one kind of check or another. */
function knownBad(
  gate: PreparedGate,
  { rule }: PlannedCheck,
  weakened: readonly WeakenedRun[],
  options: RunChecksOptions,
): readonly KnownBad[] {
  return [
    ...weakened
      .filter(({ noticedBy }) => noticedBy.includes(rule.id))
      .slice(0, 1)
      .map(({ what, gate: without }) => ({ what, gate: without, options })),
    ...badApplications(gate.inputs.release).map(({ what, standIn }) => ({
      what,
      gate,
      options: { ...options, standIn },
    })),
  ]
}

/** What was tried, and whether the check saw it with its eyes open and not with its eyes shut. */
async function testEyes(
  check: PlannedCheck,
  candidates: readonly KnownBad[],
): Promise<Result<readonly [string, boolean], readonly Problem[]>> {
  for (const { what, gate, options } of candidates) {
    const open = await runChecks(gate, [check], options)
    if (!open.ok) return open
    if (open.value[0]?.outcome !== 'failed') continue
    const shut = blinded(gate, check)
    const unseen = await runChecks(shut.gate, [shut.check], options)
    if (!unseen.ok) return unseen
    const outcome = unseen.value[0]?.outcome ?? 'not run'
    return ok([`${what}, and ${check.rule.id} looks (blinded: ${outcome})`, outcome !== 'failed'])
  }
  return ok([`nothing that is known to be bad makes ${check.rule.id} fail`, false])
}

function blinded(
  gate: PreparedGate,
  check: PlannedCheck,
): { readonly gate: PreparedGate; readonly check: PlannedCheck } {
  if (check.spec.kind === 'suite')
    return {
      gate,
      check: { ...check, suites: check.suites.map((suite) => ({ ...suite, cases: suite.cases.map(unscored) })) },
    }
  const campaigns = new Map(gate.campaigns)
  const campaign = campaigns.get(check.rule.id)
  if (campaign?.ok === true)
    campaigns.set(
      check.rule.id,
      ok({ ...campaign.value, attacks: campaign.value.attacks.map((attack) => ({ ...attack, success: [] })) }),
    )
  return { gate: { ...gate, campaigns }, check }
}

function unscored(suiteCase: SuiteCase): SuiteCase {
  const { variants } = suiteCase
  return { ...suiteCase, expect: [], ...(variants === undefined ? {} : { variants: variants.map(unscored) }) }
}
