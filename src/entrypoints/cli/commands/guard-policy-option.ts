import { basename, dirname, resolve } from 'node:path'
import { computeTier } from '../../../domain/manifest/compute-tier.ts'
import { TIERS, type Tier } from '../../../domain/manifest/manifest.ts'
import { resolveGuardPolicy, type GuardPolicy } from '../../../domain/guardrail/guard-policy.ts'
import { loadProject } from '../load-project.ts'
import { reportProblems } from '../report-problems.ts'
import type { Terminal } from '../terminal.ts'

/** The policy of `--manifest`, else of `--preset`; undefined where neither is one, which is then reported. */
export async function guardPolicyOf(
  terminal: Terminal,
  { preset, manifest }: { readonly preset: string; readonly manifest?: string | undefined },
): Promise<GuardPolicy | undefined> {
  if (manifest !== undefined) {
    const path = resolve(terminal.workingFolder, manifest)
    const loaded = await loadProject(dirname(path), '.', basename(path))
    if (loaded.ok)
      return resolveGuardPolicy(loaded.value.release.manifest.guard, computeTier(loaded.value.release.manifest).tier)
    reportProblems(terminal, loaded.failure)
    return undefined
  }
  if (TIERS.some((tier) => tier === preset)) return resolveGuardPolicy({ preset: preset as Tier }, preset as Tier)
  reportProblems(terminal, [{ code: 'guard/preset', message: `\`${preset}\` is no preset`, next: 'use T1, T2 or T3' }])
  return undefined
}
