/** What waits at a gateway until people have decided: sealed, so that only the ticket's holder can have it read. */
export interface HeldAnswers {
  /** False: it cannot be kept. `owner`: whose it is; each may have `HELD_PER_OWNER_MAX` at once. */
  keep(id: string, sealed: string, of: { readonly ttlMs: number; readonly owner: string }): Promise<boolean>
  read(id: string): Promise<string | undefined>
  /** True for exactly one caller, ever. */
  take(id: string, owner: string): Promise<boolean>
}

/** A quarter of the questions that may wait of one system: one tenant does not take all. */
export const HELD_PER_OWNER_MAX = 250
