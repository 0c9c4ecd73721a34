import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoOf } from '../../adapters/files/errno.ts'
import { fail, type Problem, type Result } from '../../base/result.ts'
import { OPERATIONS, type InputOf, type OperationName, type OutputOf } from '../../contract/http/operations.ts'

/** The calls of a session. */
export interface StateCalls extends AsyncDisposable {
  call<Name extends OperationName>(name: Name, input: InputOf<Name>): Promise<Result<OutputOf<Name>, Problem>>
}

/** One of them is in every folder with a state, whole or not. */
const TRACES = ['keys', 'ledger', 'transfer.json', 'owner.json']

/** Whether a state was ever made in this folder. What cannot be looked at is for its owner's lock to say. */
export async function hasState(stateFolder: string): Promise<boolean> {
  for (const name of TRACES)
    try {
      await access(join(stateFolder, name))
      return true
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') return true
    }
  return false
}

/** Calls on a folder without a state: the first change makes it, and there is nothing to read before. */
export function unmadeState(stateFolder: string, open: () => Promise<Result<StateCalls, Problem>>): StateCalls {
  let made: Promise<Result<StateCalls, Problem>> | undefined
  return {
    async call(name, input) {
      if (made === undefined && OPERATIONS[name].method === 'GET')
        return fail({
          code: 'state/absent',
          message: `\`${stateFolder}\` holds no state`,
          next: 'check the folder that `--state` or GATEHOUSE_STATE names; the first change, or `gatehouse serve`, makes one',
        })
      made ??= open()
      const session = await made
      return session.ok ? session.value.call(name, input) : session
    },
    async [Symbol.asyncDispose]() {
      const session = await made
      if (session?.ok === true) await session.value[Symbol.asyncDispose]()
    },
  }
}
