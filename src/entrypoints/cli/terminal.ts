/** The process as the CLI sees it: only main.ts makes one from the real `process`. */
export interface Terminal {
  readonly workingFolder: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly processId: number
  readonly isInteractive: boolean
  readonly hasColor: boolean
  readonly stdin: AsyncIterable<Uint8Array>
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly interrupted: AbortSignal
  out(text: string): void
  error(text: string): void
  /** Waits until a slow reader of standard output has caught up. */
  drain(): Promise<void>
}

/** Prints one line to standard output. */
export function printLine(terminal: Terminal, line = ''): void {
  terminal.out(`${line}\n`)
}
