import type { EvaluationReport } from '../../domain/evaluation/evaluation-report.ts'
import { ok, type Problem, type Result } from '../../base/result.ts'
import { reportSeen } from '../governance/findings.ts'
import { driftReport } from '../respond/drift-finding.ts'
import type { OwnerNode } from '../state/owner-node.ts'
import type { DeclaredModel } from '../../domain/evaluation/answering-model.ts'
import { driftsOfReport } from './model-version-check.ts'

/** A run as it began; its parts are held to the digest. */
export interface StartedEvaluation {
  readonly id: string
  readonly system: string
  readonly schedule: string
  readonly suiteFile: string
  readonly suiteId: string
  /** Of suite, target, trials and seed. */
  readonly digest: string
  readonly target: unknown
  readonly isSimulated: boolean
  readonly trials: number
  readonly seed: number
  readonly shards: number
  /** Who asked for it by hand; null where the schedule did. Absent from runs of before one could. */
  readonly startedBy?: string | null | undefined
}

const ACTOR = 'gatehouse'

/** Begins a run, or gives the one that began under this id. */
export function startEvaluation(node: OwnerNode, run: StartedEvaluation): Promise<Result<StartedEvaluation, Problem>> {
  return node.recorder.exclusive(async () => {
    const known = await node.store.get('evaluations', run.id)
    if (known !== undefined) return ok(known.document as unknown as StartedEvaluation)
    const recorded = await node.recorder.record('evaluation.started', run.startedBy ?? ACTOR, null, {
      head: { id: run.id, system: run.system, status: 'running', topic: run.suiteId },
      record: { ...run, report: null },
    })
    return recorded.ok ? ok(run) : recorded
  })
}

/**
 * The end of a run, once: a second one with the same id changes nothing. Replies stay out of the ledger. What the run saw is
 * reported first: whoever comes back after a failure sees a run without its end, and goes on here.
 */
export async function finishEvaluation(
  node: OwnerNode,
  run: StartedEvaluation,
  report: EvaluationReport,
  models: readonly DeclaredModel[],
): Promise<Result<{ readonly isNew: boolean }, Problem>> {
  if (await hasEnded(node, run)) return ok({ isNew: false })
  for (const drift of driftsOfReport(report, models)) {
    const where = `Seen by evaluation ${run.id} of \`${run.suiteId}\`.`
    const found = await reportSeen(
      node,
      { name: ACTOR, roles: ['engineer'] },
      driftReport(drift, { system: run.system, severity: 'medium', where, location: run.suiteFile }),
    )
    if (!found.ok) return found
  }
  return recordEnd(node, run, report)
}

async function hasEnded(node: OwnerNode, { id }: StartedEvaluation): Promise<boolean> {
  const known = await node.store.get('evaluations', id)
  return known !== undefined && known.status !== 'running'
}

function recordEnd(
  node: OwnerNode,
  run: StartedEvaluation,
  report: EvaluationReport,
): Promise<Result<{ readonly isNew: boolean }, Problem>> {
  return node.recorder.exclusive(async (): Promise<Result<{ readonly isNew: boolean }, Problem>> => {
    if (await hasEnded(node, run)) return ok({ isNew: false })
    const failures = report.failures.map((failure) => ({ ...failure, reply: '' }))
    const recorded = await node.recorder.record('evaluation.finished', ACTOR, null, {
      head: { id: run.id, system: run.system, status: statusOf(report), topic: run.suiteId },
      record: { ...run, report: { ...report, failures } },
    })
    return recorded.ok ? ok({ isNew: true }) : recorded
  })
}

/** Nothing is passed that any criterion did not pass; a suite without criteria passes when every case holds. */
function statusOf({ criteria, cases, stopped }: EvaluationReport): 'passed' | 'failed' | 'inconclusive' {
  if (criteria.some(({ outcome }) => outcome === 'failed')) return 'failed'
  if (stopped !== 'completed' && stopped !== 'decided') return 'inconclusive'
  if (criteria.length === 0) return cases.held === cases.run ? 'passed' : 'failed'
  return criteria.every(({ outcome }) => outcome === 'passed') ? 'passed' : 'inconclusive'
}
