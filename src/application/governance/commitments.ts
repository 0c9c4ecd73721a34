import { DAY_MS, epochMs, type EpochMs } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { OPEN_CASE, withWord, wordFailure, type WordFailure } from '../../domain/approval/approval-case.ts'
import { rightOf } from '../../domain/approval/decision-rights.ts'
import { isSamePerson } from '../../domain/approval/person.ts'
import {
  COMMITMENT_DAYS_MAX,
  COMMITMENT_TRANSITIONS,
  isInForce,
  type Commitment,
  type CommitmentEvent,
} from '../../domain/commitment/commitment.ts'
import type { StoredVerdict } from '../release/stored-verdict.ts'
import { listAll } from '../state/list-all.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'
import { currentRights, personOf, speakerIn, tierOfRelease } from './rights.ts'
import type { PersonsWord } from './persons-word.ts'

/** Proposes a promise; it is none before the people whom the decision rights name have agreed. */
export async function proposeCommitment(
  node: OwnerNode,
  principal: Principal,
  input: {
    readonly system: string
    readonly customer: string
    readonly text: string
    readonly contract: string
    readonly rules: readonly string[]
    readonly days: number
  },
): Promise<Result<Commitment, Problem>> {
  const { days, ...fields } = input
  const now = node.clock()
  if (days < 1 || days > COMMITMENT_DAYS_MAX)
    return fail({ code: 'commitment/too-long', message: `a promise is made for 1 to ${COMMITMENT_DAYS_MAX} days` })
  const [release] = await node.store.list('releases', { system: input.system, limit: 1 })
  const tier = tierOfRelease(release?.document)
  const isAsked = rightOf(await currentRights(node), 'customer-commitment', tier).people > 0
  const who = personOf(principal)
  return node.recorder.exclusive(async () =>
    store(node, principal, 'commitment.proposed', {
      id: `CMT-${(await node.store.count('commitments')) + 1}`,
      ...fields,
      tier,
      state: isAsked ? 'proposed' : 'active',
      case: isAsked ? OPEN_CASE : { ...OPEN_CASE, state: 'approved' },
      requestedBy: who,
      requestedAt: now,
      expiresAt: epochMs(now + days * DAY_MS),
      activeSince: isAsked ? null : now,
      history: [{ at: now, who, what: `proposed to ${input.customer}` }],
    }),
  )
}

const MESSAGES: Readonly<Record<WordFailure, string>> = {
  'approval/closed': 'it has already been decided',
  'approval/involved': 'nobody decides on what they asked for, nor does anybody on their behalf',
  'approval/role': 'this role does not promise anything to customers at this tier',
}

/** One person's word on a promise. */
export async function speakOnCommitment(
  node: OwnerNode,
  principal: Principal,
  input: PersonsWord,
): Promise<Result<Commitment, Problem>> {
  return change(node, principal, input.id, async (commitment) => {
    const right = rightOf(await currentRights(node), 'customer-commitment', commitment.tier)
    const speaker = await speakerIn(node, principal, { role: input.role, decision: 'customer-commitment' })
    const now = node.clock()
    const word = {
      ...(speaker ?? { principal: personOf(principal), role: 'none', onBehalfOf: null }),
      decision: input.decision,
      comment: input.comment,
      at: now,
    }
    const refused =
      commitment.state === 'proposed'
        ? wordFailure(commitment.case, word, { right, involved: [commitment.requestedBy] })
        : 'approval/closed'
    if (refused !== undefined)
      return fail({
        code: refused,
        message: `\`${input.id}\`: ${MESSAGES[refused]}`,
        next: `ask one of: ${right.roles.join(', ')}`,
      })
    const spoken = withWord(commitment.case, word, right)
    const event: CommitmentEvent =
      spoken.state === 'approved' ? 'agree-last' : spoken.state === 'rejected' ? 'reject' : 'agree'
    return moved(commitment, event, {
      at: now,
      who: word.principal,
      what: `${input.decision} as ${word.role}: ${input.comment}`,
      case: spoken,
    })
  })
}

/** Takes a proposal back, by whoever made it, or ends a promise. */
export function endCommitment(
  node: OwnerNode,
  principal: Principal,
  input: { readonly id: string; readonly event: 'withdraw' | 'end'; readonly note: string },
): Promise<Result<Commitment, Problem>> {
  return change(node, principal, input.id, async (commitment) => {
    const who = personOf(principal)
    if (input.event === 'withdraw' && !isSamePerson(who, commitment.requestedBy))
      return fail({
        code: 'commitment/foreign',
        message: `\`${input.id}\` is not yours`,
        next: `ask \`${commitment.requestedBy}\``,
      })
    return moved(commitment, input.event, { at: node.clock(), who, what: `${input.event}: ${input.note}` })
  })
}

