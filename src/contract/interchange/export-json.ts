import type { Json } from '../../base/json.ts'
import { inertText } from './inert-text.ts'
import { countRows, type ResultReport, type ResultRow } from './result-report.ts'

/** An escape of a character in JSON is the character: values stay what they were, and nothing hostile is raw. */
const inertJsonText = (value: unknown, indent?: number): string => inertText(JSON.stringify(value, null, indent))

export function exportJson(report: ResultReport): string {
  const { rows, ...head } = report
  return `${inertJsonText({ schemaVersion: 1, ...head, counts: countRows(rows), rows }, 2)}\n`
}

/** One row a line. */
export function exportJsonl({ rows }: ResultReport): string {
  return rows.map(jsonlRow).join('')
}

export function jsonlRow(row: ResultRow): string {
  return `${inertJsonText(row)}\n`
}

export function jsonFile(value: Json): string {
  return `${inertJsonText(value, 2)}\n`
}
