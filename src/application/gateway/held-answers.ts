/** What waits at a gateway until people have decided: sealed, so that only the ticket's holder can have it read. */
export interface HeldAnswers {
  /** False: it cannot be kept. */
  keep(id: string, sealed: string, ttlMs: number): Promise<boolean>
  read(id: string): Promise<string | undefined>
  /** True for exactly one caller, ever. */
  take(id: string): Promise<boolean>
}
