import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { errnoOf } from '../../../adapters/files/errno.ts'
import { cassetteTarget, recordingTarget } from '../../../adapters/cassette/cassette.ts'
import { openTarget } from '../../../adapters/targets/open-target.ts'
import type { TargetPorts } from '../../../adapters/targets/target-ports.ts'
import type { TrialTarget } from '../../../application/evaluation/trial-target.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { parseTarget, parseTargetWord } from '../../../contract/suite/target-argument.ts'
import type { SuiteHead } from '../../../contract/suite/suite-schema.ts'
import type { TargetConfig } from '../../../contract/suite/target-schema.ts'
import type { LoadedProject } from '../load-project.ts'
import { leakIndex } from '../../../domain/detection/prompt-leak.ts'
import type { DeclaredModel } from '../../../domain/evaluation/answering-model.ts'

export interface RunTargetOptions {
  /** A word, a file, or nothing: then what the suite names. */
  readonly target?: string | undefined
  readonly record?: string | undefined
  readonly cassette?: string | undefined
  readonly manifest: string
}

export interface RunTarget {
  readonly target: TrialTarget
  /** What the canary scorer looks for: the prompts of the project, where there is one. */
  readonly leak: ReturnType<typeof leakIndex>
  /** As the manifest of the project declares them; none where there is no project. */
  readonly models: readonly DeclaredModel[]
}

/** What the cases of a run go to. */
export async function openRunTarget(
  head: SuiteHead,
  options: RunTargetOptions,
  ports: TargetPorts,
): Promise<Result<RunTarget, readonly Problem[]>> {
  const application = await loadApplication(ports.folder, options.manifest)
  const around = { leak: application?.leak ?? leakIndex([]), models: application?.models ?? [] }
  if (options.cassette !== undefined) {
    const replayed = await cassetteTarget(resolve(ports.folder, options.cassette))
    return replayed.ok ? ok({ target: replayed.value, ...around }) : fail([replayed.failure])
  }
  const opened = await openNamed(head, options, ports)
  if (!opened.ok) return opened
  if (options.record === undefined) return ok({ target: opened.value, ...around })
  return ok({ target: await recordingTarget(opened.value, resolve(ports.folder, options.record)), ...around })

  async function openNamed(
    suite: SuiteHead,
    { target: named }: RunTargetOptions,
    own: TargetPorts,
  ): Promise<Result<TrialTarget, readonly Problem[]>> {
    if (named === undefined && suite.target !== undefined && !('type' in suite.target))
      return application === undefined
        ? fail([noProject(options.manifest)])
        : application.open(suite.target.module, own.environment)
    const config = named === undefined ? configOf(suite) : await configFrom(named, own.folder)
    if (!config.ok) return config
    const target = await openTarget(config.value, own)
    return target.ok ? target : fail([target.failure])
  }
}

interface ProjectApplication extends Pick<RunTarget, 'leak' | 'models'> {
  open(module: string, environment: TargetPorts['environment']): Promise<Result<TrialTarget, readonly Problem[]>>
}

/** The project around a suite, where there is one. Loaded only then: gateway and guard take a hundred megabytes. */
async function loadApplication(folder: string, manifest: string): Promise<ProjectApplication | undefined> {
  if (!existsSync(resolve(folder, manifest))) return undefined
  const { openApplication } = await import('../gate/open-application.ts')
  const { leakOf } = await import('../gate/open-target.ts')
  const { modelIdentity } = await import('../gate/prepare-gate.ts')
  const { loadProject } = await import('../load-project.ts')
  const project = await loadProject(folder, '.', manifest)
  return {
    leak: project.ok ? leakOf(project.value.release) : leakIndex([]),
    models: modelsOf(project),
    open: async (module, environment) =>
      project.ok ? openApplication(project.value, { module, environment, model: modelIdentity(environment) }) : project,
  }
}

/** The models that the project around a suite declares. */
export async function declaredModels(folder: string, manifest: string): Promise<RunTarget['models']> {
  if (!existsSync(resolve(folder, manifest))) return []
  const { loadProject } = await import('../load-project.ts')
  return modelsOf(await loadProject(folder, '.', manifest))
}

function modelsOf(project: Result<LoadedProject, unknown>): RunTarget['models'] {
  return project.ok ? project.value.release.manifest.components.models : []
}

function noProject(manifest: string): Problem {
  return {
    code: 'eval/no-project',
    message: `the suite runs an application, and \`${manifest}\` is not here`,
    next: 'name the folder with --project, or another target with --target',
  }
}

function configOf({ target, metadata }: SuiteHead): Result<TargetConfig, readonly Problem[]> {
  if (target !== undefined && 'type' in target) return ok(target)
  return fail([
    {
      code: 'eval/no-target',
      message: `suite \`${metadata.id}\` names no target`,
      next: 'name one with --target: echo, openai:MODEL, anthropic:MODEL, http://…, command:…, a module, or a target file',
    },
  ])
}

async function configFrom(named: string, folder: string): Promise<Result<TargetConfig, readonly Problem[]>> {
  const word = parseTargetWord(named)
  if (word !== undefined) return ok(word)
  try {
    return parseTarget(named, await readFile(resolve(folder, named), 'utf8'))
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    return fail([
      {
        code: 'eval/no-target',
        message: `\`${named}\` is no target and no file that can be read`,
        next: 'use echo, openai:MODEL, anthropic:MODEL, http://…, command:…, a module, or a target file',
      },
    ])
  }
}
