import { basename, dirname, resolve } from 'node:path'
import { injectionClassifier } from '../../../adapters/models/load-injection-model.ts'
import { serveRelease } from '../../../application/gateway/admitted-system.ts'
import { epochMs } from '../../../base/instant.ts'
import type { ConfiguredGuard } from '../../../domain/redteam/configured-seeds.ts'
import { TIERS, type Tier } from '../../../domain/manifest/manifest.ts'
import { resolveGuardPolicy, type GuardPolicy } from '../../../domain/guardrail/guard-policy.ts'
import { loadProject } from '../load-project.ts'
import { reportProblems } from '../report-problems.ts'
import type { Terminal } from '../terminal.ts'

/** The policy, the classifier, and what the manifest adds to both. */
export interface RunningGuard extends ConfiguredGuard {
  readonly policy: GuardPolicy
}

/**
 * The guard of `--manifest` as a gateway runs it, else the rules of `--preset` without the classifier; undefined where neither is
 * one, which is then reported.
 */
export async function runningGuardOf(
  terminal: Terminal,
  { preset, manifest }: { readonly preset: string; readonly manifest?: string | undefined },
): Promise<RunningGuard | undefined> {
  if (manifest !== undefined) {
    const path = resolve(terminal.workingFolder, manifest)
    const classifier = injectionClassifier()
    const loaded = classifier.ok ? await loadProject(dirname(path), '.', basename(path)) : classifier
    if (loaded.ok && classifier.ok) {
      const served = serveRelease(loaded.value.release, epochMs(0))
      const prompts = served.templates.flatMap(({ template }) => template.literals)
      return { policy: served.guard, guard: served.manifest.guard, prompts, classify: classifier.value }
    }
    if (!loaded.ok) reportProblems(terminal, [loaded.failure].flat())
    return undefined
  }
  if (TIERS.some((tier) => tier === preset))
    return {
      policy: resolveGuardPolicy({ preset: preset as Tier }, preset as Tier),
      guard: undefined,
      prompts: [],
    }
  reportProblems(terminal, [{ code: 'guard/preset', message: `\`${preset}\` is no preset`, next: 'use T1, T2 or T3' }])
  return undefined
}
