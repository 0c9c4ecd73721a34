import type { Json } from '../../base/json.ts'
import { importedRow, outcomeOfScore } from './imported-row.ts'
import { listAt, numberOf, objectAt, textOf } from './loose-json.ts'
import type { ResultReport, ResultRow } from './result-report.ts'

const GRADES: Readonly<Record<string, number>> = { C: 1, P: 0.5, I: 0, N: 0 }

/** Inspect's log, from `.json` or put together from an `.eval` archive. Only a finished run is evidence. */
export function readInspect([log]: readonly Json[]): ResultReport | undefined {
  const { task } = objectAt(log, 'eval')
  if (typeof task !== 'string') return undefined
  const isFinished = objectAt(log)['status'] === 'success'
  const rows = listAt(log, 'samples').flatMap((sample) => sampleRows(task, sample))
  const unfinished = importedRow({ id: 'run', suite: task, outcome: 'errored', why: 'the run did not finish' })
  return {
    tool: 'inspect',
    toolVersion: textOf(objectAt(log, 'eval', 'packages')['inspect_ai']),
    title: task,
    isSimulated: false,
    rows: isFinished ? rows : [...rows, unfinished],
  }
}

function sampleRows(task: string, sample: Json): readonly ResultRow[] {
  const { id, epoch, error, input } = objectAt(sample)
  const head = { id: `${textOf(id)}/${textOf(epoch)}`, input: textOf(input) }
  const scores = Object.entries(objectAt(sample, 'scores'))
  if ((error !== undefined && error !== null) || scores.length === 0)
    return [
      importedRow({ ...head, suite: task, outcome: 'errored', why: textOf(objectAt(error)['message'] ?? 'no score') }),
    ]
  return scores.map(([scorer, score]) => {
    const { value, answer, explanation } = objectAt(score)
    return importedRow({
      ...head,
      suite: `${task}/${scorer}`,
      outcome: outcomeOfScore(gradeOf(value)),
      why: textOf(explanation),
      output: textOf(answer),
    })
  })
}

function gradeOf(value: Json | undefined): number | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'string' ? GRADES[value] : numberOf(value)
}
