import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { contentFolder } from '../../adapters/files/content-folder.ts'
import { errnoOf } from '../../adapters/files/errno.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { loadPackFile, loadPacks, type LoadedPack } from './load-packs.ts'
import { loadProject } from './load-project.ts'
import type { Terminal } from './terminal.ts'

/** Packs by name or by file; without any those of the project's manifest, and without a project all that are shipped. */
export async function loadNamedPacks(
  terminal: Terminal,
  { packs, project }: { readonly packs: readonly string[]; readonly project: string },
): Promise<Result<readonly LoadedPack[], readonly Problem[]>> {
  if (packs.length === 0)
    return loadPacks(resolve(terminal.workingFolder, project), await defaultNames(terminal, project))
  const loaded: LoadedPack[] = []
  for (const nameOrFile of packs) {
    const pack = await loadPackOrFile(terminal, project, nameOrFile)
    if (!pack.ok) return pack
    loaded.push(pack.value)
  }
  return ok(loaded)
}

async function defaultNames(terminal: Terminal, project: string): Promise<readonly string[]> {
  const loaded = await loadProject(terminal.workingFolder, project)
  return loaded.ok ? (loaded.value.release.manifest.policies ?? ['baseline']) : shippedNames()
}

export async function shippedNames(): Promise<readonly string[]> {
  return (await readdir(contentFolder('policies')))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.replace(/\.yaml$/, ''))
    .toSorted()
}

/** A pack by its file, or by its name as a manifest would name it. */
export async function loadPackOrFile(
  terminal: Terminal,
  project: string,
  nameOrFile: string,
): Promise<Result<LoadedPack, readonly Problem[]>> {
  const folder = resolve(terminal.workingFolder, project)
  if (!/[./\\]/.test(nameOrFile)) {
    const loaded = await loadPacks(folder, [nameOrFile])
    if (!loaded.ok) return loaded
    const [pack] = loaded.value
    return pack === undefined ? fail([]) : ok(pack)
  }
  try {
    const loaded = await loadPackFile(resolve(terminal.workingFolder, nameOrFile), nameOrFile)
    return loaded ?? fail([unreadable(nameOrFile, 'ENOENT')])
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === undefined) throw error
    return fail([unreadable(nameOrFile, errno)])
  }
}

function unreadable(file: string, errno: string): Problem {
  return { code: 'files/unreadable', message: `\`${file}\` cannot be read (${errno})`, next: 'check the path' }
}
