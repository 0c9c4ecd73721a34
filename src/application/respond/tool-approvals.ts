import type { Digest } from '../../base/digest.ts'
import type { EpochMs } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { decideTicket, type ApprovalFailure, type ApprovalTicket } from '../../domain/authorization/approval-ticket.ts'
import { PERSON_ROLES } from '../../domain/access/access-table.ts'
import { listAll } from '../state/list-all.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'

/** What a gateway wants to know of people: may this one call of a tool, or these of one answer, be made? */
export interface ToolApprovalQuestion {
  readonly id: string
  readonly system: string
  readonly environment: string
  readonly releaseDigest: Digest
  readonly tool: string
  /** Of the call as it will be made: another call is another question. */
  readonly digest: Digest
  readonly roles: readonly string[]
  /** The call in plain words. */
  readonly text: string
  readonly tenant: string
  readonly gateway: string
  /** The request that the call stands in. */
  readonly request: string
  readonly expiresAt: EpochMs
}

export interface ToolApproval extends ToolApprovalQuestion, ApprovalTicket {
  readonly askedAt: EpochMs
  readonly decidedAt: EpochMs | null
  readonly comment: string
}

/** Longest that a question may wait: what the manifest can ask for. */
const LIFE_MS_MAX = 24 * 60 * 60 * 1_000
const PENDING_MAX = 1_000

/** Puts a gateway's question before people. The same question twice is one. */
export async function askToolApproval(
  node: OwnerNode,
  principal: Principal,
  question: ToolApprovalQuestion,
): Promise<Result<ToolApproval, Problem>> {
  return node.recorder.exclusive(async () => {
    const known = await node.store.get('tool_approvals', question.id)
    if (known !== undefined) return ok(known.document as unknown as ToolApproval)
    const now = node.clock()
    if (question.expiresAt <= now || question.expiresAt > now + LIFE_MS_MAX)
      return fail({ code: 'tool-approval/too-long', message: 'a question waits for a day at most' })
    const { system } = question
    const waiting = await node.store.list('tool_approvals', {
      system,
      status: 'pending',
      since: since(now),
      limit: PENDING_MAX,
    })
    if (waiting.filter(({ document }) => Number(document['expiresAt']) > now).length >= PENDING_MAX)
      return fail({ code: 'tool-approval/too-many', message: `${PENDING_MAX} questions of this system wait already` })
    return stored(node, principal.name, { ...question, state: 'pending', askedAt: now, decidedAt: null, comment: '' })
  })
}

const since = (now: EpochMs): EpochMs => Math.max(0, now - LIFE_MS_MAX) as EpochMs

const MESSAGES: Readonly<Record<Exclude<ApprovalFailure, 'approval/other-call' | 'approval/not-approved'>, string>> = {
  'approval/expired': 'the question has lapsed',
  'approval/not-pending': 'the question has been decided',
  'approval/not-entitled': 'this person holds none of the roles that decide',
}

/** One person's yes or no. It reaches the gateways with their next bundle, which is at once. */
export async function decideToolApproval(
  node: OwnerNode,
  principal: Principal,
  input: { readonly id: string; readonly decision: 'approved' | 'refused'; readonly comment: string },
): Promise<Result<ToolApproval, Problem>> {
  return node.recorder.exclusive(async () => {
    const known = (await node.store.get('tool_approvals', input.id))?.document as unknown as ToolApproval | undefined
    if (known === undefined)
      return fail({
        code: 'tool-approval/unknown',
        message: `no question \`${input.id}\` is known`,
        next: 'see `gatehouse approval list`',
      })
    const now = node.clock()
    const person = { principal: principal.person ?? principal.name, roles: rolesOf(principal, known.roles) }
    const decided = decideTicket(known, input.decision, person, now)
    if (!decided.ok)
      return fail({
        code: 'tool-approval/refused',
        message: `\`${input.id}\`: ${MESSAGES[decided.failure as keyof typeof MESSAGES]}`,
        next: `ask one of: ${known.roles.join(', ')}`,
      })
    return stored(node, principal.name, { ...known, ...decided.value, decidedAt: now, comment: input.comment })
  })
}

/** Roles of a manifest that Gatehouse does not know are the organization's own words: an approver speaks for each of them. */
function rolesOf({ roles }: Principal, asked: readonly string[]): readonly string[] {
  const known = new Set<string>(PERSON_ROLES)
  return roles.includes('approver') ? [...roles, ...asked.filter((role) => !known.has(role))] : roles
}

/** What gateways of an environment have to know now. */
export async function decidedToolApprovals(
  node: OwnerNode,
  environment: string,
): Promise<readonly Pick<ToolApproval, 'id' | 'system' | 'digest' | 'state' | 'expiresAt'>[]> {
  const now = node.clock()
  const recent = await listAll(node.store, 'tool_approvals', { since: since(now) })
  return recent
    .map(({ document }) => document as unknown as ToolApproval)
    .filter((one) => one.environment === environment && one.state !== 'pending' && one.expiresAt > now)
    .map(({ id, system, digest, state, expiresAt }) => ({ id, system, digest, state, expiresAt }))
}

async function stored(node: OwnerNode, actor: string, record: ToolApproval): Promise<Result<ToolApproval, Problem>> {
  const { id, system, state, tool, releaseDigest } = record
  const type = state === 'pending' ? 'tool-approval.asked' : 'tool-approval.decided'
  const entry = await node.recorder.record(type, actor, releaseDigest, {
    head: { id, system, status: state, topic: tool },
    record,
  })
  return entry.ok ? ok(record) : entry
}
