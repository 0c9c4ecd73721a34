import { parseJson, type Json } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'

const CELL_CHARS_MAX = 1_000_000
const LISTS: ReadonlySet<string> = new Set(['tags', 'risks', 'journeys'])
const TEXTS: ReadonlySet<string> = new Set(['id', 'language', 'system'])

/**
 * A row as a case. Columns `id`, `turn` (or `turn 1`, `turn 2` …), `tags`, `risks`, `journeys` (parted by `;`), `weight`,
 * `language`, `system`, `pair`, `group`, and `expect SCORER`; every other column is a variable. A cell of `expect` is the
 * scorer's main value (alternatives parted by `|`), or its keys as JSON; an empty cell expects nothing.
 */
export function caseOfRow(row: Readonly<Record<string, string>>): Result<unknown, Problem> {
  const suiteCase: Record<string, unknown> = {}
  const variables: Record<string, Json> = {}
  const turns: string[] = []
  const expect: unknown[] = []
  for (const [name, cell] of Object.entries(row)) {
    const column = name.trim()
    if (column === '' || cell === '') continue
    if (/^turn(?: \d+)?$/.test(column)) turns.push(cell)
    else if (LISTS.has(column)) suiteCase[column] = partsOf(cell, ';')
    else if (TEXTS.has(column)) suiteCase[column] = cell
    else if (column === 'weight') suiteCase['weight'] = Number(cell)
    else if (column === 'pair' || column === 'group') continue
    else if (column.startsWith('expect ')) {
      const expectation = expectationOf(column.slice('expect '.length).trim(), cell)
      if (!expectation.ok) return expectation
      expect.push(expectation.value)
    } else variables[column] = cell
  }
  return ok({
    ...suiteCase,
    ...(turns.length === 0 ? {} : { turns }),
    ...(expect.length === 0 ? {} : { expect }),
    ...(Object.keys(variables).length === 0 ? {} : { variables }),
    ...(row['pair'] === undefined || row['pair'] === ''
      ? {}
      : { pair: { id: row['pair'], group: row['group'] ?? '' } }),
  })
}

function expectationOf(scorer: string, cell: string): Result<unknown, Problem> {
  if (cell.startsWith('{')) {
    const json = parseJson(cell, CELL_CHARS_MAX)
    if (json.ok) return ok({ scorer, ...(json.value as object) })
    return bad(`column \`expect ${scorer}\` holds no JSON: ${json.failure.message}`)
  }
  switch (scorer) {
    case 'contains':
    case 'excludes':
      return ok({ scorer, any: partsOf(cell, '|') })
    case 'contains-all':
      return ok({ scorer, all: partsOf(cell, '|') })
    case 'equals':
      return ok({ scorer, value: cell })
    case 'matches':
    case 'not-matches':
      return ok({ scorer, pattern: cell })
    case 'language':
      return ok({ scorer, is: cell })
    case 'cites':
      return ok({ scorer, doc: cell })
    case 'tool-called':
    case 'tool-not-called':
      return ok({ scorer, tool: cell })
    case 'judge':
      return ok({ scorer, judge: cell })
    case 'latency':
      return ok({ scorer, maxMs: Number(cell) })
    default:
      return /^(?:yes|true|1|x)$/i.test(cell)
        ? ok({ scorer })
        : bad(`column \`expect ${scorer}\` holds \`${cell.slice(0, 60)}\``)
  }
}

function partsOf(cell: string, separator: string): readonly string[] {
  return cell
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

function bad(message: string): Result<never, Problem> {
  return fail({
    code: 'suite/bad-case',
    message,
    next: 'write the keys of the scorer as JSON, or `yes` for one without keys',
  })
}
