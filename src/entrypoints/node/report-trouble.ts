/** Tells the operator of a failure that no request waits for. */
export type ReportTrouble = (what: string, error: unknown) => void

/** One line for a log, without the stack. */
export function troubleLine(what: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : ''
  return `${what}: ${error instanceof Error ? error.message : String(error)}${code}`
}
