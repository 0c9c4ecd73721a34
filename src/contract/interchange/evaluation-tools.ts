import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import { importedRow, outcomeOfScore } from './imported-row.ts'
import { listAt, numberOf, objectAt, textOf } from './loose-json.ts'
import type { ResultReport, ResultRow } from './result-report.ts'

const report = (tool: string, rows: readonly ResultRow[], toolVersion = ''): ResultReport => ({
  tool,
  toolVersion,
  title: tool,
  isSimulated: false,
  rows,
})

/** lm-evaluation-harness: `samples_*.jsonl`. The totals of `results_*.json` name no cases and are refused. */
export function readLmEval(values: readonly Json[]): ResultReport | undefined {
  if (values.length === 0 || !values.every((value) => 'doc_id' in objectAt(value) && 'metrics' in objectAt(value)))
    return undefined
  const rows = values.flatMap((value) =>
    listAt(value, 'metrics').map((metric) =>
      importedRow({
        id: `${textOf(objectAt(value)['doc_id'])}/${textOf(objectAt(value)['filter'])}`,
        suite: textOf(metric),
        outcome: outcomeOfScore(numberOf(objectAt(value)[textOf(metric)])),
        output: textOf(objectAt(value)['filtered_resps']),
      }),
    ),
  )
  return report('lm-eval', rows)
}

/** Metrics of an event that say how well one sample went, from 0 to 1. */
const SAMPLE_METRICS = ['accuracy', 'score', 'f1_score'] as const

/**
 * OpenAI evals: events of type `match`, else those of type `metrics` that name accuracy, score or F1; an `error` event gives no
 * verdict.
 */
export function readOpenAiEvals(values: readonly Json[]): ResultReport | undefined {
  if (!values.some((value) => 'spec' in objectAt(value))) return undefined
  const suite = textOf(
    objectAt(
      values.find((value) => 'spec' in objectAt(value)),
      'spec',
    )['eval_name'],
  )
  const hasMatches = values.some((value) => objectAt(value)['type'] === 'match')
  const rows = values.flatMap((value) => {
    const { sample_id: id, type } = objectAt(value)
    if (type === 'metrics' && !hasMatches) return metricRows(textOf(id), suite, value)
    const { correct, expected, picked, sampled } = objectAt(value, 'data')
    if (type === 'error') return [importedRow({ id: textOf(id), suite, outcome: 'errored', why: 'error event' })]
    if (type !== 'match') return []
    const outcome = typeof correct !== 'boolean' ? 'errored' : correct ? 'passed' : 'failed'
    return [
      importedRow({
        id: textOf(id),
        suite,
        outcome,
        why: `expected ${textOf(expected)}`,
        output: textOf(picked ?? sampled),
      }),
    ]
  })
  return report('openai-evals', rows)
}

function metricRows(id: string, suite: string, event: Json): readonly ResultRow[] {
  const data = objectAt(event, 'data')
  return SAMPLE_METRICS.filter((metric) => metric in data).map((metric) => {
    const score = data[metric]
    const outcome = outcomeOfScore(typeof score === 'boolean' ? Number(score) : numberOf(score))
    return importedRow({ id, suite: `${suite}/${metric}`, outcome, output: textOf(data['choice']) })
  })
}

/** DeepEval's test run, as it lies in `.deepeval/.latest_test_run.json` too; a metric with an error gives no verdict. */
export function readDeepEval([file]: readonly Json[]): ResultReport | undefined {
  const wrapped = objectAt(file, 'testRunData')
  const run = Object.keys(wrapped).length > 0 ? wrapped : file
  const keys = ['testCases', 'conversationalTestCases', 'test_cases', 'test_results']
  const cases = keys.flatMap((key) => listAt(run, key))
  if (cases.length === 0) return undefined
  const rows = cases.flatMap((value, index) => {
    const one = objectAt(value)
    const metrics = ['metricsData', 'metrics_data', 'metricsMetadata'].flatMap((key) => listAt(value, key))
    return metrics.map((part) => {
      const { name: named, metric, error, reason } = objectAt(part)
      const name = named ?? metric
      const success = successOf(objectAt(part))
      const isErrored = (error !== undefined && error !== null) || typeof success !== 'boolean'
      return importedRow({
        id: textOf(one['name'] ?? index),
        suite: textOf(name),
        outcome: isErrored ? 'errored' : success ? 'passed' : 'failed',
        why: textOf(error ?? reason),
        input: textOf(one['input']),
        output: textOf(one['actualOutput'] ?? one['actual_output']),
      })
    })
  })
  return report('deepeval', rows)
}

