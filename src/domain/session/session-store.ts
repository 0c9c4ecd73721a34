/** What outlives one request of a session. Marks only rise: a shortened history cannot launder them. */
export interface SessionState {
  readonly integrityRank: number
  readonly confidentialityRank: number
  /** Allowed calls per tool. */
  readonly calls: Readonly<Record<string, number>>
}

/** Keyed by organization, system, tenant and session; memory in one gateway, shared memory in many. */
export interface SessionStore {
  get(key: string): SessionState
  raise(key: string, marks: { readonly integrityRank: number; readonly confidentialityRank: number }): void
  countCall(key: string, tool: string): void
  /** Calls of a tool by a tenant on a day (UTC, `YYYY-MM-DD`). */
  dayCalls(tenantKey: string, tool: string, day: string): number
  countDayCall(tenantKey: string, tool: string, day: string): void
  /** Remembers that this gateway wrote an assistant message; asks whether it did. */
  rememberAssistant(key: string, digest: string): void
  isOwnAssistant(key: string, digest: string): boolean
}
