import type { Terminal } from '../cli/terminal.ts'

/** A terminal that nobody sits at, for what commands and jobs share. */
export function headlessTerminal(
  workingFolder: string,
  environment: Terminal['environment'],
  interrupted: AbortSignal,
): Terminal {
  return {
    workingFolder,
    environment,
    processId: 0,
    isInteractive: false,
    hasColor: false,
    stdin: nothing(),
    interrupted,
    out: () => undefined,
    error: () => undefined,
    drain: async () => undefined,
  }
}

async function* nothing(): AsyncIterable<Uint8Array> {}
