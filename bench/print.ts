import { execFileSync } from 'node:child_process'
import { cpus, loadavg } from 'node:os'
import { wilsonInterval, type Counted } from '../src/domain/statistics/proportion.ts'

export interface Table {
  readonly title: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly note?: string | undefined
  /** Every column to the left, not only the first. */
  readonly isProse?: boolean
}

/** Columns padded to their widest cell; the first column to the left, the others to the right. */
export function plainTable({ title, head, rows, note, isProse = false }: Table): string {
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    widths
      .map((width, column) =>
        column === 0 || isProse ? (row[column] ?? '').padEnd(width) : (row[column] ?? '').padStart(width),
      )
      .join('  ')
      .trimEnd()
  return [`\n${title}`, line(head), ...rows.map(line), ...(note === undefined ? [] : [note])].join('\n')
}

export function markdownTable({ title, head, rows, note, isProse = false }: Table): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  const rule = `|${head.map((_, column) => (column === 0 || isProse ? '---' : '---:')).join('|')}|`
  return [`## ${title}`, '', line(head), rule, ...rows.map(line), ...(note === undefined ? [] : ['', note]), ''].join(
    '\n',
  )
}

/** A share with its 95 % interval (Wilson). */
export function share({ k, n }: Counted): string {
  if (n === 0) return '–'
  const { low, high } = wilsonInterval({ k, n })
  return `${percent(k / n)} (${percent(low)}–${percent(high)})`
}

export function percent(rate: number): string {
  const value = rate * 100
  return value > 0 && value < 0.1 ? value.toFixed(2) : value.toFixed(1)
}

/** Three significant digits, without an exponent. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–'
  if (value >= 100) return value.toFixed(0)
  return value >= 10
    ? value.toFixed(1)
    : value >= 1
      ? value.toFixed(2)
      : value >= 0.1
        ? value.toFixed(3)
        : value >= 0.001
          ? value.toFixed(4)
          : value.toPrecision(2)
}

/** What a figure depends on beside the code. */
export function circumstances(root: string, command: string, date: string | undefined): Table {
  const git = (...args: readonly string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
  const processors = cpus()
  return {
    title: 'Circumstances',
    head: ['', ''],
    isProse: true,
    rows: [
      ['date', date ?? git('log', '-1', '--format=%cs')],
      ['commit', git('rev-parse', '--short=12', 'HEAD')],
      ['command', `\`${command}\``],
      [
        'machine',
        `${processors[0]?.model.trim() ?? 'unknown'}, ${processors.length} cores, ${process.platform} ${process.arch}`,
      ],
      ['Node', process.version],
      [
        'load average at the start',
        loadavg()
          .map((load) => load.toFixed(1))
          .join(', '),
      ],
    ],
  }
}

export function markdownReport(title: string, paragraphs: readonly string[], tables: readonly Table[]): string {
  const head = `<!-- Written by \`npm run bench\`; do not edit. -->\n\n# ${title}\n`
  return `${[head, ...paragraphs.map((text) => `${text}\n`), ...tables.map(markdownTable)].join('\n').trimEnd()}\n`
}
