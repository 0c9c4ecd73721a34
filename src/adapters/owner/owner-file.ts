import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { isJsonObject, parseJson } from '../../base/json.ts'
import { readTextIfPresent, writeFileAtomic } from '../files/atomic-file.ts'
import { errnoOf } from '../files/errno.ts'

/** Where the live owner listens, and the token that lets this user's CLI in. Mode 0600. */
export interface OwnerAddress {
  readonly url: string
  readonly token: string
  readonly pid: number
}

const fileOf = (stateFolder: string): string => join(stateFolder, 'owner.json')

export async function writeOwnerFile(stateFolder: string, address: OwnerAddress): Promise<void> {
  await writeFileAtomic(fileOf(stateFolder), `${JSON.stringify(address)}\n`, 0o600)
}

export async function readOwnerFile(stateFolder: string): Promise<OwnerAddress | undefined> {
  const text = await readIfPossible(fileOf(stateFolder))
  const json = parseJson(text ?? '', 10_000)
  if (!json.ok || !isJsonObject(json.value)) return undefined
  const { url, token, pid } = json.value
  return typeof url === 'string' && typeof token === 'string' && typeof pid === 'number'
    ? { url, token, pid }
    : undefined
}

/** What cannot be read names no owner; whether the folder can be used at all is for its lock to say. */
async function readIfPossible(path: string): Promise<string | undefined> {
  try {
    return await readTextIfPresent(path)
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    return undefined
  }
}

export async function removeOwnerFile(stateFolder: string): Promise<void> {
  try {
    await unlink(fileOf(stateFolder))
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
  }
}
