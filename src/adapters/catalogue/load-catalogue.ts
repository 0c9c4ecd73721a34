import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fail, ok, type Problem, type Result, type SourcePosition } from '../../base/result.ts'
import { controlPositions, parseCatalogueFile } from '../../contract/controls/parse-catalogue.ts'
import { frameworkOf, parseFrameworkFile, type FrameworkFile } from '../../contract/controls/parse-framework.ts'
import { checkCatalogue } from '../../domain/controls/check-catalogue.ts'
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
  const positions = new Map<string, SourcePosition>()
  const folders = [join(shipped, 'controls')]
  if (projectFolder !== undefined) folders.push(join(projectFolder, 'catalog', 'controls'))
  for (const folder of new Set(folders))
    for (const { name, text } of await readFolder(folder, '.yaml')) {
      const parsed = parseCatalogueFile(`catalog/controls/${name}`, text)
      if (!parsed.ok) return parsed
      controls.push(...parsed.value)
      if (folder === folders[0]) continue
      for (const [id, at] of controlPositions(`catalog/controls/${name}`, text)) positions.set(id, at)
    }
  const frameworks = files.map(frameworkOf)
  const problems = positions.size === 0 ? [] : catalogueProblems({ controls, frameworks }, positions)
  if (problems.length > 0) return fail(problems)
  return ok({ controls: sorted(controls), frameworks, files })
}

/**
 * Which check belongs to which control is a question of the packs that a project binds, and not asked here; and a house may have
 * controls of its own that no framework asks for.
 */
const NOT_OF_PROJECTS = ['controls/unknown-check', 'controls/unowned-check', 'controls/orphan']

/** What is wrong with a catalogue to which a project has added controls. That of the package is held to this by its own tests. */
function catalogueProblems(catalogue: Catalogue, positions: ReadonlyMap<string, SourcePosition>): readonly Problem[] {
  return checkCatalogue(catalogue, [])
    .filter(({ code }) => !NOT_OF_PROJECTS.includes(code))
    .map(({ code, control, message }) => ({
      code,
      message: `control \`${control}\`: ${message}`,
      next: 'correct it in the catalogue of the project',
      at: positions.get(control),
    }))
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
