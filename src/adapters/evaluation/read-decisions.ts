import { readFile, stat } from 'node:fs/promises'
import { parse as parseCsv } from 'csv-parse/sync'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { FairnessDecision } from '../../domain/evaluation/fairness.ts'
import { errnoOf } from '../files/errno.ts'

const BYTES_MAX = 256 * 1_048_576

export interface DecisionColumns {
  readonly group: string
  readonly selected: string
  readonly actual?: string | undefined
}

/** A table of decisions (CSV): a column names the group, one the decision, one what was right. */
export async function readDecisions(
  path: string,
  shown: string,
  columns: DecisionColumns,
): Promise<Result<readonly FairnessDecision[], readonly Problem[]>> {
  let rows: readonly { readonly record: Readonly<Record<string, string>>; readonly info: { readonly lines: number } }[]
  try {
    if ((await stat(path)).size > BYTES_MAX)
      return fail([
        { code: 'eval/too-large', message: `\`${shown}\` is larger than ${BYTES_MAX} bytes`, next: 'split it' },
      ])
    rows = parseCsv(await readFile(path), {
      columns: true,
      info: true,
      bom: true,
      skip_empty_lines: true,
      trim: true,
    }) as never
  } catch (error) {
    const code = errnoOf(error)
    if (code === undefined && !(error instanceof Error && 'code' in error)) throw error
    const why = error instanceof Error ? error.message : String(error)
    return fail([{ code: 'eval/unreadable', message: `\`${shown}\`: ${why}`, next: 'check the path and the table' }])
  }
  const problems: Problem[] = []
  const decisions: FairnessDecision[] = []
  for (const { record, info } of rows) {
    const at = { file: shown, line: info.lines, column: 1 }
    const [group, selected] = [record[columns.group], truth(record[columns.selected])]
    const actual = columns.actual === undefined ? undefined : truth(record[columns.actual])
    if (group === undefined || selected === undefined || (columns.actual !== undefined && actual === undefined)) {
      problems.push({
        code: 'eval/bad-decision',
        message: `the row needs \`${columns.group}\` and yes or no in \`${columns.selected}\`${columns.actual === undefined ? '' : ` and \`${columns.actual}\``}`,
        next: 'name the columns with --group, --selected and --actual; yes, true, 1 and no, false, 0 are read',
        at,
      })
      if (problems.length >= 50) break
    } else decisions.push({ group, selected, ...(actual === undefined ? {} : { actual }) })
  }
  if (problems.length > 0) return fail(problems)
  return decisions.length > 0
    ? ok(decisions)
    : fail([{ code: 'eval/no-decisions', message: `\`${shown}\` has no row`, next: 'write one line a decision' }])
}

function truth(cell: string | undefined): boolean | undefined {
  if (cell === undefined) return undefined
  if (/^(?:yes|true|1|y)$/i.test(cell)) return true
  return /^(?:no|false|0|n)$/i.test(cell) ? false : undefined
}
