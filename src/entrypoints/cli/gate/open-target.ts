import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { EvaluationTarget, TargetFactory } from '../../../application/evaluation/target.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import type { AnsweringModel } from '../../../domain/evaluation/answering-model.ts'
import { leakIndex, type LeakIndex } from '../../../domain/detection/prompt-leak.ts'
import { parseTemplate } from '../../../domain/manifest/prompt-template.ts'
import type { Release } from '../../../domain/release/release.ts'
import { startProvingGateway } from '../../gateway/proving-gateway.ts'
import type { LoadedProject } from '../load-project.ts'

/** The application under test behind a gateway that serves exactly this release, until it is disposed of. */
export interface OpenTarget extends AsyncDisposable {
  readonly target: EvaluationTarget
  /** True when a simulated model answers. */
  readonly isSimulated: boolean
  /** Which models said that they answered, so far. */
  answeringModels(): readonly AnsweringModel[]
}

/** What answers in place of the application; it may ask it, or not. */
export type StandIn = (target: EvaluationTarget) => EvaluationTarget

/** Loads the target's module, starts its model and a proving gateway, and creates the target. */
// oxlint-disable-next-line max-params -- the project, its module, where it runs and what stands in for the application
export async function openTarget(
  { folder, manifestFile, release }: Pick<LoadedProject, 'folder' | 'manifestFile' | 'release'>,
  module: string,
  environment: Readonly<Record<string, string | undefined>>,
  standIn: StandIn = (target) => target,
): Promise<Result<OpenTarget, readonly Problem[]>> {
  const factory = await loadTarget(folder, module)
  if (!factory.ok) return factory
  await using stack = new AsyncDisposableStack()
  const model = stack.adopt(await factory.value.startModel(environment), (started) => started.close())
  const gateway = stack.adopt(await startProvingGateway(release, model, environment), (started) => started.close())
  const target = stack.adopt(
    await factory.value.createTarget({
      projectFolder: folder,
      manifestFile,
      gatewayUrl: gateway.url,
      apiKey: gateway.apiKey,
      subjectToken: (subject) => gateway.subjectToken(subject),
      release: {
        models: release.manifest.components.models.map(({ id, model: name }) => ({ id, model: name })),
        prompts: release.prompts,
      },
    }),
    (created) => created.close(),
  )
  const owned = stack.move()
  return ok({
    target: standIn(target),
    isSimulated: model.isSimulated,
    answeringModels: () => gateway.answeringModels(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
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

/** The literal text of the release's prompts, which no reply may repeat. */
export function leakOf(release: Release): LeakIndex {
  return leakIndex(
    (release.manifest.components.prompts ?? []).flatMap((prompt) => {
      const parsed = parseTemplate(release.prompts[prompt.id] ?? '', prompt.slots ?? {})
      return parsed.ok ? parsed.value.literals : [release.prompts[prompt.id] ?? '']
    }),
  )
}
