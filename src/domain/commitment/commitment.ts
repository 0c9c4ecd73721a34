import type { EpochMs } from '../../base/instant.ts'
import type { ApprovalCase } from '../approval/approval-case.ts'
import type { Tier } from '../manifest/manifest.ts'

export const COMMITMENT_STATES = ['proposed', 'active', 'rejected', 'withdrawn', 'ended'] as const
export type CommitmentState = (typeof COMMITMENT_STATES)[number]
/** `agree` has two names: whether it was enough is for the words to say. */
export const COMMITMENT_EVENTS = ['agree', 'agree-last', 'reject', 'withdraw', 'end'] as const
export type CommitmentEvent = (typeof COMMITMENT_EVENTS)[number]

/** Every state and event: what comes next, or null where the event is refused. Nothing is promised before it is active. */
export const COMMITMENT_TRANSITIONS: Readonly<
  Record<CommitmentState, Readonly<Record<CommitmentEvent, CommitmentState | null>>>
> = {
  proposed: { agree: 'proposed', 'agree-last': 'active', reject: 'rejected', withdraw: 'withdrawn', end: null },
  active: { agree: null, 'agree-last': null, reject: null, withdraw: null, end: 'ended' },
  rejected: { agree: null, 'agree-last': null, reject: null, withdraw: null, end: null },
  withdrawn: { agree: null, 'agree-last': null, reject: null, withdraw: null, end: null },
  ended: { agree: null, 'agree-last': null, reject: null, withdraw: null, end: null },
}

/** Longest that a customer may be promised something. */
export const COMMITMENT_DAYS_MAX = 1_100

/** A promise to a customer about how a system behaves. */
export interface Commitment {
  readonly id: string
  readonly system: string
  readonly customer: string
  readonly text: string
  /** The contract or document that it stands in. */
  readonly contract: string
  /** Rules that hold it: while it is active, the gate asks for each. */
  readonly rules: readonly string[]
  readonly tier: Tier
  readonly state: CommitmentState
  readonly case: ApprovalCase
  readonly requestedBy: string
  readonly requestedAt: EpochMs
  /** Exclusive. */
  readonly expiresAt: EpochMs
  readonly activeSince: EpochMs | null
  readonly history: readonly { readonly at: EpochMs; readonly who: string; readonly what: string }[]
}

export function isInForce({ state, expiresAt }: Pick<Commitment, 'state' | 'expiresAt'>, now: EpochMs): boolean {
  return state === 'active' && now < expiresAt
}

/** What the gate is told of the promises of a system. */
export interface CommitmentFacts {
  readonly active: number
  readonly proposed: number
  /** Promises in force that name a rule which no pack of the gate enforces. */
  readonly unbound: number
}

/** `boundRules`: ids of the rules that the gate enforces now. */
export function commitmentFacts(
  commitments: readonly Commitment[],
  boundRules: ReadonlySet<string>,
  now: EpochMs,
): CommitmentFacts {
  const active = commitments.filter((commitment) => isInForce(commitment, now))
  return {
    active: active.length,
    proposed: commitments.filter(({ state }) => state === 'proposed').length,
    unbound: active.filter(({ rules }) => !rules.every((rule) => boundRules.has(rule))).length,
  }
}
