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
  } else tablePrinter(terminal, head)(rows)
}

/** A table for people that comes in parts: its head stands above the first, and no column gets narrower. */
export function tablePrinter(terminal: Terminal, head: Table['head']): (rows: Table['rows']) => void {
  let widths = head.map((cell) => cell.length)
  let isBegun = false
  return (rows) => {
    widths = widths.map((width, column) =>
      rows.reduce((most, row) => Math.max(most, inert(row[column] ?? '').length), width),
    )
    for (const row of isBegun ? rows : [head, ...rows])
      printLine(
        terminal,
        widths
          .map((width, column) => inert(row[column] ?? '').padEnd(width))
          .join('  ')
          .trimEnd(),
      )
    isBegun = true
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
