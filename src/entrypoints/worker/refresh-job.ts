import type { JobOutcome, RunningJob } from '../../application/jobs/job-queue.ts'
import { payloadOf, type RefreshWork } from '../../application/jobs/payloads.ts'
import { HOUR_MS } from '../../base/instant.ts'
import { runGate } from '../cli/gate/run-gate.ts'
import type { Session } from '../cli/session.ts'
import { runOperation } from '../node/run-operation.ts'
import { headlessTerminal } from './headless-terminal.ts'
import type { WorkerPorts } from './worker-ports.ts'

/** What a worker may do by itself: prove and gate, approve nothing. */
const WORKER = { name: 'gatehouse worker', roles: ['engineer'] }

/** Runs the checks whose evidence is too old soon, and has the release decided anew. Fresh evidence is left alone. */
export async function refreshJob(
  { node, gateways, environment }: WorkerPorts,
  { payload, signal }: RunningJob,
): Promise<JobOutcome> {
  const work = payloadOf<RefreshWork>(payload)
  const session: Session = {
    stateFolder: node.stateFolder,
    isRemote: false,
    call: (name, input) => runOperation(name, { node, gateways }, WORKER, input),
    [Symbol.asyncDispose]: async () => undefined,
  }
  const gated = await runGate(headlessTerminal(work.project, environment, signal), session, {
    project: work.project,
    manifest: work.manifest,
    environment: work.environment,
    author: work.author,
    run: true,
    aheadMs: work.aheadHours * HOUR_MS,
    isRenewal: true,
  })
  if (gated.ok) return { kind: 'done' }
  const [problem] = gated.failure
  if (problem === undefined || problem.code === 'gate/nothing-stale') return { kind: 'done' }
  return { kind: 'again', problem }
}
