import { applicationTarget } from '../../../application/evaluation/application-target.ts'
import type { TrialTarget } from '../../../application/evaluation/trial-target.ts'
import { ok, type Problem, type Result } from '../../../base/result.ts'
import type { AnsweringModel } from '../../../domain/evaluation/answering-model.ts'
import type { LoadedProject } from '../load-project.ts'
import { openTarget, type StandIn } from './open-target.ts'

export interface OpenApplicationOptions {
  /** Module of the target, relative to the project. */
  readonly module: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Name of the model that answers; part of the target's identity. */
  readonly model: string
  readonly standIn?: StandIn | undefined
}

export interface ApplicationTrialTarget extends TrialTarget {
  /** Which models said that they answered, so far. */
  answeringModels(): readonly AnsweringModel[]
}

/** The application of a project against a gateway that serves exactly its release; closing it closes both. */
export async function openApplication(
  project: LoadedProject,
  { module, environment, model: modelName, standIn }: OpenApplicationOptions,
): Promise<Result<ApplicationTrialTarget, readonly Problem[]>> {
  const opened = await openTarget(project, module, environment, standIn)
  if (!opened.ok) return opened
  const { target: application, isSimulated } = opened.value
  const target = applicationTarget(application, {
    identity: { type: 'application', module, release: project.release.digest, model: modelName },
    isSimulated,
  })
  return ok({
    ...target,
    answeringModels: () => opened.value.answeringModels(),
    close: async () => opened.value[Symbol.asyncDispose](),
  })
}
