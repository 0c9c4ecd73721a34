import { fail, ok, type Problem, type Result } from '../../../base/result.ts'

export const REPORT_FORMATS = [
  'json',
  'html',
  'markdown',
  'junit',
  'jsonl',
  'csv',
  'sarif',
  'github',
  'gitlab',
] as const
export type ReportFormat = (typeof REPORT_FORMATS)[number]

export interface ReportOutput {
  readonly format: ReportFormat
  readonly path: string
}

/** Formats that list cases: they are written from the journal of the run, not from its report. */
const OF_CASES: ReadonlySet<ReportFormat> = new Set(['jsonl', 'csv', 'sarif', 'github', 'gitlab'])

export function listsCases({ format }: ReportOutput): boolean {
  return OF_CASES.has(format)
}

const BY_ENDING: Readonly<Record<string, ReportFormat>> = {
  json: 'json',
  html: 'html',
  md: 'markdown',
  xml: 'junit',
  jsonl: 'jsonl',
  csv: 'csv',
  sarif: 'sarif',
}

/** Values of `-o`: `FORMAT=FILE`, a format by its name or its ending, or a file whose name ends in its format. */
export function parseOutputs(values: readonly string[]): Result<readonly ReportOutput[], readonly Problem[]> {
  const outputs: ReportOutput[] = []
  const problems: Problem[] = []
  for (const value of values) {
    const named = /^([a-z]+)=(.*)$/s.exec(value)
    const path = named?.[2] ?? value
    const name = named?.[1] ?? path.slice(path.lastIndexOf('.') + 1)
    const format = REPORT_FORMATS.find((known) => known === named?.[1]) ?? BY_ENDING[name]
    if (format === undefined || path === '')
      problems.push({
        code: 'eval/format',
        message: `\`${value}\` ends in no format and names none`,
        next: `end it in one of: ${Object.keys(BY_ENDING).join(', ')}; or write FORMAT=FILE with one of: ${REPORT_FORMATS.join(', ')}`,
      })
    else outputs.push({ format, path })
  }
  return problems.length > 0 ? fail(problems) : ok(outputs)
}
