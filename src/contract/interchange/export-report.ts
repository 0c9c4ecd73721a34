import type { Sha256 } from '../../base/digest.ts'
import { exportCsv } from './export-csv.ts'
import { exportGitHubAnnotations, exportGitLab, exportSarif } from './export-code-scanning.ts'
import { exportHtml } from './export-html.ts'
import { exportJson, exportJsonl } from './export-json.ts'
import { exportJUnit } from './export-junit.ts'
import { exportMarkdown } from './export-markdown.ts'
import type { ResultReport } from './result-report.ts'

export const RESULT_FORMATS = [
  'json',
  'jsonl',
  'csv',
  'junit',
  'sarif',
  'markdown',
  'github',
  'gitlab',
  'html',
] as const
export type ResultFormat = (typeof RESULT_FORMATS)[number]

export function isResultFormat(name: string): name is ResultFormat {
  return RESULT_FORMATS.some((format) => format === name)
}

/** Writes a report in one of the formats that other tools read; `fallback` is the file to point at where a row has none. */
export function exportReport(
  sha256: Sha256,
  report: ResultReport,
  { format, fallback }: { readonly format: ResultFormat; readonly fallback: string },
): string {
  switch (format) {
    case 'json':
      return exportJson(report)
    case 'jsonl':
      return exportJsonl(report)
    case 'csv':
      return exportCsv(report)
    case 'junit':
      return exportJUnit(report)
    case 'sarif':
      return exportSarif(sha256, report, fallback)
    case 'markdown':
      return exportMarkdown(report)
    case 'github':
      return exportGitHubAnnotations(report, fallback)
    case 'gitlab':
      return exportGitLab(sha256, report, fallback)
    case 'html':
      return exportHtml(report)
  }
}
