import { epochMs, toRfc3339 } from '../../base/instant.ts'
import { inert } from './style.ts'
import { printLine, type Terminal } from './terminal.ts'

/** Who did what with a record, and when; a line each. */
export function printHistory(
  terminal: Terminal,
  history: readonly { readonly at: number; readonly who: string; readonly what: string }[],
): void {
  for (const { at, who, what } of history)
    printLine(terminal, `  ${toRfc3339(epochMs(at))}  ${inert(who)}  ${inert(what)}`)
}
