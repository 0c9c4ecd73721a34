// Files as the tools write them by their own documentation and source, and every reader on random input.
import { anything, assert, constantFrom, dictionary, property, string, uint8Array } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readResults } from './read-results.ts'

const lines = (...values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join('\n')

function outcomes(text: string): readonly string[] {
  const read = readResults('f', text)
  return read.ok ? [read.value.tool, ...read.value.rows.map(({ outcome }) => outcome)] : [read.failure.code]
}

const event = (sample_id: string, type: string, data: unknown): object => ({
  run_id: '2301010000ABCDEF',
  event_id: 0,
  sample_id,
  type,
  data,
  created_by: '',
  created_at: '2026-01-01 00:00:00+00:00',
})

describe('a file of', () => {
  test.each([
    [
      'garak 0.13 with its setup, both states of an attempt, evaluation and digest',
      lines(
        { entry_type: 'start_run setup', 'run.seed': null, 'plugins.target_type': 'test' },
        { entry_type: 'init', garak_version: '0.13.3', start_time: '2026-01-01T00:00:00', run: 'b2c3' },
        {
          entry_type: 'attempt',
          uuid: 'u1',
          seq: 0,
          status: 1,
          probe_classname: 'dan.Dan',
          outputs: [],
          detector_results: {},
        },
        {
          entry_type: 'attempt',
          uuid: 'u1',
          seq: 0,
          status: 2,
          probe_classname: 'dan.Dan',
          targets: [],
          prompt: { turns: [{ role: 'user', content: { text: 'hi', lang: 'en' } }] },
          outputs: [
            { text: 'no', lang: 'en' },
            { text: 'DAN', lang: 'en' },
          ],
          detector_results: { 'dan.DAN': [0.0, 1.0], 'mitigation.Bypass': [0.0, 0.0] },
        },
        {
          entry_type: 'eval',
          probe: 'dan.Dan',
          detector: 'dan.DAN',
          passed: 1,
          fails: 1,
          nones: 0,
          total_evaluated: 2,
          confidence: '0.95',
        },
        { entry_type: 'completion', end_time: '2026-01-01T00:01:00', run: 'b2c3' },
        { entry_type: 'digest', eval: { dan: { 'dan.Dan': { 'dan.DAN': { absolute_score: 0.5 } } } } },
      ),
      ['garak', 'failed', 'passed'],
    ],
    [
      'OpenAI evals with sampling, matches and a final report',
      lines(
        { spec: { completion_fns: ['m'], eval_name: 'test-match.s1.simple-v0', run_id: '2301010000ABCDEF' } },
        event('s.0', 'sampling', { prompt: [], sampled: ['Paris'] }),
        event('s.0', 'match', { correct: true, expected: 'Paris', picked: 'Paris' }),
        event('s.1', 'match', { correct: false, expected: 'Rome', picked: null }),
        { final_report: { accuracy: 0.5 } },
      ),
      ['openai-evals', 'passed', 'failed'],
    ],
    [
      'OpenAI evals whose samples have metrics and no matches',
      lines(
        { spec: { eval_name: 'includes' } },
        event('s.0', 'metrics', { accuracy: 1.0 }),
        event('s.1', 'metrics', { accuracy: false }),
        event('s.2', 'metrics', { choice: 'Y', score: 1 }),
        event('s.3', 'metrics', { accuracy: null }),
        event('s.4', 'error', { type: 'TimeoutError', message: 'late' }),
      ),
      ['openai-evals', 'passed', 'failed', 'passed', 'errored', 'errored'],
    ],
    [
      'DeepEval in its folder, with conversations',
      JSON.stringify({
        testRunData: {
          testFile: 'test_chat.py',
          testCases: [
            {
              name: 'c0',
              input: 'q',
              actualOutput: 'a',
              success: false,
              metricsData: [
                { name: 'Bias', threshold: 0.5, success: true, score: 0 },
                { name: 'Faithfulness', threshold: 0.5, success: false, score: 0.2, reason: 'no' },
              ],
            },
          ],
          conversationalTestCases: [{ name: 'd0', metricsData: [{ name: 'Role', success: true, error: 'no key' }] }],
        },
        testRunLink: null,
      }),
      ['deepeval', 'passed', 'failed', 'errored'],
    ],
    [
      'an older DeepEval, with scores and least scores',
      JSON.stringify({
        testFile: 't',
        testCases: [
          {
            name: 'c',
            metricsMetadata: [
              { metric: 'm', score: 0.7, minimumScore: 0.5 },
              { metric: 'n', score: 0.4, minimumScore: 0.5 },
              { metric: 'o' },
            ],
          },
        ],
      }),
      ['deepeval', 'passed', 'failed', 'errored'],
    ],
    [
      'Great Expectations 1, where a metric raised',
      JSON.stringify({
        success: false,
        results: [
          {
            success: true,
            expectation_config: { type: 'expect_column_to_exist', kwargs: { column: 'a' } },
            exception_info: { raised_exception: false, exception_message: null },
          },
          {
            success: false,
            expectation_config: { type: 'expect_column_values_to_not_be_null', kwargs: {} },
            exception_info: {
              "('column_values.nonnull.condition', '242c', ())": {
                raised_exception: true,
                exception_message: 'no column',
                exception_traceback: '…',
              },
            },
          },
        ],
        meta: { great_expectations_version: '1.5.0' },
        statistics: { evaluated_expectations: 2 },
      }),
      ['great-expectations', 'passed', 'errored'],
    ],
    [
      'a Fairlearn frame of one metric',
      JSON.stringify({ overall: 0.9, by_group: { a: 0.9, b: 0.5 } }),
      ['fairlearn', 'failed'],
    ],
    [
      'lm-eval samples with their arguments and hashes',
      lines({
        doc_id: 0,
        doc: { question: 'q' },
        target: '1',
        arguments: { gen_args_0: { arg_0: 'q', arg_1: ' a' } },
        resps: [[['-1.0', 'True']]],
        filtered_resps: [['-1.0', 'True']],
        filter: 'none',
        metrics: ['acc', 'acc_norm'],
        doc_hash: 'h',
        prompt_hash: 'h',
        target_hash: 'h',
        acc: 1.0,
        acc_norm: 0.0,
      }),
      ['lm-eval', 'passed', 'failed'],
    ],
    [
      'an Inspect log with epochs, partial credit and a sample that failed',
      JSON.stringify({
        version: 2,
        status: 'success',
        eval: { run_id: 'r', task: 't', packages: { inspect_ai: '0.3.140' } },
        samples: [
          { id: 1, epoch: 1, input: 'q', scores: { match: { value: 'C', answer: 'a', explanation: 'e' } } },
          { id: 1, epoch: 2, input: 'q', scores: { match: { value: 'P' } } },
          { id: 2, epoch: 1, input: [{ role: 'user', content: 'q' }], scores: { match: { value: 'N' } } },
          { id: 3, epoch: 1, input: 'q', error: { message: 'boom', traceback: '…' } },
        ],
      }),
      ['inspect', 'passed', 'passed', 'failed', 'errored'],
    ],
  ])('%s', (_, text, expected) => expect(outcomes(text)).toEqual(expected))
})

/** Keys that some reader looks for: random objects of them reach further than random JSON. */
const KEYS = constantFrom(
  'entry_type',
  'init',
  'attempt',
  'status',
  'uuid',
  'detector_results',
  'prompt',
  'turns',
  'outputs',
  'garak_version',
  'spec',
  'eval_name',
  'sample_id',
  'type',
  'data',
  'correct',
  'doc_id',
  'metrics',
  'filter',
  'testCases',
  'testRunData',
  'metricsData',
  'name',
  'success',
  'error',
  'score',
  'minimumScore',
  'user_input',
  'question',
  'by_group',
  'results',
  'expectation_config',
  'exception_info',
  'raised_exception',
  'testIdx',
  'gradingResult',
  'componentResults',
  'metadata',
  'provider',
  'eval',
  'task',
  'samples',
  'scores',
  'value',
  'runs',
  'tool',
  'driver',
  'ruleId',
  'level',
  'message',
  'locations',
  'suppressions',
  'invocations',
  '__proto__',
  'constructor',
)
const VALUES = constantFrom(
  'init',
  'attempt',
  'match',
  'metrics',
  'error',
  'C',
  'success',
  '2.1.0',
  2,
  1,
  0,
  true,
  false,
  null,
  [],
  {},
  [null],
  [{}],
  [[]],
)

describe('whatever comes', () => {
  test('no reader throws on objects of the keys that they look for, nested and as lines', () => {
    const leaf = dictionary(KEYS, VALUES, { maxKeys: 8 })
    const nested = dictionary(KEYS, leaf, { maxKeys: 6 })
    assert(
      property(nested, leaf, anything(), (outer, inner, other) => {
        const list = {
          ...outer,
          results: [inner, other],
          samples: [inner, other],
          testCases: [inner],
          runs: [{ results: [inner] }],
        }
        for (const value of [
          outer,
          inner,
          list,
          [list, inner],
          { testRunData: list },
          { results: { results: [inner] } },
        ]) {
          const text = JSON.stringify(value) ?? ''
          readResults('f', text)
          readResults('f', lines({ entry_type: 'init' }, value, inner))
          readResults('f', lines({ spec: other }, value, inner))
        }
      }),
      { numRuns: 1_000 },
    )
  })

  test('no reader throws on bytes read as text, or on markup', () => {
    const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
    assert(
      property(uint8Array({ maxLength: 400 }), (bytes) => void readResults('f', decode(bytes))),
      { numRuns: 1_000 },
    )
    const tag = constantFrom(
      '<testsuite>',
      '</testsuite>',
      '<testcase name="x">',
      '</testcase>',
      '<failure/>',
      '<![CDATA[',
      ']]>',
      '<!--',
      '&#0;',
      '&x;',
      '<?x',
      '"',
    )
    assert(
      property(string({ unit: tag, maxLength: 40 }), (inner) => void readResults('f', `<testsuites>${inner}`)),
      { numRuns: 1_000 },
    )
  })
})
