import { parseJson, type Json } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import {
  readDeepEval,
  readFairlearn,
  readGreatExpectations,
  readLmEval,
  readOpenAiEvals,
  readRagas,
} from './evaluation-tools.ts'
import { readGarak } from './garak.ts'
import { readInspect } from './inspect.ts'
import type { InterchangeTool } from './interchange-tools.ts'
import { readJUnit } from './junit.ts'
import { jsonLines } from './loose-json.ts'
import { readPromptfoo } from './promptfoo.ts'
import type { ResultReport } from './result-report.ts'
import { readSarif } from './sarif.ts'

/** In the order in which they are asked; the shapes exclude each other. */
const READERS: readonly (readonly [InterchangeTool, (values: readonly Json[]) => ResultReport | undefined])[] = [
  ['sarif', readSarif],
  ['garak', readGarak],
  ['promptfoo', readPromptfoo],
  ['inspect', readInspect],
  ['openai-evals', readOpenAiEvals],
  ['lm-eval', readLmEval],
  ['great-expectations', readGreatExpectations],
  ['deepeval', readDeepEval],
  ['fairlearn', readFairlearn],
  ['ragas', readRagas],
]

export const RESULTS_CHARS_MAX = 128 * 1_048_576
const ROWS_MAX = 200_000

/** Reads results of another tool from text; which tool wrote them is seen from their shape. Never throws. */
export function readResults(file: string, text: string): Result<ResultReport, Problem> {
  if (text.length > RESULTS_CHARS_MAX) return refused(file, `it is longer than ${RESULTS_CHARS_MAX} characters`)
  const report = text.trimStart().startsWith('<') ? readJUnit(text) : readJsonResults(text)
  if (report === undefined) return refused(file, 'its shape is that of no tool that can be read')
  if (report.rows.length === 0) return refused(file, `it holds no case of ${report.tool}`)
  return report.rows.length > ROWS_MAX ? refused(file, `it holds more than ${ROWS_MAX} cases`) : ok(report)
}

function refused(file: string, why: string): Result<never, Problem> {
  return fail({
    code: 'interchange/unreadable',
    message: `\`${file}\` cannot be read: ${why}`,
    next: 'docs/reference/interchange.md says which files of which tools are read',
  })
}

function readJsonResults(text: string): ResultReport | undefined {
  const whole = parseJson(text, RESULTS_CHARS_MAX)
  const values = whole.ok ? [whole.value] : jsonLines(text)
  if (values === undefined) return undefined
  for (const [, read] of READERS) {
    const report = read(values)
    if (report !== undefined) return report
  }
  return undefined
}
