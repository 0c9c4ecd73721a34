import type { Json } from '../../base/json.ts'
import { importedRow } from './imported-row.ts'
import { listAt, numberOf, objectAt, textOf } from './loose-json.ts'
import type { ResultReport, ResultRow } from './result-report.ts'

const FAILURE_ERROR = 2

/** promptfoo's JSON (`results.results`) or JSON lines of rows. */
export function readPromptfoo(values: readonly Json[]): ResultReport | undefined {
  const [first] = values
  const whole = listAt(first, 'results', 'results')
  const rows = whole.length > 0 ? whole : values
  if (rows.length === 0 || !rows.every((row) => 'success' in objectAt(row) && 'testIdx' in objectAt(row)))
    return undefined
  const toolVersion = textOf(objectAt(first, 'metadata')['promptfooVersion'])
  return { tool: 'promptfoo', toolVersion, title: 'promptfoo', isSimulated: false, rows: rows.map(toRow) }
}

function toRow(value: Json): ResultRow {
  const row = objectAt(value)
  const grading = objectAt(value, 'gradingResult')
  const graderFailed = listAt(grading, 'componentResults').some((part) => {
    const { graderError } = objectAt(part, 'metadata')
    return graderError !== undefined && graderError !== false && graderError !== null
  })
  const isErrored = graderFailed || row['failureReason'] === FAILURE_ERROR
  const { pluginId, strategyId } = objectAt(value, 'metadata')
  return importedRow({
    id: textOf(row['id']) === '' ? `${textOf(row['testIdx'])}-${textOf(row['promptIdx'])}` : textOf(row['id']),
    suite: `${textOf(objectAt(value, 'provider')['id'])}/${textOf(row['promptIdx'])}`,
    outcome: isErrored ? 'errored' : row['success'] === true ? 'passed' : 'failed',
    why: textOf(row['error'] ?? grading['reason']),
    risks: pluginId === undefined ? [] : [textOf(pluginId).slice(0, 60)],
    tags: strategyId === undefined ? [] : [textOf(strategyId)],
    input: textOf(objectAt(value, 'prompt')['raw']),
    output: textOf(objectAt(value, 'response')['output']),
    elapsedMs: numberOf(row['latencyMs']),
    costUsd: numberOf(row['cost']),
  })
}
