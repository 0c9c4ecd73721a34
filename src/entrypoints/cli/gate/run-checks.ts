import { monotonicMs, systemClock } from '../../../adapters/clock/system-clock.ts'
import { systemRunClock } from '../../../adapters/clock/system-run-clock.ts'
import { scoringPorts } from '../../../adapters/scoring/scoring-ports.ts'
import { stdlibDistributions } from '../../../adapters/statistics/stdlib-distributions.ts'
import { checkMetadata, scanSecrets, type BuiltinResult } from '../../../application/evaluation/builtin-checks.ts'
import { judgeBuiltinCheck, judgeSuiteCheck, type JudgeContext } from '../../../application/evaluation/judge-check.ts'
import { erroredCampaignCheck, judgeCampaignCheck } from '../../../application/redteam/judge-campaign.ts'
import { canPlant } from '../../../application/redteam/planting-target.ts'
import { runCampaign, runOnce } from '../../../application/redteam/run-campaign.ts'
import { runSuite } from '../../../application/evaluation/run-suite.ts'
import { suiteDecision } from '../../../application/evaluation/suite-decision.ts'
import type { PlannedCheck } from '../../../application/release/plan-checks.ts'
import { ok, type Problem, type Result, type SourcePosition } from '../../../base/result.ts'
import type { CaseResult } from '../../../domain/evaluation/run-summary.ts'
import type { CheckEvidence } from '../../../domain/release/evidence.ts'
import { openApplication } from './open-application.ts'
import { leakOf, openTarget } from './open-target.ts'
import { modelIdentity, type PreparedGate } from './prepare-gate.ts'
import type { Progress } from './progress.ts'
import { proveNotices } from './prove-notices.ts'

export interface RunChecksOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  readonly progress: Progress
}

/** Runs the given checks and yields their evidence; suites that several checks read run once. */
export async function runChecks(
  gate: PreparedGate,
  checks: readonly PlannedCheck[],
  options: RunChecksOptions,
): Promise<Result<readonly CheckEvidence[], readonly Problem[]>> {
  const { inputs } = gate
  const startedAt = systemClock()
  const ran = await runSuites(gate, checks, options)
  if (!ran.ok) return ran
  const evidence: CheckEvidence[] = []
  for (const check of checks) {
    const context: JudgeContext = {
      distributions: stdlibDistributions,
      releaseDigest: inputs.release.digest,
      isSimulated: ran.value.isSimulated,
      startedAt,
      finishedAt: systemClock(),
    }
    if (check.spec.kind === 'suite') {
      evidence.push(
        judgeSuiteCheck(
          check,
          check.suites.flatMap(({ id }) => ran.value.results.get(id) ?? []),
          context,
        ),
      )
      continue
    }
    // Results of other tools are brought in, not run: without them the rule stays without evidence.
    if (check.spec.kind === 'imported') continue
    if (check.spec.kind === 'redteam') {
      evidence.push(await runRedteamCheck(gate, check, context, options))
      continue
    }
    const { failures, looked } = await runBuiltin(gate, check.spec.name, options)
    evidence.push(judgeBuiltinCheck(check, failures, looked, { ...context, finishedAt: systemClock() }))
  }
  return ok(evidence)
}

function runBuiltin(
  { project, inputs }: PreparedGate,
  name: Extract<PlannedCheck['spec'], { kind: 'builtin' }>['name'],
  { environment }: RunChecksOptions,
): Promise<BuiltinResult> {
  const { release, tier } = inputs
  const { manifestFile } = project
  const positionOf = (path: readonly (string | number)[]): SourcePosition => project.source.positionOf(path)
  switch (name) {
    case 'secret-scan':
      return scanSecrets(release, project.files, manifestFile)
    case 'metadata':
      return Promise.resolve(checkMetadata(release, tier, manifestFile, positionOf))
    case 'notices':
      return proveNotices({ release, tier, manifestFile, positionOf, environment })
  }
}

/** Attacks the application as the rule asks; what keeps it from being run is its outcome. */
// oxlint-disable-next-line max-params -- the gate, the check of it, what its evidence says and how it is run
async function runRedteamCheck(
  { project, campaigns }: PreparedGate,
  check: PlannedCheck,
  context: JudgeContext,
  { environment, signal, progress }: RunChecksOptions,
): Promise<CheckEvidence> {
  const campaign = campaigns.get(check.rule.id)
  if (campaign?.ok !== true)
    return erroredCampaignCheck(check, campaign?.failure[0]?.message ?? 'no campaign was planned', context)
  const { attacks, profile, target: module } = campaign.value
  const opened = await openTarget(project, module, environment)
  if (!opened.ok) return erroredCampaignCheck(check, opened.failure[0]?.message ?? 'the target failed', context)
  await using open = opened.value
  const { target, isSimulated } = open
  const reachable = attacks.filter(({ channel }) => channel === 'user' || canPlant(target))
  progress.start(reachable.length, isSimulated ? 'attacks (simulated model)' : 'attacks')
  const { attempts } = await runCampaign(reachable, [], {
    target,
    subject: profile.subject,
    leak: leakOf(project.release),
    sharedTenant: 'shared',
    signal,
    monotonicMs,
    strategy: runOnce,
    onDone: () => progress.advance(),
  })
  progress.stop()
  return judgeCampaignCheck(check, attempts, { ...context, isSimulated, finishedAt: systemClock() })
}

interface RanSuites {
  readonly results: ReadonlyMap<string, readonly CaseResult[]>
  readonly isSimulated: boolean
}

async function runSuites(
  { project, inputs }: PreparedGate,
  checks: readonly PlannedCheck[],
  options: RunChecksOptions,
): Promise<Result<RanSuites, readonly Problem[]>> {
  const suites = [...new Map(checks.flatMap((check) => check.suites.map((suite) => [suite.id, suite]))).values()]
  const [first] = suites
  if (first === undefined) return ok({ results: new Map(), isSimulated: false })
  const opened = await openApplication(project, {
    module: first.target,
    environment: options.environment,
    model: modelIdentity(options.environment),
  })
  if (!opened.ok) return opened
  const target = opened.value
  try {
    const cases = suites.reduce(
      (sum, suite) =>
        sum + suite.cases.reduce((count, { variants }) => count + 1 + (variants?.length ?? 0), 0) * suite.trials,
      0,
    )
    options.progress.start(cases, target.isSimulated ? 'cases (simulated model)' : 'cases')
    const scoring = scoringPorts()
    const results = new Map<string, readonly CaseResult[]>()
    for (const suite of suites)
      results.set(
        suite.id,
        await runSuite(suite, {
          target,
          leak: leakOf(inputs.release),
          sharedTenant: 'shared',
          scoring,
          clock: systemRunClock,
          signal: options.signal,
          onTrial: () => options.progress.advance(),
          isDecided: suiteDecision(stdlibDistributions, checks, suite),
        }),
      )
    return ok({ results, isSimulated: target.isSimulated })
  } finally {
    options.progress.stop()
    await target.close()
  }
}
