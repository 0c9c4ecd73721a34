import { inertText } from './inert-text.ts'
import type { ResultReport, ResultRow } from './result-report.ts'

const COLUMNS = [
  'suite',
  'id',
  'outcome',
  'severity',
  'why',
  'risks',
  'tags',
  'file',
  'line',
  'elapsedMs',
  'costUsd',
  'input',
  'output',
] as const satisfies readonly (keyof ResultRow)[]

/** What a spreadsheet takes for a formula at the start of a cell (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r\n|%]/

/** RFC 4180, CRLF; a cell that a spreadsheet would compute is made text by an apostrophe. */
export function exportCsv({ rows }: ResultReport): string {
  return [CSV_HEAD, ...rows.map(csvRow)].join('')
}

export const CSV_HEAD = `${COLUMNS.join(',')}\r\n`

export function csvRow(row: ResultRow): string {
  return `${COLUMNS.map((column) => cell(row[column])).join(',')}\r\n`
}

function cell(value: ResultRow[keyof ResultRow]): string {
  if (value === undefined) return ''
  if (typeof value === 'number') return String(value)
  const text = inertText(typeof value === 'string' ? value : value.join(' '))
  const safe = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
