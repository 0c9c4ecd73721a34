import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The package's own folder of content, found from this file in source and in the published build. */
export function contentFolder(name: 'policies' | 'schemas' | 'catalog' | 'templates'): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, name))) return join(folder, name)
    if (dirname(folder) === folder) throw new Error(`the package has no folder ${name}`)
  }
}
