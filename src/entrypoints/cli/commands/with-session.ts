import { EXIT_CODE } from '../exit-code.ts'
import { reportProblems } from '../report-problems.ts'
import { openSession, type Session, type SessionOptions } from '../session.ts'
import type { Terminal } from '../terminal.ts'
import type { Problem, Result } from '../../../base/result.ts'

/** Opens a session, calls, prints the problem or hands the value on; closes in every case. */
export async function withSession<Value>(
  terminal: Terminal,
  options: SessionOptions,
  call: (session: Session) => Promise<Result<Value, Problem>>,
  print: (value: Value) => number | void,
): Promise<number> {
  const opened = await openSession(terminal, options)
  if (!opened.ok) {
    reportProblems(terminal, [opened.failure])
    return exitCodeOfProblem(opened.failure)
  }
  await using session = opened.value
  const result = await call(session)
  if (!result.ok) {
    reportProblems(terminal, [result.failure])
    return exitCodeOfProblem(result.failure)
  }
  return print(result.value) ?? EXIT_CODE.pass
}

/** What the rules on people forbid, as against what was written wrongly. */
const REFUSED =
  /^(?:(?:exception|approval|tool-approval|delegation|finding|risk|intake|commitment)\/(?:own-request|author|role|not-open|undecided|not-the-acceptor|foreign|involved|closed|self|not-verified|refused|second-role|not-the-reviewer)|incident\/refused)$/

/** Of several problems the one that weighs most: what the server does not let in comes before what was written wrongly. */
export function exitCodeOfProblems(problems: readonly Problem[]): number {
  const codes = problems.map(exitCodeOfProblem)
  return codes.find((code) => code === EXIT_CODE.integrity || code === EXIT_CODE.unauthenticated) ?? EXIT_CODE.usage
}

/** Refusals of the rules are "blocked"; missing rights are "auth"; the rest is usage. */
export function exitCodeOfProblem({ code }: Problem): number {
  if (code === 'http/unauthenticated' || code === 'http/forbidden') return EXIT_CODE.unauthenticated
  if (code === 'ledger/damaged' || code === 'ledger/shorter') return EXIT_CODE.integrity
  if (REFUSED.test(code)) return EXIT_CODE.blocked
  return EXIT_CODE.usage
}
