import type { EpochMs } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import {
  APPROVAL_TRANSITIONS,
  OPEN_CASE,
  withWord,
  wordFailure,
  type ApprovalCase,
  type WordFailure,
} from '../../domain/approval/approval-case.ts'
import { rightOf, type Decision } from '../../domain/approval/decision-rights.ts'
import { isSamePerson } from '../../domain/approval/person.ts'
import { TIERS, type Tier } from '../../domain/manifest/manifest.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'
import { currentRights, personOf, speakerIn, tierOfRelease } from './rights.ts'
import type { PersonsWord } from './persons-word.ts'

/** Decisions that are asked for by a case of their own; releases and waivers have their own commands. */
export const CASE_DECISIONS = ['threshold-change', 'customer-commitment'] as const
export type CaseDecision = (typeof CASE_DECISIONS)[number] & Decision

export interface StoredApprovalCase extends ApprovalCase {
  readonly id: string
  readonly system: string
  readonly decision: CaseDecision
  readonly tier: Tier
  /** What exactly is decided: the digest of a set of packs, the number of a contract, … */
  readonly subject: string
  readonly text: string
  readonly requestedBy: string
  readonly requestedAt: EpochMs
}

/** Asks the people who may decide on it. The tier is that of the system's newest release; the strictest before there is one. */
export async function openApprovalCase(
  node: OwnerNode,
  principal: Principal,
  input: { readonly system: string; readonly decision: CaseDecision; readonly subject: string; readonly text: string },
): Promise<Result<StoredApprovalCase, Problem>> {
  const tier = await tierOfSystem(node, input.system)
  const right = rightOf(await currentRights(node), input.decision, tier)
  const requested: StoredApprovalCase = {
    ...OPEN_CASE,
    // Where nobody has to be asked, asking is enough: the record is what is wanted.
    state: right.people === 0 ? 'approved' : 'open',
    id: node.newId(),
    ...input,
    tier,
    requestedBy: personOf(principal),
    requestedAt: node.clock(),
  }
  return stored(node, principal, 'approval-case.opened', requested)
}

async function tierOfSystem(node: OwnerNode, system: string): Promise<Tier> {
  const [newest] = await node.store.list('releases', { system, limit: 1 })
  return newest === undefined ? (TIERS[0] as Tier) : tierOfRelease(newest.document)
}

const MESSAGES: Readonly<Record<WordFailure, string>> = {
  'approval/closed': 'it has already been decided',
  'approval/involved': 'nobody decides on what they asked for, nor does anybody on their behalf',
  'approval/role': 'this role does not decide on it at this tier',
}

/** One person's word on a case. */
export async function speakOnCase(
  node: OwnerNode,
  principal: Principal,
  input: PersonsWord,
): Promise<Result<StoredApprovalCase, Problem>> {
  return node.recorder.exclusive(async () => {
    const known = await findCase(node, input.id)
    if (!known.ok) return known
    const right = rightOf(await currentRights(node), known.value.decision, known.value.tier)
    const speaker = await speakerIn(node, principal, { role: input.role, decision: known.value.decision })
    const word = {
      ...(speaker ?? { principal: personOf(principal), role: 'none', onBehalfOf: null }),
      decision: input.decision,
      comment: input.comment,
      at: node.clock(),
    }
    const refused = wordFailure(known.value, word, { right, involved: [known.value.requestedBy] })
    if (refused !== undefined)
      return fail({
        code: refused,
        message: `\`${input.id}\`: ${MESSAGES[refused]}`,
        next: `ask one of: ${right.roles.join(', ')}`,
      })
    return stored(node, principal, 'approval-case.changed', { ...known.value, ...withWord(known.value, word, right) })
  })
}

/** Takes the question back: only who asked it. */
export async function withdrawCase(
  node: OwnerNode,
  principal: Principal,
  id: string,
): Promise<Result<StoredApprovalCase, Problem>> {
  return node.recorder.exclusive(async () => {
    const known = await findCase(node, id)
    if (!known.ok) return known
    const state = APPROVAL_TRANSITIONS[known.value.state].withdraw
    if (state === null || !isSamePerson(known.value.requestedBy, personOf(principal)))
      return fail({
        code: state === null ? 'approval/closed' : 'approval/foreign',
        message: `\`${id}\` cannot be taken back by \`${principal.name}\``,
        next: `ask \`${known.value.requestedBy}\``,
      })
    return stored(node, principal, 'approval-case.changed', { ...known.value, state })
  })
}

/** Has this subject been approved for this system? */
export async function isApprovedSubject(
  node: OwnerNode,
  { system, decision, subject }: { readonly system: string; readonly decision: CaseDecision; readonly subject: string },
): Promise<boolean> {
  const cases = await node.store.list('approval_cases', { system, topic: `${decision}/${subject}`, limit: 100 })
  return cases.some(({ status }) => status === 'approved')
}

async function findCase(node: OwnerNode, id: string): Promise<Result<StoredApprovalCase, Problem>> {
  const record = await node.store.get('approval_cases', id)
  return record === undefined
    ? fail({ code: 'approval/unknown', message: `no case \`${id}\` is known`, next: 'see `gatehouse decision list`' })
    : ok(record.document as unknown as StoredApprovalCase)
}

async function stored(
  node: OwnerNode,
  principal: Principal,
  type: string,
  document: StoredApprovalCase,
): Promise<Result<StoredApprovalCase, Problem>> {
  const { id, system, state, decision, subject } = document
  const entry = await node.recorder.record(type, principal.name, null, {
    head: { id, system, status: state, topic: `${decision}/${subject}` },
    record: document,
  })
  return entry.ok ? ok(document) : entry
}
