import { environmentOf } from './state-environment.ts'
import type { Terminal } from '../../src/entrypoints/cli/terminal.ts'

export interface CapturedTerminal extends Terminal {
  /** Everything printed so far. */
  readonly printed: { out: string; error: string }
  interrupt(): void
}

async function* chunksOf(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts
}

/** A terminal whose output is kept; as good as a pipe unless told otherwise. */
export function capturedTerminal(
  workingFolder: string,
  options: Partial<Pick<Terminal, 'environment' | 'hasColor' | 'isInteractive'>> & {
    readonly stdin?: readonly Uint8Array[]
  } = {},
): CapturedTerminal {
  const printed = { out: '', error: '' }
  const interruption = new AbortController()
  return {
    workingFolder,
    environment: { ...environmentOf(workingFolder), ...options.environment },
    processId: process.pid,
    isInteractive: options.isInteractive ?? false,
    hasColor: options.hasColor ?? false,
    stdin: chunksOf(options.stdin ?? []),
    interrupted: interruption.signal,
    printed,
    interrupt: () => interruption.abort(),
    out: (text) => {
      printed.out += text
    },
    error: (text) => {
      printed.error += text
    },
    drain: async () => undefined,
  }
}
