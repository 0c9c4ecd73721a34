import { oneLine } from './inert-text.ts'
import { countRows, type ResultReport, type ResultRow } from './result-report.ts'

const ROWS_MAX = 200
const CELL_CHARS_MAX = 300

/** A step summary: totals, then what failed or gave no verdict. */
export function exportMarkdown({ tool, toolVersion, title, isSimulated, rows }: ResultReport): string {
  const { passed, failed, errored, skipped } = countRows(rows)
  const shown = rows.filter(({ outcome }) => outcome === 'failed' || outcome === 'errored')
  const table = shown.slice(0, ROWS_MAX).map(tableRow)
  return [
    `## ${cell(title)}`,
    '',
    `${cell(tool)} ${cell(toolVersion)}: **${passed}** passed, **${failed}** failed, **${errored}** without a verdict, ${skipped} skipped`,
    '',
    ...(isSimulated ? ['> Answers came from a simulated model.', ''] : []),
    ...(shown.length === 0 ? [] : ['| case | outcome | severity | why | place |', '|---|---|---|---|---|', ...table]),
    ...(shown.length > ROWS_MAX ? ['', `and ${shown.length - ROWS_MAX} more`] : []),
    '',
  ].join('\n')
}

function tableRow({ id, suite, outcome, severity, why, file, line }: ResultRow): string {
  const place = file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}`}`
  return `| ${cell(`${suite} ${id}`)} | **${outcome}** | ${severity} | ${cell(why)} | ${cell(place)} |`
}

/** SECURITY: a reply must not open a column, a tag, a link or an image in somebody's summary. */
function cell(text: string): string {
  return oneLine(text, CELL_CHARS_MAX)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('`', "'")
    .replace(/[\\|[\]!*_#]/g, (mark) => `\\${mark}`)
}
