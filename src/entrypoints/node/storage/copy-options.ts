/** What every copy of a ledger is given by its caller. */
export interface CopyOptions {
  readonly organization: string
  /** Aborted by Ctrl-C: the copy ends and leaves nothing half. */
  readonly signal: AbortSignal
  /** Told the number of entries before the first one. */
  readonly onStart: (entries: number) => void
  readonly onEntry: () => void
}
