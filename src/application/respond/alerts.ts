import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'

/** Closes an alert with its triage outcome, so that the precision of its rule is known. */
export async function closeAlert(
  node: OwnerNode,
  principal: Principal,
  input: { readonly id: string; readonly outcome: 'actionable' | 'not-actionable' },
): Promise<Result<object, Problem>> {
  return node.recorder.exclusive(async () => {
    const record = await node.store.get('alerts', input.id)
    if (record === undefined) return fail({ code: 'alert/unknown', message: `no alert \`${input.id}\` is known` })
    if (record.status !== 'open') return fail({ code: 'alert/not-open', message: 'the alert is already closed' })
    const closed = { ...record.document, outcome: input.outcome, closedBy: principal.name, closedAt: node.clock() }
    const entry = await node.recorder.record('alert.closed', principal.name, null, {
      head: { id: record.id, system: record.system, status: `closed-${input.outcome}`, topic: record.topic },
      record: closed,
    })
    return entry.ok ? ok(closed) : entry
  })
}
