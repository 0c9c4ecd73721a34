import { resolve } from 'node:path'
import { nodeSha256 } from '../../../adapters/crypto/node-crypto.ts'
import { writeFileAtomic } from '../../../adapters/files/atomic-file.ts'
import { errnoOf } from '../../../adapters/files/errno.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { rowsOfCluster, type RowSuite } from '../../../contract/interchange/case-row.ts'
import { exportReport } from '../../../contract/interchange/export-report.ts'
import { CSV_HEAD, csvRow } from '../../../contract/interchange/export-csv.ts'
import { jsonlRow } from '../../../contract/interchange/export-json.ts'
import type { ResultRow } from '../../../contract/interchange/result-report.ts'
import type { EvaluationReport } from '../../../domain/evaluation/evaluation-report.ts'
import type { ClusterResult } from '../../../domain/evaluation/trial-record.ts'
import { reportProblems } from '../report-problems.ts'
import type { Terminal } from '../terminal.ts'
import { VERSION } from '../version.ts'
import { htmlReport } from './html-report.ts'
import type { ReportOutput } from './report-outputs.ts'
import { junitReport, markdownReport } from './text-reports.ts'

export interface ReportedRun {
  readonly report: EvaluationReport
  /** Results of its cases, in the order of the suite: read again for each format that lists them. */
  readonly clusters: () => AsyncIterable<ClusterResult> | Iterable<ClusterResult>
}

/** More findings than any of the tools shows. */
const FINDINGS_MAX = 25_000
const JUNIT_CASES_MAX = 100_000
const CHUNK_CHARS = 65_536
/** Where a finding points whose case has no file. */
const FALLBACK_FILE = 'gatehouse.yaml'

/** Writes the report to each file in its format. False when one cannot be written. */
export async function writeReports(
  terminal: Terminal,
  run: ReportedRun,
  outputs: readonly ReportOutput[],
): Promise<boolean> {
  for (const output of outputs) {
    const written = await writeReport(terminal, run, output)
    if (written.ok) continue
    reportProblems(terminal, [written.failure])
    return false
  }
  return true
}

async function writeReport(
  terminal: Terminal,
  run: ReportedRun,
  { format, path }: ReportOutput,
): Promise<Result<undefined, Problem>> {
  try {
    const content = await contentOf(terminal, run, { format, path })
    if (!content.ok) return content
    await writeFileAtomic(resolve(terminal.workingFolder, path), content.value)
    return ok(undefined)
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    return fail({
      code: 'eval/unwritable',
      message: `\`${path}\` cannot be written (${errnoOf(error) ?? ''})`,
      next: 'check the folder and its rights',
    })
  }
}

async function contentOf(
  terminal: Terminal,
  run: ReportedRun,
  { format, path }: ReportOutput,
): Promise<Result<string | AsyncIterable<string>, Problem>> {
  const { report } = run
  switch (format) {
    case 'json':
      return ok(`${JSON.stringify(report, null, 2)}\n`)
    case 'html':
      return ok(htmlReport(report))
    case 'markdown':
      return ok(markdownReport(report))
    case 'junit':
      return report.criteria.length > 0 ? ok(junitReport(report)) : casesAsJUnit(run, path)
    case 'jsonl':
      return ok(inChunks('', rowsOf(run), jsonlRow))
    case 'csv':
      return ok(inChunks(CSV_HEAD, rowsOf(run), csvRow))
    case 'sarif':
    case 'github':
    case 'gitlab': {
      const { rows, omitted } = await findingsOf(run)
      if (omitted > 0) terminal.error(`${path}: the first ${FINDINGS_MAX} findings; ${omitted} more are left out\n`)
      return ok(exportReport(nodeSha256, resultReport(run, rows), { format, fallback: FALLBACK_FILE }))
    }
  }
}

/** Without a criterion nothing is decided: the cases themselves are then the tests. */
async function casesAsJUnit(run: ReportedRun, path: string): Promise<Result<string, Problem>> {
  const rows: ResultRow[] = []
  for await (const row of rowsOf(run)) {
    rows.push(row)
    if (rows.length > JUNIT_CASES_MAX)
      return fail({
        code: 'eval/too-many-cases',
        message: `\`${path}\` would hold more than ${JUNIT_CASES_MAX} test cases`,
        next: 'write criteria, which are then the test cases, or take .jsonl or .csv',
      })
  }
  return ok(exportReport(nodeSha256, resultReport(run, rows), { format: 'junit', fallback: FALLBACK_FILE }))
}

async function* rowsOf({ report, clusters }: ReportedRun): AsyncGenerator<ResultRow> {
  for await (const cluster of clusters()) yield* rowsOfCluster(report.suite as RowSuite, cluster)
}

async function findingsOf(
  run: ReportedRun,
): Promise<{ readonly rows: readonly ResultRow[]; readonly omitted: number }> {
  const rows: ResultRow[] = []
  let omitted = 0
  for await (const row of rowsOf(run)) {
    if (row.outcome === 'passed') continue
    if (rows.length < FINDINGS_MAX) rows.push(row)
    else omitted += 1
  }
  return { rows, omitted }
}

function resultReport({ report }: ReportedRun, rows: readonly ResultRow[]): Parameters<typeof exportReport>[1] {
  const { suite, target } = report
  return {
    tool: 'gatehouse',
    toolVersion: VERSION,
    title: `${suite.id} ${suite.version}`,
    isSimulated: target.isSimulated,
    rows,
  }
}

async function* inChunks(
  head: string,
  rows: AsyncIterable<ResultRow>,
  print: (row: ResultRow) => string,
): AsyncGenerator<string> {
  let chunk = head
  for await (const row of rows) {
    chunk += print(row)
    if (chunk.length < CHUNK_CHARS) continue
    yield chunk
    chunk = ''
  }
  yield chunk
}
