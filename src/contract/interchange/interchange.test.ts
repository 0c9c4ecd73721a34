import { assert, anything, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nodeSha256 } from '../../adapters/crypto/node-crypto.ts'
import { exportReport, RESULT_FORMATS } from './export-report.ts'
import { importedRow } from './imported-row.ts'
import { readResults } from './read-results.ts'
import type { ResultReport } from './result-report.ts'

const lines = (...values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join('\n')

function outcomes(text: string): readonly string[] {
  const read = readResults('file', text)
  return read.ok ? [read.value.tool, ...read.value.rows.map(({ outcome }) => outcome)] : [read.failure.code]
}

const promptfooRow = (over: object) => ({ id: 'r', success: true, failureReason: 0, testIdx: 0, promptIdx: 0, ...over })
const inspectLog = (status: string, samples: readonly unknown[]) => ({
  version: 2,
  status,
  eval: { task: 'qa' },
  samples,
})
const sample = (value: unknown) => ({ id: 1, epoch: 1, scores: { match: { value } } })
const sarif = (run: object) => ({
  version: '2.1.0',
  runs: [{ tool: { driver: { name: 'scan', version: '1' } }, ...run }],
})
const expectation = (over: object) => ({ success: true, expectation_config: { type: 'not_null', kwargs: {} }, ...over })
const attempt = (uuid: string, status: number, scores: readonly unknown[]) => ({
  entry_type: 'attempt',
  uuid,
  status,
  probe_classname: 'p.P',
  detector_results: { 'd.D': scores },
})

describe('results are read', () => {
  test.each([
    [
      'promptfoo JSON',
      JSON.stringify({
        results: { results: [promptfooRow({}), promptfooRow({ success: false, failureReason: 1 })] },
        metadata: { promptfooVersion: '0.123.1' },
      }),
      ['promptfoo', 'passed', 'failed'],
    ],
    [
      'promptfoo lines; an error and a grader that failed give no verdict',
      lines(
        promptfooRow({ success: false, failureReason: 2 }),
        promptfooRow({ gradingResult: { componentResults: [{ pass: true, metadata: { graderError: true } }] } }),
      ),
      ['promptfoo', 'errored', 'errored'],
    ],
    [
      'garak; each attempt once, the evaluated one, a hit fails',
      lines(
        { entry_type: 'init', garak_version: '0.13' },
        attempt('a', 1, [1]),
        attempt('a', 2, [0, 0]),
        attempt('b', 2, [0, 1]),
        attempt('c', 2, [null]),
      ),
      ['garak', 'passed', 'failed', 'errored'],
    ],
    [
      'Inspect; grades, numbers and no score',
      JSON.stringify(
        inspectLog('success', [
          sample('C'),
          sample('I'),
          sample(1),
          sample('?'),
          { id: 2, epoch: 1, error: { message: 'x' } },
        ]),
      ),
      ['inspect', 'passed', 'failed', 'passed', 'errored', 'errored'],
    ],
    [
      'an Inspect run that did not finish',
      JSON.stringify(inspectLog('started', [sample('C')])),
      ['inspect', 'passed', 'errored'],
    ],
    [
      'lm-eval samples',
      lines(
        { doc_id: 0, metrics: ['acc'], acc: 1 },
        { doc_id: 1, metrics: ['acc'], acc: 0 },
        { doc_id: 2, metrics: ['acc'] },
      ),
      ['lm-eval', 'passed', 'failed', 'errored'],
    ],
    [
      'lm-eval totals, which name no case',
      JSON.stringify({ results: { t: { 'acc,none': 0.6 } } }),
      ['interchange/unreadable'],
    ],
    [
      'OpenAI evals',
      lines(
        { spec: { eval_name: 'e' } },
        { sample_id: 's1', type: 'match', data: { correct: true } },
        { sample_id: 's2', type: 'match', data: { correct: false } },
        { sample_id: 's3', type: 'error', data: {} },
      ),
      ['openai-evals', 'passed', 'failed', 'errored'],
    ],
    [
      'DeepEval',
      JSON.stringify({
        testCases: [
          {
            name: 'a',
            metricsData: [
              { name: 'm', success: true },
              { name: 'n', success: false },
              { name: 'o', success: true, error: 'no key' },
            ],
          },
        ],
      }),
      ['deepeval', 'passed', 'failed', 'errored'],
    ],
    [
      'Ragas',
      JSON.stringify([{ user_input: 'q', response: 'a', faithfulness: 0.9, recall: 0.1, precision: null }]),
      ['ragas', 'passed', 'failed', 'errored'],
    ],
    [
      'Fairlearn',
      JSON.stringify({ by_group: { a: { x: 0.9, y: 0.8 }, b: { x: 0.9, y: 0.5 }, c: { x: 0.9, y: null } } }),
      ['fairlearn', 'passed', 'failed', 'errored'],
    ],
    [
      'Great Expectations',
      JSON.stringify({
        success: false,
        results: [
          expectation({}),
          expectation({ success: false }),
          expectation({ exception_info: { raised_exception: true } }),
        ],
      }),
      ['great-expectations', 'passed', 'failed', 'errored'],
    ],
    [
      'JUnit',
      '<testsuites><testsuite name="s"><testcase name="a" time="0.5"/><testcase name="b"><failure message="m &amp; n">x</failure></testcase><testcase name="c"><error/></testcase><testcase name="d"><skipped/></testcase></testsuite></testsuites>',
      ['junit', 'passed', 'failed', 'errored', 'skipped'],
    ],
    [
      'SARIF findings',
      JSON.stringify(
        sarif({ results: [{ ruleId: 'r' }, { ruleId: 'r', kind: 'pass' }, { ruleId: 'r', suppressions: [{}] }] }),
      ),
      ['sarif', 'failed', 'passed', 'skipped'],
    ],
    ['SARIF without results', JSON.stringify(sarif({ results: [] })), ['sarif', 'passed']],
    [
      'a SARIF run that broke',
      JSON.stringify(sarif({ results: [], invocations: [{ executionSuccessful: false }] })),
      ['sarif', 'errored'],
    ],
  ])('of %s', (_, text, expected) => expect(outcomes(text)).toEqual(expected))

  test('with tool and version', () => {
    const read = readResults('f', lines({ entry_type: 'init', garak_version: '0.13' }, attempt('a', 2, [0])))
    expect(read).toMatchObject({ ok: true, value: { tool: 'garak', toolVersion: '0.13' } })
  })
})

describe('hostile input is refused', () => {
  test.each([
    [
      'entities',
      '<!DOCTYPE a [<!ENTITY b "c">]><testsuites><testsuite name="&b;"><testcase name="x"/></testsuite></testsuites>',
    ],
    ['broken XML', '<testsuites><testsuite>'],
    ['nothing', ''],
    ['another shape', '{"hello": 1}'],
    ['a list of numbers', '[1, 2, 3]'],
  ])('%s', (_, text) => expect(outcomes(text)).toEqual(['interchange/unreadable']))

  test('whatever JSON or text comes, reading does not throw', () => {
    assert(property(anything(), (value) => void readResults('f', JSON.stringify(value) ?? '')))
    assert(property(string(), (text) => void readResults('f', text)))
    assert(property(string(), (text) => void readResults('f', `<testsuites>${text}`)))
  })

  test('a known shape with anything in it does not throw', () => {
    assert(
      property(anything(), (value) => {
        const inside: unknown = JSON.parse(JSON.stringify(value) ?? 'null')
        for (const shape of [
          { results: { results: [promptfooRow({ gradingResult: inside, metadata: inside, prompt: inside })] } },
          inspectLog('success', [inside, { scores: { a: inside } }]),
          { testCases: [inside, { metricsData: inside }] },
          { by_group: { a: inside } },
          sarif({ results: [inside], invocations: inside }),
        ])
          readResults('f', JSON.stringify(shape))
      }),
    )
  })
})

const REPORT: ResultReport = {
  tool: 'gatehouse',
  toolVersion: '0.1.0',
  title: 'test',
  isSimulated: true,
  rows: [
    importedRow({ id: 'ok', suite: 's', outcome: 'passed' }),
    importedRow({
      id: 'bad',
      suite: 's',
      outcome: 'failed',
      why: '=cmd()|<img src=x>\n::error::forged \u001b[2J\u202e',
      severity: 'critical',
      file: 'suites/a b.jsonl',
      line: 7,
    }),
    importedRow({ id: 'none', suite: 't', outcome: 'errored', why: 'the grader failed' }),
  ],
}
const written = (format: (typeof RESULT_FORMATS)[number], report = REPORT): string =>
  exportReport(nodeSha256, report, { format, fallback: 'gatehouse.yaml' })

describe('results are written', () => {
  test.each(RESULT_FORMATS)('as %s without a character that a terminal or viewer obeys', (format) => {
    // oxlint-disable-next-line no-control-regex -- these are what must not be there
    expect(written(format)).not.toMatch(/[\u001b\u202e]/)
  })
  test('CSV: no cell is a formula, whatever its text', () => {
    expect(written('csv')).toContain(`"'=cmd()`)
    assert(
      property(string(), (why) => {
        const [, row] = written('csv', {
          ...REPORT,
          rows: [importedRow({ id: why === '' ? 'x' : why, suite: 's', outcome: 'failed' })],
        }).split('\r\n')
        const cell = (row ?? '').slice('s,'.length).replace(/^"/, '')
        expect(cell).not.toMatch(/^[=+\-@\t|%]/)
      }),
    )
  })
  test('JUnit: what gave no verdict is an error, and markup is text', () => {
    const xml = written('junit')
    expect(xml).toContain('tests="3" failures="1" errors="1" skipped="0"')
    expect(xml).toContain('&lt;img src=x&gt;')
    expect(outcomes(xml)).toEqual(['junit', 'passed', 'failed', 'errored'])
  })
  test('SARIF: each finding points at its line; the fingerprint depends on suite and case alone', () => {
    const log = JSON.parse(written('sarif')) as {
      runs: [{ results: { level: string; partialFingerprints: object; locations: unknown }[] }]
    }
    expect(log.runs[0].results).toHaveLength(2)
    expect(JSON.stringify(log.runs[0].results[0]?.locations)).toContain(
      '"uri":"suites/a%20b.jsonl"},"region":{"startLine":7}',
    )
    const moved = { ...REPORT, rows: REPORT.rows.map((row) => ({ ...row, line: 99, why: 'other' })) }
    const other = JSON.parse(written('sarif', moved)) as typeof log
    expect(other.runs[0].results.map((one) => one.partialFingerprints)).toEqual(
      log.runs[0].results.map((one) => one.partialFingerprints),
    )
  })
  test('GitHub: a reply cannot forge a workflow command of its own', () => {
    const commands = written('github').trimEnd().split('\n')
    expect(commands).toHaveLength(2)
    expect(commands[0]).toMatch(/^::error file=suites\/a b.jsonl,line=7,title=s \(critical\)::/)
    expect(commands[1]).toMatch(/^::warning file=gatehouse.yaml,line=1/)
  })
  test('GitLab: one issue for each finding with path, line and severity', () => {
    expect(JSON.parse(written('gitlab'))).toMatchObject([
      { severity: 'critical', location: { path: 'suites/a b.jsonl', lines: { begin: 7 } } },
      { severity: 'minor', location: { path: 'gatehouse.yaml', lines: { begin: 1 } } },
    ])
  })
  test('Markdown: a reply opens no column, tag or link', () => {
    expect(written('markdown')).toContain('\\|&lt;img')
    expect(written('markdown')).toContain('simulated model')
  })
  test('JSON lines: one row a line', () => {
    expect(
      written('jsonl')
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { id: string }).id),
    ).toEqual(['ok', 'bad', 'none'])
  })
})
