import type { Json } from '../../base/json.ts'
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

/** OpenAI evals: events of type `match`; an `error` event gives no verdict. */
export function readOpenAiEvals(values: readonly Json[]): ResultReport | undefined {
  if (!values.some((value) => 'spec' in objectAt(value))) return undefined
  const suite = textOf(
    objectAt(
      values.find((value) => 'spec' in objectAt(value)),
      'spec',
    )['eval_name'],
  )
  const rows = values.flatMap((value) => {
    const { sample_id: id, type } = objectAt(value)
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

/** DeepEval's test run; a metric with an error gives no verdict. */
export function readDeepEval([run]: readonly Json[]): ResultReport | undefined {
  const cases = [...listAt(run, 'testCases'), ...listAt(run, 'test_cases'), ...listAt(run, 'test_results')]
  if (cases.length === 0) return undefined
  const rows = cases.flatMap((value, index) => {
    const one = objectAt(value)
    return [...listAt(value, 'metricsData'), ...listAt(value, 'metrics_data')].map((part) => {
      const { name, success, error, reason } = objectAt(part)
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

/** Fairlearn: `{ by_group: { metric: { group: value } } }` of a MetricFrame; one row a metric. */
export function readFairlearn([frame]: readonly Json[]): ResultReport | undefined {
  const metrics = Object.entries(objectAt(frame, 'by_group'))
  if (metrics.length === 0) return undefined
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
    const raised = objectAt(one, 'exception_info')['raised_exception'] === true
    return importedRow({
      id: String(index),
      suite: textOf(config['type'] ?? config['expectation_type']),
      outcome: raised || typeof success !== 'boolean' ? 'errored' : success ? 'passed' : 'failed',
      why: textOf(config['kwargs']),
    })
  })
  return report('great-expectations', rows, textOf(objectAt(result, 'meta')['great_expectations_version']))
}
