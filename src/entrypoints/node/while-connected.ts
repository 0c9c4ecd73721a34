import { isConnectionLost } from '../../adapters/storage/connection-lost.ts'
import type { Recording } from '../../application/state/recorder.ts'
import { fail, type Problem, type Result } from '../../base/result.ts'
import type { OperationContext } from './operation-handler.ts'

/** The database of the state did not answer, and nothing was done. */
export const DATABASE_AWAY: Problem = {
  code: 'state/database',
  message: 'the connection to the database is lost',
  next: 'try again; if it stays so, check that PostgreSQL runs',
}

/** It was lost behind the first write. */
const UNKNOWN: Problem = {
  code: 'ledger/state-unknown',
  message: 'the connection to the database was lost while the change was made',
  next: 'look whether it was done before trying again',
}

/** Runs a call; one whose database connection breaks is told apart by whether it may have changed anything. */
export async function whileConnected<Value>(
  context: OperationContext,
  call: (context: OperationContext) => Promise<Result<Value, Problem>>,
): Promise<Result<Value, Problem>> {
  let mayHaveWritten = false
  const { node } = context
  const { recorder } = node
  const begun = <Written>(write: () => Written): Written => {
    mayHaveWritten = true
    return write()
  }
  const watched: Recording = {
    exclusive: (work) => recorder.exclusive(work),
    append: (draft) => begun(() => recorder.append(draft)),
    // oxlint-disable-next-line max-params -- those of the recorder
    record: (type, actor, digest, content) => begun(() => recorder.record(type, actor, digest, content)),
  }
  const jobs: typeof node.jobs = () => begun(() => node.jobs())
  try {
    return await call({ ...context, node: { ...node, recorder: watched, jobs } })
  } catch (error) {
    if (!isConnectionLost(error)) throw error
    return fail(mayHaveWritten ? UNKNOWN : DATABASE_AWAY)
  }
}
