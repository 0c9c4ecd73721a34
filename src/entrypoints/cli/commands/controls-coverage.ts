import { resolve } from 'node:path'
import { loadCatalogue } from '../../../adapters/catalogue/load-catalogue.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { assessControl } from '../../../domain/controls/assess-control.ts'
import { COVERAGES, coverFramework, type FrameworkCoverage } from '../../../domain/controls/cover-framework.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { projectEvidence } from '../project-evidence.ts'
import { printTable, type TableFormat } from '../print-table.ts'
import { reportProblems } from '../report-problems.ts'
import { openSession, type SessionOptions } from '../session.ts'
import { inertJson, styleFor } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { statusWords } from './controls.ts'
import { exitCodeOfProblem } from './with-session.ts'

interface CoverageOptions extends SessionOptions {
  readonly framework: string
  readonly project: string
  readonly manifest: string
  readonly system?: string | undefined
  readonly open: boolean
  readonly format: TableFormat
  readonly json: boolean
}

type SystemCoverage = FrameworkCoverage & { readonly system: string; readonly tier: string }

/** `gatehouse controls coverage`: what a framework's entries rest on. What nothing shows reads "not evidenced". */
export async function controlsCoverageCommand(terminal: Terminal, options: CoverageOptions): Promise<number> {
  const read = options.system === undefined ? await ofProject(terminal, options) : await ofState(terminal, options)
  if (!read.ok) {
    reportProblems(terminal, read.failure)
    return read.failure[0] === undefined ? EXIT_CODE.usage : exitCodeOfProblem(read.failure[0])
  }
  const coverage = read.value
  if (options.json || options.format === 'json') {
    printLine(terminal, inertJson({ schemaVersion: 1, ...coverage }, 2))
    return EXIT_CODE.pass
  }
  const entries = options.open ? coverage.entries.filter(({ coverage: of }) => of !== 'covered') : coverage.entries
  const style = styleFor(terminal.hasColor)
  if (options.format !== 'csv')
    printLine(
      terminal,
      options.format === 'markdown'
        ? `## ${coverage.name} ${coverage.version}: ${coverage.system} (${coverage.tier})\n`
        : style.bold(`${coverage.system} · tier ${coverage.tier} · ${coverage.name} ${coverage.version}`),
    )
  printTable(terminal, options.format, {
    head: ['entry', 'coverage', 'title', 'controls'],
    rows: entries.map(({ id, title, coverage: of, controls }) => [
      id,
      statusWords(of),
      title,
      controls.map((control) => `${control.id} (${control.relation}: ${statusWords(control.status)})`).join('; '),
    ]),
  })
  if (options.format === 'human') {
    printLine(
      terminal,
      COVERAGES.map((of) => `${statusWords(of)} ${coverage.counts[of]}`).join(' · ') +
        ` · of ${coverage.entries.length} entries`,
    )
    if (options.system === undefined)
      printLine(terminal, 'declarations of the project only; next: gatehouse gate, then --system for what is proven')
  }
  return EXIT_CODE.pass
}

async function ofState(
  terminal: Terminal,
  { framework, system = '', ...options }: CoverageOptions,
): Promise<Result<SystemCoverage, readonly Problem[]>> {
  const opened = await openSession(terminal, options)
  if (!opened.ok) return fail([opened.failure])
  await using session = opened.value
  const found = await session.call('getCoverage', { system, framework })
  return found.ok ? ok(found.value as unknown as SystemCoverage) : fail([found.failure])
}

async function ofProject(
  terminal: Terminal,
  options: CoverageOptions,
): Promise<Result<SystemCoverage, readonly Problem[]>> {
  const catalogue = await loadCatalogue(resolve(terminal.workingFolder, options.project))
  if (!catalogue.ok) return catalogue
  const framework = catalogue.value.frameworks.find(({ id }) => id === options.framework)
  if (framework === undefined)
    return fail([
      {
        code: 'controls/no-such-framework',
        message: `no framework \`${options.framework}\` is known`,
        next: `use one of: ${catalogue.value.frameworks.map(({ id }) => id).join(', ')}`,
      },
    ])
  const evidence = await projectEvidence(terminal, options)
  if (!evidence.ok) return evidence
  const assessments = catalogue.value.controls.map((control) => assessControl(control, evidence.value))
  const { system, tier } = evidence.value
  return ok({ system, tier, ...coverFramework(framework, assessments) })
}
