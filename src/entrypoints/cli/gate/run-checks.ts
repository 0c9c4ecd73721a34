import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { systemClock } from '../../../adapters/clock/system-clock.ts'
import { stdlibDistributions } from '../../../adapters/statistics/stdlib-distributions.ts'
import { checkMetadata, scanSecrets } from '../../../application/evaluation/builtin-checks.ts'
import { judgeBuiltinCheck, judgeSuiteCheck, type JudgeContext } from '../../../application/evaluation/judge-check.ts'
import { runSuite } from '../../../application/evaluation/run-suite.ts'
import type { TargetFactory } from '../../../application/evaluation/target.ts'
import type { PlannedCheck } from '../../../application/release/plan-checks.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { leakIndex } from '../../../domain/detection/prompt-leak.ts'
import type { CaseResult } from '../../../domain/evaluation/run-summary.ts'
import type { Suite } from '../../../domain/evaluation/suite.ts'
import { parseTemplate } from '../../../domain/manifest/prompt-template.ts'
import type { CheckEvidence } from '../../../domain/release/evidence.ts'
import type { Release } from '../../../domain/release/release.ts'
import { startProvingGateway } from '../../gateway/proving-gateway.ts'
import type { PreparedGate } from './prepare-gate.ts'
import type { Progress } from './progress.ts'

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
  const { project, inputs } = gate
  const startedAt = systemClock()
  const suites = new Map(checks.flatMap((check) => check.suites.map((suite) => [suite.id, suite] as const)))
  const ran = await runSuites(gate, [...suites.values()], options)
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
    const { failures, looked } =
      check.spec.name === 'secret-scan'
        ? await scanSecrets(inputs.release, project.files, project.manifestFile)
        : checkMetadata(inputs.release, inputs.tier, project.manifestFile, (path) => project.source.positionOf(path))
    evidence.push(judgeBuiltinCheck(check, failures, looked, { ...context, finishedAt: systemClock() }))
  }
  return ok(evidence)
}

interface RanSuites {
  readonly results: ReadonlyMap<string, readonly CaseResult[]>
  readonly isSimulated: boolean
}

async function runSuites(
  { project, inputs }: PreparedGate,
  suites: readonly Suite[],
  options: RunChecksOptions,
): Promise<Result<RanSuites, readonly Problem[]>> {
  const [first] = suites
  if (first === undefined) return ok({ results: new Map(), isSimulated: false })
  const factory = await loadTarget(project.folder, first.target)
  if (!factory.ok) return factory
  const model = await factory.value.startModel(options.environment)
  const gateway = await startProvingGateway(inputs.release, model, options.environment)
  const target = await factory.value.createTarget({
    projectFolder: project.folder,
    manifestFile: project.manifestFile,
    gatewayUrl: gateway.url,
    apiKey: gateway.apiKey,
    subjectToken: (subject) => gateway.subjectToken(subject),
  })
  try {
    options.progress.start(
      suites.reduce((sum, suite) => sum + suite.cases.length * suite.trials, 0),
      model.isSimulated ? 'cases (simulated model)' : 'cases',
    )
    const results = new Map<string, readonly CaseResult[]>()
    for (const suite of suites)
      results.set(
        suite.id,
        await runSuite(suite, {
          target,
          leak: leakOf(inputs.release),
          sharedTenant: 'shared',
          signal: options.signal,
          onCase: () => options.progress.advance(),
        }),
      )
    return ok({ results, isSimulated: model.isSimulated })
  } finally {
    options.progress.stop()
    await target.close()
    await gateway.close()
    await model.close()
  }
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

function leakOf(release: Release): ReturnType<typeof leakIndex> {
  return leakIndex(
    (release.manifest.components.prompts ?? []).flatMap((prompt) => {
      const parsed = parseTemplate(release.prompts[prompt.id] ?? '', prompt.slots ?? {})
      return parsed.ok ? parsed.value.literals : [release.prompts[prompt.id] ?? '']
    }),
  )
}
