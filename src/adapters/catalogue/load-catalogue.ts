import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { parseCatalogueFile } from '../../contract/controls/parse-catalogue.ts'
import { frameworkOf, parseFrameworkFile, type FrameworkFile } from '../../contract/controls/parse-framework.ts'
import type { Catalogue, Control } from '../../domain/controls/control.ts'
import { contentFolder } from '../files/content-folder.ts'
import { errnoOf } from '../files/errno.ts'
import { whileUnchanged } from '../files/while-unchanged.ts'

export interface LoadedCatalogue extends Catalogue {
  readonly files: readonly FrameworkFile[]
}

/** The shipped controls and frameworks, and those that lie in the project's `catalog/controls`. */
export async function loadCatalogue(projectFolder?: string): Promise<Result<LoadedCatalogue, readonly Problem[]>> {
  const shipped = contentFolder('catalog')
  const files: FrameworkFile[] = []
  for (const { name, text } of await readFolder(join(shipped, 'frameworks'), '.json')) {
    const parsed = parseFrameworkFile(`catalog/frameworks/${name}`, text)
    if (!parsed.ok) return fail([parsed.failure])
    files.push(parsed.value)
  }
  const controls: Control[] = []
  const folders = [join(shipped, 'controls')]
  if (projectFolder !== undefined) folders.push(join(projectFolder, 'catalog', 'controls'))
  for (const folder of new Set(folders))
    for (const { name, text } of await readFolder(folder, '.yaml')) {
      const parsed = parseCatalogueFile(`catalog/controls/${name}`, text)
      if (!parsed.ok) return parsed
      controls.push(...parsed.value)
    }
  return ok({ controls: sorted(controls), frameworks: files.map(frameworkOf), files })
}

/** The shipped ones alone, for a server that is asked again and again. */
export const shippedCatalogue = whileUnchanged(
  () => ['controls', 'frameworks'].map((name) => join(contentFolder('catalog'), name)),
  () => loadCatalogue(),
)

const sorted = (controls: readonly Control[]): readonly Control[] =>
  controls.toSorted((left, right) => (left.id < right.id ? -1 : left.id > right.id ? 1 : 0))

async function readFolder(
  folder: string,
  ending: string,
): Promise<readonly { readonly name: string; readonly text: string }[]> {
  try {
    const names = (await readdir(folder)).filter((name) => name.endsWith(ending)).toSorted()
    return await Promise.all(names.map(async (name) => ({ name, text: await readFile(join(folder, name), 'utf8') })))
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return []
    throw error
  }
}
