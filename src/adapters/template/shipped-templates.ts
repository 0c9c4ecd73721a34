import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { parseTemplateHead, type TemplateHead } from '../../contract/template/parse-template-head.ts'
import { contentFolder } from '../files/content-folder.ts'

/** Files that every template begins with; a template's own of the same path goes before. */
const SHARED = 'shared'
const HEAD_FILE = 'template.yaml'
/** npm leaves files of these names out of a package: they are kept under others. */
const RENAMED: Readonly<Record<string, string>> = { gitignore: '.gitignore' }

export interface ShippedTemplate {
  readonly head: TemplateHead
  readonly folder: string
}

/** The golden paths of the package, by id. */
export async function shippedTemplates(): Promise<readonly ShippedTemplate[]> {
  const root = contentFolder('templates')
  const names = (await readdir(root, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && entry.name !== SHARED)
    .map(({ name }) => name)
    .toSorted()
  const templates: ShippedTemplate[] = []
  for (const name of names) {
    const file = join(root, name, HEAD_FILE)
    const parsed = parseTemplateHead(`templates/${name}/${HEAD_FILE}`, await readFile(file, 'utf8'))
    // Content of the package itself: that it cannot be read is a fault of the installation.
    if (!parsed.ok) throw new Error(`templates/${name}: ${parsed.failure.map(({ message }) => message).join('; ')}`)
    templates.push({ head: parsed.value, folder: join(root, name) })
  }
  return templates
}

export interface TemplateFile {
  /** Relative to the new project, with `/`. */
  readonly path: string
  readonly source: string
}

/** Every file that a project of this template begins with, by path. */
export async function templateFiles({ folder }: ShippedTemplate): Promise<readonly TemplateFile[]> {
  const files = new Map<string, TemplateFile>()
  for (const from of [join(contentFolder('templates'), SHARED), folder])
    for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const source = join(entry.parentPath, entry.name)
      const inside = relative(from, source).replaceAll('\\', '/')
      if (inside === HEAD_FILE) continue
      const path = RENAMED[inside] ?? inside
      files.set(path, { path, source })
    }
  return [...files.values()].toSorted((one, other) => (one.path < other.path ? -1 : 1))
}
