import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { applicationTarget } from '../../../application/evaluation/application-target.ts'
import type { TargetFactory } from '../../../application/evaluation/target.ts'
import type { TrialTarget } from '../../../application/evaluation/trial-target.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { leakIndex } from '../../../domain/detection/prompt-leak.ts'
import { parseTemplate } from '../../../domain/manifest/prompt-template.ts'
import type { Release } from '../../../domain/release/release.ts'
import { startProvingGateway } from '../../gateway/proving-gateway.ts'
import type { LoadedProject } from '../load-project.ts'

export interface OpenApplicationOptions {
  /** Module of the target, relative to the project. */
  readonly module: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Name of the model that answers; part of the target's identity. */
  readonly model: string
}

/** The application of a project against a gateway that serves exactly its release; closing it closes both. */
export async function openApplication(
  project: LoadedProject,
  { module, environment, model: modelName }: OpenApplicationOptions,
): Promise<Result<TrialTarget, readonly Problem[]>> {
  const factory = await loadTarget(project.folder, module)
  if (!factory.ok) return factory
  const { release } = project
  const model = await factory.value.startModel(environment)
  const gateway = await startProvingGateway(release, model, environment)
  const application = await factory.value.createTarget({
    projectFolder: project.folder,
    manifestFile: project.manifestFile,
    gatewayUrl: gateway.url,
    apiKey: gateway.apiKey,
    subjectToken: (subject) => gateway.subjectToken(subject),
  })
  const target = applicationTarget(application, {
    identity: { type: 'application', module, release: release.digest, model: modelName },
    isSimulated: model.isSimulated,
  })
  return ok({
    ...target,
    async close() {
      await target.close()
      await gateway.close()
      await model.close()
    },
  })
}

async function loadTarget(folder: string, module: string): Promise<Result<TargetFactory, readonly Problem[]>> {
  const at = { file: module, line: 1, column: 1 }
  try {
    const loaded = (await import(pathToFileURL(join(folder, module)).href)) as Partial<TargetFactory>
    if (typeof loaded.startModel === 'function' && typeof loaded.createTarget === 'function')
      return ok(loaded as TargetFactory)
    return fail([
      {
        code: 'target/incomplete',
        message: `\`${module}\` does not export \`startModel\` and \`createTarget\``,
        next: 'see docs/how-to/write-a-target.md',
        at,
      },
    ])
  } catch (error) {
    // The module is the user's code: whatever it throws is theirs to read.
    return fail([
      {
        code: 'target/failed',
        message: `\`${module}\` cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
        next: 'run it by itself and correct it',
        at,
      },
    ])
  }
}

/** What the canary scorer looks for: the fixed parts of the release's prompts. */
export function leakOf(release: Release): ReturnType<typeof leakIndex> {
  return leakIndex(
    (release.manifest.components.prompts ?? []).flatMap((prompt) => {
      const parsed = parseTemplate(release.prompts[prompt.id] ?? '', prompt.slots ?? {})
      return parsed.ok ? parsed.value.literals : [release.prompts[prompt.id] ?? '']
    }),
  )
}
