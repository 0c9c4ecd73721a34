import { open } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { errnoOf } from '../../adapters/files/errno.ts'
import { MANIFEST_FILE } from '../../application/release/load-release.ts'
import { isJsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { parseYaml } from '../../contract/yaml/parse-yaml.ts'
import { inert } from './style.ts'

export interface SystemOfProject {
  readonly system: string
  readonly file: string
  /** The manifest lies in the working folder itself. */
  readonly isHere: boolean
}

const FOLDERS_MAX = 64
const MANIFEST_BYTES_MAX = 1_048_576
const NAME = /^[a-z0-9-]{2,63}$/
const NEXT = 'name the system: --system NAME'

/**
 * The system of the nearest manifest, from a folder upwards. Only its name is read: a manifest that is being worked on may have
 * other faults, and they are not this command's.
 */
export async function systemOfProject(workingFolder: string, project = '.'): Promise<Result<SystemOfProject, Problem>> {
  let folder = resolve(workingFolder, project)
  for (let looked = 0; looked < FOLDERS_MAX; looked++) {
    const file = join(folder, MANIFEST_FILE)
    const text = await readIfPresent(file)
    if (text !== undefined) return text.ok ? named(file, text.value, looked === 0) : text
    const parent = dirname(folder)
    if (parent === folder) break
    folder = parent
  }
  return fail({
    code: 'usage/no-system',
    message: `no system is named, and no \`${MANIFEST_FILE}\` lies here or in a folder above`,
    next: `run it in a project, or ${NEXT}`,
  })
}

function named(file: string, text: string, isHere: boolean): Result<SystemOfProject, Problem> {
  const yaml = parseYaml(file, text)
  const metadata = yaml.ok && isJsonObject(yaml.value.value) ? yaml.value.value['metadata'] : undefined
  const system = metadata !== undefined && isJsonObject(metadata) ? metadata['name'] : undefined
  if (typeof system === 'string' && NAME.test(system)) return ok({ system, file: inert(file), isHere })
  return fail({
    code: 'usage/no-system',
    message: `\`${inert(file)}\` names no system`,
    next: `gatehouse validate, or ${NEXT}`,
    at: { file, line: 1, column: 1 },
  })
}

/** Undefined where there is no such file. */
async function readIfPresent(file: string): Promise<Result<string, Problem> | undefined> {
  try {
    await using handle = await open(file)
    const buffer = Buffer.alloc(MANIFEST_BYTES_MAX)
    const { bytesRead } = await handle.read(buffer, 0, MANIFEST_BYTES_MAX, 0)
    return ok(buffer.toString('utf8', 0, bytesRead))
  } catch (error) {
    const code = errnoOf(error)
    if (code === undefined) throw error
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    return fail({ code: 'files/unreadable', message: `\`${inert(file)}\` cannot be read (${code})`, next: NEXT })
  }
}
