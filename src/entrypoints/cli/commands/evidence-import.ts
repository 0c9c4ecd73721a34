import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { systemClock } from '../../../adapters/clock/system-clock.ts'
import { errnoOf } from '../../../adapters/files/errno.ts'
import { inspectArchiveText } from '../../../adapters/interchange/inspect-archive.ts'
import { stdlibDistributions } from '../../../adapters/statistics/stdlib-distributions.ts'
import type { PlannedCheck } from '../../../application/release/plan-checks.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { judgeImported } from '../../../contract/interchange/judge-imported.ts'
import { readResults, RESULTS_CHARS_MAX } from '../../../contract/interchange/read-results.ts'
import { countRows, type ResultReport } from '../../../contract/interchange/result-report.ts'
import type { CheckEvidence } from '../../../domain/release/evidence.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { modelIdentity, prepareGate } from '../gate/prepare-gate.ts'
import { loadProject } from '../load-project.ts'
import { reportProblems } from '../report-problems.ts'
import type { SessionOptions } from '../session.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { withSession } from './with-session.ts'

export interface EvidenceImportOptions extends SessionOptions {
  readonly file: string
  readonly check: string
  readonly project: string
  readonly manifest: string
  readonly env: string
  readonly json: boolean
}

/** `gatehouse evidence import`: results of another tool as evidence of one check of this release. */
export async function evidenceImportCommand(terminal: Terminal, options: EvidenceImportOptions): Promise<number> {
  const prepared = await prepareImport(terminal, options)
  if (!prepared.ok) {
    reportProblems(terminal, prepared.failure)
    return EXIT_CODE.usage
  }
  const { report, evidence, system } = prepared.value
  return withSession(
    terminal,
    options,
    (session) => session.call('recordEvidence', { system, evidence: evidence as never }),
    () => {
      const { tool, toolVersion, rows } = report
      const { outcome, summary, checkId } = evidence
      if (options.json)
        printLine(
          terminal,
          inertJson({ schemaVersion: 1, checkId, outcome, summary, tool, toolVersion, counts: countRows(rows) }, 2),
        )
      else {
        printLine(terminal, `${checkId} ${outcome}: ${inert(summary)}`)
        printLine(terminal, 'next: gatehouse gate')
      }
      return EXIT_CODE.pass
    },
  )
}

async function prepareImport(
  terminal: Terminal,
  { file, check: id, project: folder, manifest, env }: EvidenceImportOptions,
): Promise<
  Result<
    { readonly report: ResultReport; readonly evidence: CheckEvidence; readonly system: string },
    readonly Problem[]
  >
> {
  const startedAt = systemClock()
  const project = await loadProject(terminal.workingFolder, folder, manifest)
  if (!project.ok) return project
  const model = modelIdentity(terminal.environment)
  const gate = await prepareGate(project.value, { environment: env, learned: [], model })
  if (!gate.ok) return gate
  const check = importedCheck(gate.value.checks, id)
  if (!check.ok) return fail([check.failure])
  const report = await readReport(terminal, file)
  if (!report.ok) return fail([report.failure])
  const { spec } = check.value
  if (spec.kind === 'imported' && spec.tools?.includes(report.value.tool) === false)
    return fail([
      {
        code: 'interchange/other-tool',
        message: `check \`${id}\` takes results of ${spec.tools.join(', ')}; these are of ${report.value.tool}`,
        next: 'import a file of that tool, or name this one under `tools`',
      },
    ])
  const { digest, manifest: declared } = project.value.release
  const evidence = judgeImported(check.value, report.value, {
    distributions: stdlibDistributions,
    releaseDigest: digest,
    fallback: file,
    startedAt,
    finishedAt: systemClock(),
  })
  return ok({ report: report.value, evidence, system: declared.metadata.name })
}

function importedCheck(checks: readonly PlannedCheck[], id: string): Result<PlannedCheck, Problem> {
  const check = checks.find(({ rule, spec }) => rule.id === id && spec.kind === 'imported')
  if (check !== undefined) return ok(check)
  const known = checks.filter(({ spec }) => spec.kind === 'imported').map(({ rule }) => rule.id)
  return fail({
    code: 'interchange/no-check',
    message: `no rule \`${id}\` of this release takes imported results`,
    next:
      known.length === 0
        ? 'write a rule with `check: { kind: imported }` (docs/reference/policy-pack.md)'
        : `use one of: ${known.join(', ')}`,
  })
}

async function readReport(terminal: Terminal, file: string): Promise<Result<ResultReport, Problem>> {
  const path = resolve(terminal.workingFolder, file)
  try {
    const { size } = await stat(path)
    if (size > RESULTS_CHARS_MAX)
      return fail({ code: 'interchange/unreadable', message: `\`${file}\` is too large`, next: 'split it' })
    const bytes = await readFile(path)
    const isArchive = bytes.subarray(0, 2).toString('latin1') === 'PK'
    const text = isArchive ? await inspectArchiveText(file, bytes) : ok(bytes.toString('utf8'))
    return text.ok ? readResults(file, text.value) : text
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    return fail({
      code: 'interchange/unreadable',
      message: `\`${file}\` cannot be read (${errnoOf(error) ?? ''})`,
      next: 'check the path',
    })
  }
}
