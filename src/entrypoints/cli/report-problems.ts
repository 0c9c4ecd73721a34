import type { Problem } from '../../base/result.ts'
import { troubleLine, type ReportTrouble } from '../node/report-trouble.ts'
import { inert, styleFor } from './style.ts'
import type { Terminal } from './terminal.ts'

/** Prints each problem as `file:line:column: message`, its code and the next step, to standard error. */
export function reportProblems(terminal: Terminal, problems: readonly Problem[]): void {
  const style = styleFor(terminal.hasColor)
  for (const problem of problems) {
    const place = problem.at === undefined ? '' : `${problem.at.file}:${problem.at.line}:${problem.at.column}: `
    terminal.error(`${inert(place)}${style.red('error')} ${inert(problem.message)} ${style.dim(`[${problem.code}]`)}\n`)
    const next = problem.code === 'http/invalid-input' ? 'see --help of the command' : problem.next
    if (next !== undefined) terminal.error(`  next: ${inert(next)}\n`)
  }
}

/** Failures that no request waits for, a line each on standard error. */
export const reportTo =
  (terminal: Terminal): ReportTrouble =>
  (what, error) =>
    terminal.error(`${inert(troubleLine(what, error))}\n`)
