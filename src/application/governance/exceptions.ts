import { parseDigest } from '../../base/digest.ts'
import { DAY_MS, type EpochMs } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import {
  EXCEPTION_DAYS_MAX,
  mayDecide,
  type ExceptionDecisionFailure,
  type ReleaseException,
} from '../../domain/release/release-exception.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'

export interface ExceptionRequest {
  readonly system: string
  readonly ruleId: string
  readonly releaseDigest: string
  readonly reason: string
  readonly riskAcceptedBy: string
  readonly compensatingRule: string
  readonly expiresAt: EpochMs
}

/** Asks for a waiver; it has no effect until another principal approves it. */
export async function requestException(
  node: OwnerNode,
  principal: Principal,
  request: ExceptionRequest,
): Promise<Result<ReleaseException, Problem>> {
  const now = node.clock()
  const releaseDigest = parseDigest(request.releaseDigest)
  const release = releaseDigest === undefined ? undefined : await node.store.get('releases', releaseDigest)
  if (releaseDigest === undefined || release === undefined || release.system !== request.system)
    return fail({
      code: 'exception/unknown-release',
      message: `no release \`${request.releaseDigest}\` of \`${request.system}\` is known`,
      next: 'run `gatehouse gate` first',
    })
  if (request.expiresAt <= now || request.expiresAt - now > EXCEPTION_DAYS_MAX * DAY_MS)
    return fail({
      code: 'exception/too-long',
      message: `a waiver ends in the future and within ${EXCEPTION_DAYS_MAX} days`,
      next: 'choose an earlier end',
    })
  if (request.compensatingRule === request.ruleId)
    return fail({
      code: 'exception/self-compensation',
      message: 'a rule cannot compensate for itself',
      next: 'name another rule that must hold meanwhile',
    })
  // One at a time: two requests at once must not be given one number.
  return node.recorder.exclusive(async () => {
    const id = `EX-${(await node.store.count('exceptions')) + 1}`
    const exception: ReleaseException = {
      id,
      ...request,
      releaseDigest,
      requestedBy: principal.name,
      requestedAt: now,
      status: 'requested',
      decidedBy: null,
      decidedAt: null,
    }
    const entry = await node.recorder.record('exception.requested', principal.name, releaseDigest, {
      head: { id, system: request.system, status: 'requested', topic: request.ruleId },
      record: exception,
    })
    return entry.ok ? ok(exception) : entry
  })
}

const DECISION_MESSAGES: Readonly<Record<ExceptionDecisionFailure, string>> = {
  'exception/not-open': 'it has already been decided',
  'exception/own-request': 'nobody decides on their own request',
  'exception/author': 'the author of the release does not decide on its waivers',
  'exception/too-long': `it would last longer than ${EXCEPTION_DAYS_MAX} days`,
}

/** Approves or denies a waiver: another principal than the requester and the release's author. */
export async function decideException(
  node: OwnerNode,
  principal: Principal,
  input: { readonly id: string; readonly decision: 'approve' | 'deny' },
): Promise<Result<ReleaseException, Problem>> {
  const record = await node.store.get('exceptions', input.id)
  if (record === undefined)
    return fail({
      code: 'exception/unknown',
      message: `no exception \`${input.id}\` is known`,
      next: 'see `gatehouse exception list`',
    })
  const exception = record.document as unknown as ReleaseException
  const author = (await node.store.get('releases', exception.releaseDigest))?.document['author']
  const refused = mayDecide(exception, principal.name, typeof author === 'string' ? author : undefined)
  if (refused !== undefined)
    return fail({
      code: refused,
      message: `\`${input.id}\`: ${DECISION_MESSAGES[refused]}`,
      next: 'ask another approver',
    })
  const decided: ReleaseException = {
    ...exception,
    status: input.decision === 'approve' ? 'approved' : 'denied',
    decidedBy: principal.name,
    decidedAt: node.clock(),
  }
  const entry = await node.recorder.record('exception.decided', principal.name, exception.releaseDigest, {
    head: { id: exception.id, system: exception.system, status: decided.status, topic: exception.ruleId },
    record: decided,
  })
  return entry.ok ? ok(decided) : entry
}
