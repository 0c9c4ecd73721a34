import type { ImportedFindings } from '../../../application/governance/findings.ts'
import { ok, type Problem, type Result } from '../../../base/result.ts'
import type { InputOf } from '../../../contract/http/operations.ts'
import type { RemovedControl } from '../../../domain/release/test-controls.ts'
import type { Session } from '../session.ts'

const BATCH = 250

/** Each removal that nobody noticed as a finding under its control's id; noticed the next time, it is closed by people. */
export async function recordSurvivors(
  session: Session,
  system: string,
  survived: readonly RemovedControl[],
): Promise<Result<ImportedFindings, Problem>> {
  let all: ImportedFindings = { items: [], opened: 0, reopened: 0, known: 0 }
  const findings = survived.map(({ kind, control, what }) => ({
    title: `${control}: nobody notices that ${what}`.slice(0, 300),
    description: `\`gatehouse controls test\` took it away (${kind}): ${what}. Nothing of the project noticed.`.slice(
      0,
      4_000,
    ),
    severity: kind === 'rule' ? 'low' : 'medium',
    fingerprint: `control-test/${control}/${kind}/${what}`.slice(0, 300),
    risks: [control],
  }))
  for (let start = 0; start < findings.length; start += BATCH) {
    const input = { system, source: 'control-test', findings: findings.slice(start, start + BATCH) }
    const taken = await session.call('importFindings', input as InputOf<'importFindings'>)
    if (!taken.ok) return taken
    const { items, opened, reopened, known } = taken.value as unknown as ImportedFindings
    all = {
      items: [...all.items, ...items],
      opened: all.opened + opened,
      reopened: all.reopened + reopened,
      known: all.known + known,
    }
  }
  return ok(all)
}
