import { systemClock } from '../../../adapters/clock/system-clock.ts'
import { systemRunClock } from '../../../adapters/clock/system-run-clock.ts'
import { scoringPorts } from '../../../adapters/scoring/scoring-ports.ts'
import { stdlibDistributions } from '../../../adapters/statistics/stdlib-distributions.ts'
import { judgeSuiteCheck } from '../../../application/evaluation/judge-check.ts'
import { runSuite } from '../../../application/evaluation/run-suite.ts'
import { ok, type Problem, type Result } from '../../../base/result.ts'
import type { Digest } from '../../../base/digest.ts'
import { AnsweringModels, changedModels } from '../../../domain/evaluation/answering-model.ts'
import { sideOf, type CaseSide } from '../../../domain/evaluation/pair-results.ts'
import type { CaseResult } from '../../../domain/evaluation/run-summary.ts'
import type { AttackAttempt, CampaignRun } from '../../../domain/redteam/campaign-run.ts'
import type { CampaignSide, UpgradeSide } from '../../../domain/upgrade/judge-upgrade.ts'
import { openApplication } from '../gate/open-application.ts'
import { leakOf } from '../gate/open-target.ts'
import { modelIdentity, prepareGate, type PreparedGate } from '../gate/prepare-gate.ts'
import type { Progress } from '../gate/progress.ts'
import { runReachable } from '../gate/run-reachable.ts'
import type { LoadedProject } from '../load-project.ts'
import { prepareCampaign } from '../redteam/prepare-campaign.ts'

export interface RunSideOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  readonly progress: Progress
  /** Attacks and twins of the campaign; none where it is 0. */
  readonly attacks: number
  readonly seed: number
  /** Shown with the progress: which of the two is running. */
  readonly name: string
}

/** A side with what it was a side of. */
export interface RanSide extends UpgradeSide {
  readonly releaseDigest: Digest
  readonly isSimulated: boolean
}

/** Everything that a side of an upgrade is judged by: all cases of all suites, and the campaign. */
export async function runSide(
  project: LoadedProject,
  options: RunSideOptions,
): Promise<Result<RanSide, readonly Problem[]>> {
  const startedAt = systemClock()
  const prepared = await prepareGate(project, {
    environment: 'local',
    learned: [],
    model: modelIdentity(options.environment),
  })
  if (!prepared.ok) return prepared
  const gate = prepared.value
  const models = new AnsweringModels()
  const suites = await runSuites(gate, options, models)
  if (!suites.ok) return suites
  const campaign = options.attacks === 0 ? ok(undefined) : await runAttacks(gate, options, models)
  if (!campaign.ok) return campaign
  const releaseDigest = project.release.digest
  const { results, isSimulated } = suites.value
  const context = {
    distributions: stdlibDistributions,
    releaseDigest,
    isSimulated,
    startedAt,
    finishedAt: systemClock(),
  }
  const checks = gate.checks.flatMap((check) => {
    if (check.spec.kind !== 'suite' || check.suites.length === 0) return []
    const cases = check.suites.flatMap(({ id }) => results.get(id) ?? [])
    const { outcome, summary } = judgeSuiteCheck(check, cases, context)
    return [{ id: check.rule.id, outcome, summary }]
  })
  const answered = models.list()
  return ok({
    origin: 'run',
    suites: new Map(
      gate.inputs.suites.map(({ id, digest }) => [id, { digest, cases: (results.get(id) ?? []).map(sideOf) }]),
    ),
    campaign: campaign.value === undefined ? undefined : campaignSide(campaign.value),
    models: answered,
    changed: changedModels(answered, project.release.manifest.components.models),
    checks,
    releaseDigest,
    isSimulated,
  })
}

function campaignSide({ attempts, twins }: CampaignRun): CampaignSide {
  return {
    attacks: attempts.map((attempt) => attemptSide(attempt, 'succeeded')),
    twins: twins.map((twin) => attemptSide(twin, 'blocked')),
  }
}

function attemptSide(
  { id, file, line, outcome, why }: Pick<AttackAttempt, 'id' | 'file' | 'line' | 'why'> & { readonly outcome: string },
  miss: 'succeeded' | 'blocked',
): CaseSide {
  const misses = { trials: 1, misses: outcome === miss ? 1 : 0, byScorer: new Map(), why }
  return { id, file, line, misses: outcome === 'errored' ? undefined : misses }
}

interface RanSuites {
  readonly results: ReadonlyMap<string, readonly CaseResult[]>
  readonly isSimulated: boolean
}

async function runSuites(
  { project, inputs }: PreparedGate,
  { environment, signal, progress, name }: RunSideOptions,
  models: AnsweringModels,
): Promise<Result<RanSuites, readonly Problem[]>> {
  const results = new Map<string, readonly CaseResult[]>()
  const scoring = scoringPorts()
  const leak = leakOf(inputs.release)
  let isSimulated = false
  for (const suite of inputs.suites) {
    const opened = await openApplication(project, {
      module: suite.target,
      environment,
      model: modelIdentity(environment),
    })
    if (!opened.ok) return opened
    const target = opened.value
    try {
      const variants = suite.cases.reduce((sum, one) => sum + 1 + (one.variants?.length ?? 0), 0)
      progress.start(variants * suite.trials, `cases of ${suite.id}, ${name}`)
      results.set(
        suite.id,
        await runSuite(suite, {
          target,
          leak,
          sharedTenant: 'shared',
          scoring,
          clock: systemRunClock,
          signal,
          onTrial: () => progress.advance(),
          // Both sides run every case: a pair that one side left out says nothing.
          isDecided: () => false,
        }),
      )
      isSimulated ||= target.isSimulated
      for (const seen of target.answeringModels()) models.add(seen)
    } finally {
      progress.stop()
      await target.close()
    }
  }
  return ok({ results, isSimulated })
}

async function runAttacks(
  { project, inputs }: PreparedGate,
  { environment, signal, progress, attacks: budget, seed, name }: RunSideOptions,
  models: AnsweringModels,
): Promise<Result<CampaignRun, readonly Problem[]>> {
  const prepared = await prepareCampaign(project, inputs.suites, { budget, seed, twins: budget })
  if (!prepared.ok) return prepared
  const labelOf = (): string => `attacks and twins, ${name}`
  return runReachable(project, prepared.value, { environment, signal, progress, labelOf, models })
}
