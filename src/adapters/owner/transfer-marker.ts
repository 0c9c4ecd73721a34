import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { isJsonObject, parseJson } from '../../base/json.ts'
import type { Problem } from '../../base/result.ts'
import { readTextIfPresent, writeFileAtomic } from '../files/atomic-file.ts'
import { errnoOf } from '../files/errno.ts'

const KINDS = ['restore', 'move-to-postgresql', 'move-to-folder'] as const

/** What is being done, or was done, to the state as a whole. While it is begun, nobody may use the state. */
export interface Transfer {
  readonly kind: (typeof KINDS)[number]
  readonly phase: 'begun' | 'done'
}

const fileOf = (stateFolder: string): string => join(stateFolder, 'transfer.json')

/** A marker that cannot be read is one all the same: the state is then not used. */
export async function readTransfer(stateFolder: string): Promise<Transfer | 'unreadable' | undefined> {
  const text = await readTextIfPresent(fileOf(stateFolder))
  if (text === undefined) return undefined
  const json = parseJson(text, 10_000)
  const { kind, phase } = json.ok && isJsonObject(json.value) ? json.value : {}
  const known = KINDS.find((one) => one === kind)
  return known !== undefined && (phase === 'begun' || phase === 'done') ? { kind: known, phase } : 'unreadable'
}

export async function writeTransfer(stateFolder: string, transfer: Transfer): Promise<void> {
  await writeFileAtomic(fileOf(stateFolder), `${JSON.stringify(transfer)}\n`, 0o600)
}

export async function removeTransfer(stateFolder: string): Promise<void> {
  try {
    await unlink(fileOf(stateFolder))
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
  }
}

/** Why a state cannot be opened where it is looked for. */
export async function transferRefusal(stateFolder: string, isPostgres: boolean): Promise<Problem | undefined> {
  const transfer = await readTransfer(stateFolder)
  if (transfer === undefined) return undefined
  if (transfer === 'unreadable' || (transfer.kind === 'restore' && transfer.phase === 'begun'))
    return {
      code: 'state/half-restored',
      message: `a restore into \`${stateFolder}\` did not end`,
      next: 'run the same `gatehouse db restore` again',
    }
  if (transfer.phase === 'begun')
    return {
      code: 'state/half-moved',
      message: `a move of the state of \`${stateFolder}\` did not end`,
      next: `run \`gatehouse db move --to ${transfer.kind === 'move-to-folder' ? 'folder' : 'postgresql'}\` again`,
    }
  return transfer.kind === 'move-to-postgresql' && !isPostgres
    ? {
        code: 'state/moved',
        message: `the state of \`${stateFolder}\` was moved to PostgreSQL`,
        next: 'set GATEHOUSE_DATABASE_URL, or bring it back with `gatehouse db move --to folder`',
      }
    : undefined
}
