import { inert } from './style.ts'
import { printLine, type Terminal } from './terminal.ts'

export type TableFormat = 'human' | 'markdown' | 'csv' | 'json'

export interface Table {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** A table for people, for a document or for a spreadsheet. */
export function printTable(terminal: Terminal, format: TableFormat, { head, rows }: Table): void {
  if (format === 'csv') for (const row of [head, ...rows]) printLine(terminal, row.map(csvCell).join(','))
  else if (format === 'markdown') {
    printLine(terminal, `| ${head.map(markdownCell).join(' | ')} |`)
    printLine(terminal, `|${head.map(() => '---').join('|')}|`)
    for (const row of rows) printLine(terminal, `| ${row.map(markdownCell).join(' | ')} |`)
  } else {
    const widths = head.map((cell, column) =>
      Math.max(cell.length, ...rows.map((row) => inert(row[column] ?? '').length)),
    )
    for (const row of [head, ...rows])
      printLine(
        terminal,
        widths
          .map((width, column) => inert(row[column] ?? '').padEnd(width))
          .join('  ')
          .trimEnd(),
      )
  }
}

/** SECURITY: a cell that begins like a formula would run in a spreadsheet. */
function csvCell(text: string): string {
  const safe = inert(text).replaceAll('\n', ' ')
  const harmless = /^[=+\-@\t]/.test(safe) ? `'${safe}` : safe
  return /[",]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

function markdownCell(text: string): string {
  return inert(text).replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;')
}
