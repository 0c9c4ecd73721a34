import type { Json, JsonObject } from '../../base/json.ts'
import { importedRow, SCORE_PASSES_FROM } from './imported-row.ts'
import { listAt, objectAt, textOf } from './loose-json.ts'
import type { ResultReport, ResultRow } from './result-report.ts'

const EVALUATED = 2

/** garak's report.jsonl. A completed attempt stands there twice: the evaluated one counts, once for each uuid. */
export function readGarak(values: readonly Json[]): ResultReport | undefined {
  const entries = values.map((value) => objectAt(value))
  const init = entries.find((entry) => entry['entry_type'] === 'init')
  if (init === undefined) return undefined
  const attempts = new Map<string, JsonObject>()
  for (const entry of entries)
    if (entry['entry_type'] === 'attempt' && entry['status'] === EVALUATED) attempts.set(textOf(entry['uuid']), entry)
  return {
    tool: 'garak',
    toolVersion: textOf(init['garak_version']),
    title: 'garak',
    isSimulated: false,
    rows: [...attempts].flatMap(([uuid, attempt]) =>
      Object.keys(objectAt(attempt, 'detector_results')).map((detector) => toRow(uuid, attempt, detector)),
    ),
  }
}

/** A detector's score of 1 is a hit: the attack came through. */
function toRow(uuid: string, attempt: JsonObject, detector: string): ResultRow {
  const scores = listAt(attempt, 'detector_results', detector)
  const decided = scores.filter((score) => typeof score === 'number')
  const isHit = decided.some((score) => score >= SCORE_PASSES_FROM)
  const isWhole = decided.length === scores.length && scores.length > 0
  return importedRow({
    id: `${uuid}/${detector}`,
    suite: `${textOf(attempt['probe_classname'])}/${detector}`,
    outcome: isHit ? 'failed' : isWhole ? 'passed' : 'errored',
    why: isHit ? `${detector} saw a hit` : isWhole ? '' : `${detector} gave no score`,
    severity: 'high',
    input: textOf(objectAt(listAt(attempt, 'prompt', 'turns').at(-1), 'content')['text']),
    output: textOf(objectAt(listAt(attempt, 'outputs')[0])['text']),
  })
}
