import { systemClock } from '../../adapters/clock/system-clock.ts'
import { ok, type Problem, type Result } from '../../base/result.ts'
import type { CheckResult, SystemEvidence } from '../../domain/controls/assess-control.ts'
import { isServedScope } from '../../domain/policy/policy-pack.ts'
import { loadGate } from './gate/load-gate.ts'
import { judgeProject } from './judge-project.ts'
import type { Terminal } from './terminal.ts'

/**
 * What a project shows without running anything: rules that read declarations are decided, rules that ask for evidence are
 * open, and there are no records and no attestations.
 */
export async function projectEvidence(
  terminal: Terminal,
  options: { readonly project: string; readonly manifest: string },
): Promise<Result<SystemEvidence, readonly Problem[]>> {
  const prepared = await loadGate(terminal, options)
  if (!prepared.ok) return prepared
  const { inputs } = prepared.value
  const now = systemClock()
  const judged = await judgeProject(prepared.value, terminal.environment, now)
  if (!judged.ok) return judged
  const checks = new Map<string, CheckResult>()
  for (const { rule, outcome, detail } of judged.value.results) checks.set(rule.id, { outcome, detail, at: now })
  for (const { rule } of judged.value.skipped)
    checks.set(rule.id, { outcome: 'skipped', detail: 'it does not apply', at: now })
  for (const pack of inputs.packs)
    if (isServedScope(pack.scope))
      for (const { id } of pack.rules)
        checks.set(id, { outcome: 'errored', detail: 'bound, and no request was decided', at: now })
  return ok({
    system: inputs.release.manifest.metadata.name,
    tier: inputs.tier,
    checks,
    records: new Map(),
    attestations: [],
    now,
  })
}
