/** A label by the places of its parts, from most trusted and most public. */
export interface LabelRanks {
  readonly integrityRank: number
  readonly confidentialityRank: number
}

/** What outlives one request of a session. Marks only rise: a shortened history cannot launder them. */
export interface SessionState {
  readonly integrityRank: number
  readonly confidentialityRank: number
  /** Of what a client got that no model behind this gateway has read; it counts once somebody else may have. */
  readonly unread?: LabelRanks | undefined
  /** Allowed calls per tool. */
  readonly calls: Readonly<Record<string, number>>
}

/** What a user asked for last in a session. */
export interface HeldRequest {
  readonly texts: readonly string[]
  /** Allowed calls per tool before the first of these texts. */
  readonly calls: Readonly<Record<string, number>>
}

/** Turns and calls, by digest of tool and arguments, that one run of an agent has used. */
export interface RunUsage {
  readonly steps: number
  readonly calls: Readonly<Record<string, number>>
  /** Digest of the turn that the last call belongs to, where that is known. */
  readonly turn?: string | undefined
}

/**
 * What the run has used that a session is in, by where it was asked about: a call that is proposed in an answer and asked about
 * again before it is made is one call.
 */
export interface RunState {
  /** Digest of the user's words that began it. */
  readonly words: string
  readonly proposed: RunUsage
  readonly made: RunUsage
}

/** Keyed by organization, system, tenant and session; memory in one gateway, shared memory in many. */
export interface SessionStore {
  get(key: string): SessionState
  raise(key: string, marks: LabelRanks): void
  raiseUnread(key: string, marks: LabelRanks): void
  countCall(key: string, tool: string): void
  /** Calls of a tool by a tenant on a day (UTC, `YYYY-MM-DD`). */
  dayCalls(tenantKey: string, tool: string, day: string): number
  countDayCall(tenantKey: string, tool: string, day: string): void
  /** Remembers that this gateway wrote an assistant message; asks whether it did. */
  rememberAssistant(key: string, digest: string): void
  isOwnAssistant(key: string, digest: string): boolean
  /** The user's last words, for agents that are called on their behalf; a later request takes the place of an earlier one. */
  holdRequest(key: string, request: HeldRequest): void
  requestOf(key: string): HeldRequest | undefined
  /** A run that begins takes the place of the one before. */
  setRun(key: string, run: RunState): void
  runOf(key: string): RunState | undefined
}
