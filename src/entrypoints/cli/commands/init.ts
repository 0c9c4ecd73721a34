import { relative, resolve } from 'node:path'
import { shippedTemplates, templateFiles, type ShippedTemplate } from '../../../adapters/template/shipped-templates.ts'
import { writeProject } from '../../../adapters/template/write-project.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { printTable } from '../print-table.ts'
import { reportProblems } from '../report-problems.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

interface InitOptions {
  readonly folder?: string | undefined
  readonly template?: string | undefined
  readonly json: boolean
}

/** `gatehouse init`: a small running system to begin with, or the list of those there are. */
export async function initCommand(terminal: Terminal, options: InitOptions): Promise<number> {
  const templates = await shippedTemplates()
  if (options.template === undefined) return listTemplates(terminal, templates, options)
  const template = templates.find(({ head }) => head.metadata.id === options.template)
  if (template === undefined) {
    reportProblems(terminal, [
      {
        code: 'init/unknown-template',
        message: `there is no template \`${options.template}\``,
        next: `use one of: ${templates.map(({ head }) => head.metadata.id).join(', ')}`,
      },
    ])
    return EXIT_CODE.usage
  }
  const folder = resolve(terminal.workingFolder, options.folder ?? template.head.metadata.id)
  const files = await templateFiles(template)
  const written = await writeProject(folder, files)
  if (!written.ok) {
    reportProblems(terminal, [written.failure])
    return EXIT_CODE.usage
  }
  const shown = relative(terminal.workingFolder, folder)
  const next = [...(shown === '' ? [] : [`cd ${shown}`]), 'npm install', 'npx gatehouse validate', 'npx gatehouse gate']
  if (options.json) {
    const paths = files.map(({ path }) => path)
    printLine(
      terminal,
      inertJson({ schemaVersion: 1, template: template.head.metadata.id, folder, files: paths, next }, 2),
    )
    return EXIT_CODE.pass
  }
  printLine(
    terminal,
    `${files.length} files in ${inert(folder)}: ${template.head.metadata.title}, with a simulated model`,
  )
  for (const command of next) printLine(terminal, `  next: ${inert(command)}`)
  printLine(terminal, '  read: README.md, docs/architecture.md')
  return EXIT_CODE.pass
}

function listTemplates(
  terminal: Terminal,
  templates: readonly ShippedTemplate[],
  { folder, json }: InitOptions,
): number {
  if (folder !== undefined) {
    reportProblems(terminal, [
      {
        code: 'init/no-template',
        message: 'a folder is named, and no template for it',
        next: `add --template with one of: ${templates.map(({ head }) => head.metadata.id).join(', ')}`,
      },
    ])
    return EXIT_CODE.usage
  }
  if (json) {
    printLine(terminal, inertJson({ schemaVersion: 1, templates: templates.map(({ head }) => head.metadata) }, 2))
    return EXIT_CODE.pass
  }
  printTable(terminal, 'human', {
    head: ['template', 'what'],
    rows: templates.map(({ head: { metadata } }) => [metadata.id, metadata.description]),
  })
  printLine(terminal, 'next: gatehouse init --template ID [FOLDER]')
  return EXIT_CODE.pass
}
