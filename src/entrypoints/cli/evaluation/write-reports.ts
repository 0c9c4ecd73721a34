import { resolve } from 'node:path'
import { writeFileAtomic } from '../../../adapters/files/atomic-file.ts'
import { errnoOf } from '../../../adapters/files/errno.ts'
import type { EvaluationReport } from '../../../domain/evaluation/evaluation-report.ts'
import { reportProblems } from '../report-problems.ts'
import type { Terminal } from '../terminal.ts'
import { htmlReport } from './html-report.ts'
import { junitReport, markdownReport } from './text-reports.ts'

const RENDERERS: Readonly<Record<string, (report: EvaluationReport) => string>> = {
  json: (report) => `${JSON.stringify(report, null, 2)}\n`,
  html: htmlReport,
  md: markdownReport,
  xml: junitReport,
}

/** Writes the report to each file, in the format that its name ends in. False when one cannot be written. */
export async function writeReports(
  terminal: Terminal,
  report: EvaluationReport,
  paths: readonly string[],
): Promise<boolean> {
  for (const path of paths) {
    const render = RENDERERS[path.slice(path.lastIndexOf('.') + 1)]
    if (render === undefined) {
      reportProblems(terminal, [
        {
          code: 'eval/format',
          message: `\`${path}\` ends in no format`,
          next: `use one of: ${Object.keys(RENDERERS).join(', ')}`,
        },
      ])
      return false
    }
    try {
      await writeFileAtomic(resolve(terminal.workingFolder, path), render(report))
    } catch (error) {
      if (errnoOf(error) === undefined) throw error
      reportProblems(terminal, [
        {
          code: 'eval/unwritable',
          message: `\`${path}\` cannot be written (${errnoOf(error) ?? ''})`,
          next: 'check the folder and its rights',
        },
      ])
      return false
    }
  }
  return true
}