/** Older runs say a score and the least that passes. */
function successOf({ success, score, minimumScore, threshold }: JsonObject): Json | undefined {
  if (success !== undefined) return success
  const least = numberOf(threshold) ?? numberOf(minimumScore)
  const reached = numberOf(score)
  return reached === undefined || least === undefined ? undefined : reached >= least
}

const RAGAS_TEXTS = new Set([
  'user_input',
  'response',
  'retrieved_contexts',
  'reference',
  'question',
  'answer',
  'contexts',
  'ground_truth',
])

/** Ragas: records of `to_pandas().to_json(orient="records")`; a metric that is null gives no verdict. */
export function readRagas(values: readonly Json[]): ResultReport | undefined {
  const records = values.length === 1 ? listAt(values[0]) : values
  const isRecord = (value: Json): boolean => 'user_input' in objectAt(value) || 'question' in objectAt(value)
  if (records.length === 0 || !records.every(isRecord)) return undefined
  const rows = records.flatMap((value, index) =>
    Object.entries(objectAt(value))
      .filter(([key, score]) => !RAGAS_TEXTS.has(key) && (score === null || typeof score === 'number'))
      .map(([metric, score]) =>
        importedRow({
          id: String(index),
          suite: metric,
          outcome: outcomeOfScore(numberOf(score)),
          input: textOf(objectAt(value)['user_input'] ?? objectAt(value)['question']),
          output: textOf(objectAt(value)['response'] ?? objectAt(value)['answer']),
        }),
      ),
  )
  return report('ragas', rows)
}

/** Least share of the smallest to the greatest rate of any two groups (the four-fifths rule). */
const RATIO_MIN = 0.8

/**
 * Fairlearn: `{ by_group: { metric: { group: value } } }` of a MetricFrame, or `{ by_group: { group: value } }` of one metric; one
 * row a metric.
 */
export function readFairlearn([frame]: readonly Json[]): ResultReport | undefined {
  const byGroup = objectAt(frame, 'by_group')
  const values = Object.values(byGroup)
  if (values.length === 0) return undefined
  const isOne = values.every((value) => value === null || typeof value === 'number')
  const metrics: readonly (readonly [string, Json | undefined])[] = isOne
    ? [['metric', byGroup]]
    : Object.entries(byGroup)
  const rows = metrics.map(([metric, groups]) => {
    const rates = Object.values(objectAt(groups)).map(numberOf)
    const known = rates.filter((rate) => rate !== undefined)
    const ratio = Math.min(...known) / Math.max(...known)
    const isWhole = known.length === rates.length && known.length > 1 && Number.isFinite(ratio)
    return importedRow({
      id: metric,
      suite: 'by_group',
      outcome: !isWhole ? 'errored' : ratio >= RATIO_MIN ? 'passed' : 'failed',
      why: isWhole ? `ratio of the groups ${ratio.toFixed(3)}, at least ${RATIO_MIN}` : 'a group has no rate',
    })
  })
  return report('fairlearn', rows)
}

/** Great Expectations: a validation result; an exception gives no verdict. */
export function readGreatExpectations([result]: readonly Json[]): ResultReport | undefined {
  const results = listAt(result, 'results')
  if (results.length === 0 || !results.every((one) => 'expectation_config' in objectAt(one))) return undefined
  const rows = results.map((one, index) => {
    const config = objectAt(one, 'expectation_config')
    const { success } = objectAt(one)
    const raised = hasRaised(objectAt(one, 'exception_info'))
    return importedRow({
      id: String(index),
      suite: textOf(config['type'] ?? config['expectation_type']),
      outcome: raised || typeof success !== 'boolean' ? 'errored' : success ? 'passed' : 'failed',
      why: textOf(config['kwargs']),
    })
  })
  return report('great-expectations', rows, textOf(objectAt(result, 'meta')['great_expectations_version']))
}

/** An exception while a metric was computed stands one level deeper, under the metric's id. */
function hasRaised(info: JsonObject): boolean {
  return [info, ...Object.values(info)].some((part) => isJsonObject(part) && part['raised_exception'] === true)
}