function moved(
  before: Commitment,
  event: CommitmentEvent,
  { case: spoken, ...note }: Commitment['history'][number] & { readonly case?: Commitment['case'] },
): Result<Commitment, Problem> {
  const state = COMMITMENT_TRANSITIONS[before.state][event]
  if (state === null)
    return fail({
      code: 'commitment/refused',
      message: `\`${before.id}\` is ${before.state}`,
      next: 'see `gatehouse commitment show`',
    })
  return ok({
    ...before,
    state,
    case: spoken ?? before.case,
    activeSince: event === 'agree-last' ? note.at : before.activeSince,
    history: [...before.history, note],
  })
}

export async function findCommitment(node: OwnerNode, id: string): Promise<Result<Commitment, Problem>> {
  const record = await node.store.get('commitments', id)
  return record === undefined
    ? fail({
        code: 'commitment/unknown',
        message: `no commitment \`${id}\` is known`,
        next: 'see `gatehouse commitment list`',
      })
    : ok(record.document as unknown as Commitment)
}

async function change(
  node: OwnerNode,
  principal: Principal,
  id: string,
  changed: (commitment: Commitment) => Promise<Result<Commitment, Problem>>,
): Promise<Result<Commitment, Problem>> {
  return node.recorder.exclusive(async () => {
    const known = await findCommitment(node, id)
    const next = known.ok ? await changed(known.value) : known
    return next.ok ? store(node, principal, 'commitment.changed', next.value) : next
  })
}

async function store(
  node: OwnerNode,
  principal: Principal,
  type: string,
  commitment: Commitment,
): Promise<Result<Commitment, Problem>> {
  const { id, system, state, customer } = commitment
  const entry = await node.recorder.record(type, principal.name, null, {
    head: { id, system, status: state, topic: customer.slice(0, 200) },
    record: commitment,
  })
  return entry.ok ? ok(commitment) : entry
}

export async function commitmentsOf(node: OwnerNode, system: string | undefined): Promise<readonly Commitment[]> {
  const records = await listAll(node.store, 'commitments', system === undefined ? {} : { system })
  return records.map(({ document }) => document as unknown as Commitment)
}

export interface CommitmentGap {
  readonly commitment: string
  readonly system: string
  readonly customer: string
  readonly text: string
  readonly missing: readonly string[]
}

/** Promises in force of which a rule is not shown to hold now, and proposals that wait for people. */
export async function commitmentGaps(node: OwnerNode, system: string | undefined): Promise<readonly CommitmentGap[]> {
  const now = node.clock()
  const [commitments, verdicts] = await Promise.all([commitmentsOf(node, system), newestVerdicts(node, system)])
  return commitments.flatMap((commitment) => {
    const { id, system: of, customer, text, state, rules } = commitment
    const missing =
      state === 'proposed'
        ? ['it waits for people: nothing may be promised yet']
        : isInForce(commitment, now)
          ? unshown(verdicts.get(of), rules, now)
          : []
    return missing.length > 0 ? [{ commitment: id, system: of, customer, text, missing }] : []
  })
}

/** What of a verdict shows that rules hold. */
type ShownRules = Pick<StoredVerdict, 'validUntil' | 'results'>

async function newestVerdicts(node: OwnerNode, system: string | undefined): Promise<ReadonlyMap<string, ShownRules>> {
  const parts = ['validUntil', 'results']
  const newest =
    system === undefined
      ? await node.store.newestOfEach('verdicts', parts)
      : await node.store.list('verdicts', { system, limit: 1, parts })
  return new Map(newest.map(({ system: of, document }) => [of, document as unknown as ShownRules]))
}

function unshown(verdict: ShownRules | undefined, rules: readonly string[], now: EpochMs): readonly string[] {
  if (verdict === undefined || verdict.validUntil <= now)
    return rules.map((rule) => `${rule}: no verdict that is still valid shows it`)
  const outcomes = new Map(verdict.results.map(({ id, outcome }) => [id, outcome]))
  return rules
    .filter((rule) => outcomes.get(rule) !== 'passed')
    .map((rule) => `${rule}: ${outcomes.get(rule) ?? 'not bound'} in the newest verdict`)
}
