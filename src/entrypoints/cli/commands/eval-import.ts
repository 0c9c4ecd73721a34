import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { writeFileAtomic } from '../../../adapters/files/atomic-file.ts'
import { projectFolder } from '../../../adapters/files/project-folder.ts'
import { compilePattern } from '../../../adapters/scoring/scoring-ports.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import type { ImportNote } from '../../../contract/promptfoo/import-note.ts'
import { translatePromptfoo, type ImportedSuite } from '../../../contract/promptfoo/translate-config.ts'
import { relativePath } from '../../../contract/suite/suite-schema.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { reportProblems } from '../report-problems.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

export interface EvalImportOptions {
  readonly out: string
  readonly project: string
  readonly judge?: string | undefined
  readonly force: boolean
  readonly strict: boolean
  readonly json: boolean
}

const NOTES_SHOWN = 60

/** `gatehouse eval import`: a promptfoo config as a suite, with what could not be said. Code of the config is never run. */
export async function evalImportCommand(
  terminal: Terminal,
  config: string,
  options: EvalImportOptions,
): Promise<number> {
  const imported = await importSuite(terminal, config, options)
  if (!imported.ok) {
    reportProblems(terminal, imported.failure)
    return EXIT_CODE.usage
  }
  const { suite, files } = imported.value
  const code = options.strict && suite.notes.length > 0 ? EXIT_CODE.blocked : EXIT_CODE.pass
  if (options.json) {
    const { tests, cases, notes, notesOmitted } = suite
    printLine(
      terminal,
      inertJson({ schemaVersion: 1, files, tests, cases: cases.length, notes, notesOmitted, exitCode: code }, 2),
    )
    return code
  }
  printImport(terminal, suite, files)
  if (code !== EXIT_CODE.pass)
    printLine(terminal, `Exiting ${code}: --strict, and the suite does not say all of the config.`)
  return code
}

interface Imported {
  readonly suite: ImportedSuite
  readonly files: readonly string[]
}

async function importSuite(
  terminal: Terminal,
  config: string,
  { out, project, judge, force }: EvalImportOptions,
): Promise<Result<Imported, readonly Problem[]>> {
  if (!relativePath.safeParse(out).success || !/\.ya?ml$/.test(out))
    return fail([
      {
        code: 'promptfoo/bad-output',
        message: `\`${out}\` is no path of a YAML file inside the project`,
        next: 'write it relative to --project, such as suites/imported.yaml',
      },
    ])
  const path = resolve(terminal.workingFolder, config)
  const beside = projectFolder(dirname(path))
  const text = await beside.readText(basename(path))
  if (!text.ok) return fail([text.failure])
  const base = out.replace(/\.ya?ml$/, '')
  const translated = await translatePromptfoo(
    basename(path),
    text.value,
    { read: (name) => beside.readText(name), isPattern: (pattern) => compilePattern(pattern) !== undefined },
    { casesFile: `${base}.jsonl`, judge },
  )
  if (!translated.ok) return translated
  const suite = translated.value
  const contents = new Map([
    [out, suite.head],
    [`${base}.jsonl`, suite.cases.map((one) => `${JSON.stringify(one)}\n`).join('')],
    ...suite.targets.map((target, index) => [`${base}.target-${index + 2}.yaml`, target.text] as const),
  ])
  const folder = resolve(terminal.workingFolder, project)
  const present = [...contents.keys()].filter((name) => existsSync(resolve(folder, name)))
  if (present.length > 0 && !force)
    return fail([
      {
        code: 'promptfoo/exists',
        message: `${present.map((name) => `\`${name}\``).join(', ')} would be overwritten`,
        next: 'name another file with --out, or add --force',
      },
    ])
  for (const [name, content] of contents) {
    await mkdir(dirname(resolve(folder, name)), { recursive: true })
    await writeFileAtomic(resolve(folder, name), content)
  }
  return ok({ suite, files: [...contents.keys()] })
}

function printImport(terminal: Terminal, suite: ImportedSuite, files: readonly string[]): void {
  printLine(
    terminal,
    inert(`${files.join(', ')}: ${counted(suite.cases.length, 'case')} from ${counted(suite.tests, 'test')}`),
  )
  for (const [kind, title] of [
    ['left-out', 'left out'],
    ['changed', 'changed'],
  ] as const)
    printNotes(
      terminal,
      title,
      suite.notes.filter((note) => note.kind === kind),
    )
  if (suite.notesOmitted > 0) printLine(terminal, `and ${suite.notesOmitted} more notes that were not kept`)
  if (suite.notes.length === 0) printLine(terminal, 'the suite says all of the config')
  printLine(
    terminal,
    `\nnext: gatehouse eval run ${inert(files[0] ?? '')}; write \`criteria\` into it, for without them nothing is decided`,
  )
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

function printNotes(terminal: Terminal, title: string, notes: readonly ImportNote[]): void {
  if (notes.length === 0) return
  printLine(terminal, `\n${title} (${notes.length})`)
  for (const { file, line, what, why } of notes.slice(0, NOTES_SHOWN))
    printLine(terminal, inert(` ${file}:${line} ${what}: ${why}`))
  if (notes.length > NOTES_SHOWN) printLine(terminal, ` and ${notes.length - NOTES_SHOWN} more; see --json`)
}
