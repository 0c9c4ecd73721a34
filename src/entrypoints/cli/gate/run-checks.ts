import { systemClock } from '../../../adapters/clock/system-clock.ts'
import { systemRunClock } from '../../../adapters/clock/system-run-clock.ts'
import { scoringPorts } from '../../../adapters/scoring/scoring-ports.ts'
import { stdlibDistributions } from '../../../adapters/statistics/stdlib-distributions.ts'
import { estimateEach } from '../../../adapters/tokens/estimate-tokens.ts'
import {
  checkJourneys,
  checkMetadata,
  scanSecrets,
  type BuiltinResult,
} from '../../../application/evaluation/builtin-checks.ts'
import { checkPrompts } from '../../../application/prompt/lint-prompts.ts'
import { judgeBuiltinCheck, judgeSuiteCheck, type JudgeContext } from '../../../application/evaluation/judge-check.ts'
import { judgeModelVersions } from '../../../application/evaluation/model-version-check.ts'
import { erroredCampaignCheck, judgeCampaignCheck } from '../../../application/redteam/judge-campaign.ts'
import { runSuite } from '../../../application/evaluation/run-suite.ts'
import { suiteDecision } from '../../../application/evaluation/suite-decision.ts'
import { isBuiltin, suitesRead, type PlannedCheck } from '../../../application/release/plan-checks.ts'
import { ok, type Problem, type Result } from '../../../base/result.ts'
import { AnsweringModels, changedModels, type AnsweringModel } from '../../../domain/evaluation/answering-model.ts'
import type { Suite } from '../../../domain/evaluation/suite.ts'
import type { CaseResult } from '../../../domain/evaluation/run-summary.ts'
import type { BUILTIN_CHECKS } from '../../../domain/policy/policy-pack.ts'
import type { CheckEvidence } from '../../../domain/release/evidence.ts'
import { openApplication } from './open-application.ts'
import { leakOf, type StandIn } from './open-target.ts'
import { modelIdentity, type PreparedGate } from './prepare-gate.ts'
import type { Progress } from './progress.ts'
import { proveNotices } from './prove-notices.ts'
import { runReachable } from './run-reachable.ts'

export interface RunChecksOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  readonly progress: Progress
  /** Told of each model that answered in place of the one that was asked. */
  readonly onChangedModel: (model: AnsweringModel) => void
  /** Tests of the checks themselves put something else in the application's place. */
  readonly standIn?: StandIn | undefined
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
  const versions: PlannedCheck[] = []
  const models = new AnsweringModels()
  for (const seen of ran.value.models) models.add(seen)
  const contextNow = (): JudgeContext => ({
    distributions: stdlibDistributions,
    releaseDigest: inputs.release.digest,
    isSimulated: ran.value.isSimulated,
    startedAt,
    finishedAt: systemClock(),
  })
  for (const check of checks) {
    const context = contextNow()
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
      evidence.push(await runRedteamCheck(gate, check, context, { ...options, models }))
      continue
    }
    if (check.spec.name === 'model-version') {
      versions.push(check)
      continue
    }
    const { failures, looked } = await runBuiltinCheck(gate, check.spec.name, options)
    evidence.push(judgeBuiltinCheck(check, failures, looked, { ...context, finishedAt: systemClock() }))
  }
  const changed = changedModels(models.list(), inputs.release.manifest.components.models)
  for (const model of changed) options.onChangedModel(model)
  // Last: whatever was run may have shown another model, and that is evidence whether or not it was due.
  const due = changed.length > 0 ? gate.checks.filter(({ spec }) => isBuiltin(spec, 'model-version')) : versions
  for (const check of due) evidence.push(judgeVersions(gate, check, models, contextNow()))
  return ok(evidence)
}

// oxlint-disable-next-line max-params -- the gate, the check of it, what was seen and what its evidence says
function judgeVersions(
  { project, inputs }: PreparedGate,
  check: PlannedCheck,
  models: AnsweringModels,
  context: JudgeContext,
): CheckEvidence {
  return judgeModelVersions(check, models.list(), context, {
    manifest: inputs.release.manifest,
    file: project.manifestFile,
    positionOf: (path) => project.source.positionOf(path),
  })
}

async function runBuiltinCheck(
  { project, inputs, checks }: PreparedGate,
  name: Exclude<(typeof BUILTIN_CHECKS)[number], 'model-version'>,
  { environment }: RunChecksOptions,
): Promise<BuiltinResult> {
  const { release, tier } = inputs
  const { manifestFile } = project
  const positionOf: typeof project.source.positionOf = (path) => project.source.positionOf(path)
  switch (name) {
    case 'secret-scan':
      return scanSecrets(release, project.files, manifestFile)
    case 'metadata':
      return checkMetadata(release, tier, manifestFile, positionOf)
    case 'journey-coverage':
      return checkJourneys(release, { declared: inputs.suites, read: suitesRead(checks) }, manifestFile, positionOf)
    case 'prompt-lint':
      return checkPrompts(release, estimateEach)
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
  { environment, signal, progress, models, standIn }: RunChecksOptions & { readonly models: AnsweringModels },
): Promise<CheckEvidence> {
  const campaign = campaigns.get(check.rule.id)
  if (campaign?.ok !== true)
    return erroredCampaignCheck(check, campaign?.failure[0]?.message ?? 'no campaign was planned', context)
  const labelOf = (isSimulated: boolean): string => (isSimulated ? 'attacks (simulated model)' : 'attacks')
  const ran = await runReachable(
    project,
    { ...campaign.value, twins: [] },
    { environment, signal, progress, labelOf, models, standIn },
  )
  if (!ran.ok) return erroredCampaignCheck(check, ran.failure[0]?.message ?? 'the target failed', context)
  const { attempts, isSimulated } = ran.value
  return judgeCampaignCheck(check, attempts, { ...context, isSimulated, finishedAt: systemClock() })
}

interface RanSuites {
  readonly results: ReadonlyMap<string, readonly CaseResult[]>
  readonly isSimulated: boolean
  readonly models: readonly AnsweringModel[]
}

/** Suites that the checks read; where they read none and ask which model answers, one case of the first that is declared. */
function suitesToRun({ inputs }: PreparedGate, checks: readonly PlannedCheck[]): readonly Suite[] {
  const read = suitesRead(checks)
  if (read.length > 0 || !checks.some(({ spec }) => isBuiltin(spec, 'model-version'))) return read
  return inputs.suites.slice(0, 1).map((suite) => ({ ...suite, cases: suite.cases.slice(0, 1) }))
}

async function runSuites(
  gate: PreparedGate,
  checks: readonly PlannedCheck[],
  options: RunChecksOptions,
): Promise<Result<RanSuites, readonly Problem[]>> {
  const { project, inputs } = gate
  const suites = suitesToRun(gate, checks)
  const [first] = suites
  if (first === undefined) return ok({ results: new Map(), isSimulated: false, models: [] })
  const opened = await openApplication(project, {
    module: first.target,
    environment: options.environment,
    model: modelIdentity(options.environment),
    standIn: options.standIn,
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
    return ok({ results, isSimulated: target.isSimulated, models: target.answeringModels() })
  } finally {
    options.progress.stop()
    await target.close()
  }
}
