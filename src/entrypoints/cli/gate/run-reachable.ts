import { monotonicMs } from '../../../adapters/clock/system-clock.ts'
import { canPlant } from '../../../application/redteam/planting-target.ts'
import { runCampaign, runOnce } from '../../../application/redteam/run-campaign.ts'
import { ok, type Problem, type Result } from '../../../base/result.ts'
import type { AnsweringModels } from '../../../domain/evaluation/answering-model.ts'
import type { CampaignRun } from '../../../domain/redteam/campaign-run.ts'
import type { LoadedProject } from '../load-project.ts'
import type { PreparedCampaign } from '../redteam/prepare-campaign.ts'
import { leakOf, openTarget, type StandIn } from './open-target.ts'
import type { Progress } from './progress.ts'

export interface ReachableOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  readonly progress: Progress
  /** Shown with the progress. */
  readonly labelOf: (isSimulated: boolean) => string
  /** Told which models answered. */
  readonly models: AnsweringModels
  readonly standIn?: StandIn | undefined
}

export interface ReachableRun extends CampaignRun {
  readonly isSimulated: boolean
}

/** Opens the campaign's target and tries each attack that can reach it once, and each twin. */
export async function runReachable(
  project: LoadedProject,
  campaign: Pick<PreparedCampaign, 'attacks' | 'twins' | 'profile' | 'target'>,
  { environment, signal, progress, labelOf, models, standIn }: ReachableOptions,
): Promise<Result<ReachableRun, readonly Problem[]>> {
  const { attacks, twins, profile } = campaign
  const opened = await openTarget(project, campaign.target, environment, standIn)
  if (!opened.ok) return opened
  await using open = opened.value
  const { target, isSimulated } = open
  const reachable = attacks.filter(({ channel }) => channel === 'user' || canPlant(target))
  progress.start(reachable.length + twins.length, labelOf(isSimulated))
  const ran = await runCampaign(reachable, twins, {
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
  for (const seen of open.answeringModels()) models.add(seen)
  return ok({ ...ran, isSimulated })
}
