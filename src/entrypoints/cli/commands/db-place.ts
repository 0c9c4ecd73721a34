import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import type { StatePlace } from '../../node/open-state.ts'
import { reportProblems, reportTo } from '../report-problems.ts'
import { readServerCredentials } from '../server-credentials.ts'
import { databaseOf } from '../session.ts'
import { stateFolderOf } from '../state-folder.ts'
import type { Terminal } from '../terminal.ts'
import { exitCodeOfProblem } from './with-session.ts'

export interface DbOptions {
  readonly state?: string | undefined
  readonly json: boolean
}

export function refuse(terminal: Terminal, problem: Problem): number {
  reportProblems(terminal, [problem])
  return exitCodeOfProblem(problem)
}

/** A state of this machine. Who is signed in to a server and names no folder would mean that one, which is not here. */
export async function localPlace(terminal: Terminal, { state }: DbOptions): Promise<Result<StatePlace, Problem>> {
  if (state === undefined && terminal.environment['GATEHOUSE_STATE'] === undefined) {
    const server = await readServerCredentials(terminal)
    if (!server.ok) return server
    if (server.value !== undefined)
      return fail({
        code: 'db/remote',
        message: `you are signed in to ${server.value.url}, and this is about a state on its own machine`,
        next: 'run it there, or name a folder of this machine with --state',
      })
  }
  return ok({ stateFolder: stateFolderOf(terminal, state), ...databaseOf(terminal), report: reportTo(terminal) })
}
