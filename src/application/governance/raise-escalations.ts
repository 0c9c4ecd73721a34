import type { Problem, Result } from '../../base/result.ts'
import { ok } from '../../base/result.ts'
import type { OwnerNode } from '../state/owner-node.ts'
import { escalations, type Escalation } from './escalations.ts'

/** How often one overdue subject is raised: a week after it was, if it is still not decided. */
const AGAIN_DAYS = 7

const idOf = ({ kind, subject, overdueDays }: Escalation): string =>
  `${kind}/${subject}/${Math.floor(overdueDays / AGAIN_DAYS)}`

/** Records what is overdue, once for each subject and week: whoever follows events or has a webhook is told. */
export async function raiseEscalations(node: OwnerNode): Promise<Result<number, Problem>> {
  let raised = 0
  for await (const escalation of escalations(node)) {
    const id = idOf(escalation)
    const done = await node.recorder.exclusive(async (): Promise<Result<boolean, Problem>> => {
      if ((await node.store.get('escalations', id)) !== undefined) return ok(false)
      const recorded = await node.recorder.record('escalation.raised', 'gatehouse', null, {
        head: { id, system: escalation.system, status: 'raised', topic: escalation.kind },
        record: { id, ...escalation },
      })
      return recorded.ok ? ok(true) : recorded
    })
    if (!done.ok) return done
    if (done.value) raised += 1
  }
  return ok(raised)
}
