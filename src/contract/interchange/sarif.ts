import type { Json } from '../../base/json.ts'
import { importedRow } from './imported-row.ts'
import { listAt, numberOf, objectAt, textOf } from './loose-json.ts'
import type { ResultReport, ResultRow } from './result-report.ts'

const SEVERITIES: Readonly<Record<string, ResultRow['severity']>> = { error: 'high', warning: 'medium', note: 'low' }

/** SARIF 2.1.0: a result is a finding, unless it says that it passed or was suppressed; a run without results passed. */
export function readSarif([log]: readonly Json[]): ResultReport | undefined {
  const runs = listAt(log, 'runs')
  if (objectAt(log)['version'] !== '2.1.0' || runs.length === 0) return undefined
  const driver = objectAt(runs[0], 'tool', 'driver')
  return {
    tool: 'sarif',
    toolVersion: `${textOf(driver['name'])} ${textOf(driver['version'])}`.trim(),
    title: textOf(driver['name']),
    isSimulated: false,
    rows: runs.flatMap(rowsOfRun),
  }
}

function rowsOfRun(run: Json, index: number): readonly ResultRow[] {
  const suite = textOf(objectAt(run, 'tool', 'driver')['name'])
  const isBroken = listAt(run, 'invocations').some((one) => objectAt(one)['executionSuccessful'] === false)
  if (isBroken) return [importedRow({ id: `run-${index}`, suite, outcome: 'errored', why: 'the tool did not finish' })]
  const results = listAt(run, 'results')
  if (results.length === 0) return [importedRow({ id: `run-${index}`, suite, outcome: 'passed', why: 'no results' })]
  return results.map((value, position) => {
    const result = objectAt(value)
    const place = objectAt(listAt(value, 'locations')[0], 'physicalLocation')
    const level = textOf(result['level'] ?? 'warning')
    const isPass = result['kind'] === 'pass' || level === 'none'
    return importedRow({
      id: `${textOf(result['ruleId'])}/${index}-${position}`,
      suite: textOf(result['ruleId']),
      outcome: isPass ? 'passed' : listAt(value, 'suppressions').length > 0 ? 'skipped' : 'failed',
      why: textOf(objectAt(value, 'message')['text']),
      severity: SEVERITIES[level] ?? 'medium',
      file: textOf(objectAt(place, 'artifactLocation')['uri']).slice(0, 600) || undefined,
      line: numberOf(objectAt(place, 'region')['startLine']),
    })
  })
}
