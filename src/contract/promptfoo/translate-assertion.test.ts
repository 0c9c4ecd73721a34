import { describe, expect, test } from 'vitest'
import { compilePattern, scoringPorts } from '../../adapters/scoring/scoring-ports.ts'
import type { JsonObject } from '../../base/json.ts'
import { leakIndex } from '../../domain/detection/prompt-leak.ts'
import { scoreCase } from '../../domain/evaluation/score-case.ts'
import type { SuiteCase } from '../../domain/evaluation/suite.ts'
import { assertionOfCell, testOfRow } from './csv-assertion.ts'
import { renderTemplate } from './render-template.ts'
import { translateAssertion } from './translate-assertion.ts'

const options = { isPattern: (pattern: string) => compilePattern(pattern) !== undefined, judge: 'rubric' }
const context = { leak: leakIndex([]), sharedTenant: 'shared', ports: scoringPorts() }

/** Does the reply pass the translated assertion? Undefined where it is not translated. */
function passes(assertion: JsonObject, reply: string): boolean | undefined {
  const translated = translateAssertion(assertion, options)
  if ('why' in translated) return undefined
  const suiteCase = {
    id: 'c',
    tags: [],
    risks: [],
    turns: ['x'],
    file: 'f',
    line: 1,
    expect: translated.expect,
    subject: { tenant: 't', principal: 'p', roles: [] },
  } satisfies SuiteCase
  const observation = { reply, blocked: null, toolCalls: [{ name: 'hours', args: {} }], records: [], citations: [] }
  const { misses, noVerdicts } = scoreCase(suiteCase, observation, context)
  expect(noVerdicts).toEqual([])
  return misses.length === 0
}

describe('an assertion judges as promptfoo documents it', () => {
  test.each([
    { assertion: { type: 'contains', value: 'Paris (FR)' }, pass: 'In Paris (FR).', fail: 'in paris (fr).' },
    { assertion: { type: 'contains', value: 0 }, pass: 'a 0', fail: 'a 1' },
    { assertion: { type: 'not-contains', value: 'a.b' }, pass: 'axb', fail: 'a.b' },
    { assertion: { type: 'icontains', value: 'PARIS' }, pass: 'in paris', fail: 'in rome' },
    { assertion: { type: 'not-icontains', value: 'PARIS' }, pass: 'in rome', fail: 'in paris' },
    { assertion: { type: 'contains-any', value: ['x|y', 'z'] }, pass: 'a x|y', fail: 'a x' },
    { assertion: { type: 'not-contains-any', value: ['x', 'y'] }, pass: 'ab', fail: 'ay' },
    { assertion: { type: 'icontains-any', value: ['X', 'Y'] }, pass: 'ay', fail: 'ab' },
    { assertion: { type: 'contains-all', value: ['x', 'y'] }, pass: 'yx', fail: 'x' },
    { assertion: { type: 'icontains-all', value: ['X', 'Y'] }, pass: 'yx', fail: 'x' },
    { assertion: { type: 'starts-with', value: 'Yes.' }, pass: 'Yes. Sure', fail: 'Oh Yes.' },
    { assertion: { type: 'not-starts-with', value: 'No' }, pass: 'Oh No', fail: 'No' },
    { assertion: { type: 'regex', value: '^\\d{3}$' }, pass: '123', fail: '1234' },
    { assertion: { type: 'not-regex', value: '\\d' }, pass: 'abc', fail: 'a1' },
    { assertion: { type: 'equals', value: 'Yes' }, pass: 'Yes', fail: 'yes' },
    { assertion: { type: 'not-equals', value: 'Yes' }, pass: 'Yes!', fail: 'Yes' },
    { assertion: { type: 'equals', value: { a: 1 } }, pass: '{ "a": 1 }', fail: '{ "a": 2 }' },
    { assertion: { type: 'is-json' }, pass: '[1]', fail: '[1' },
    { assertion: { type: 'is-json', value: { type: 'object', required: ['a'] } }, pass: '{"a":1}', fail: '{}' },
    { assertion: { type: 'word-count', value: 3 }, pass: 'one two three', fail: 'one two three four' },
    { assertion: { type: 'word-count', value: { min: 2, max: 3 } }, pass: ' a b ', fail: 'a' },
    { assertion: { type: 'word-count', value: { min: 2 } }, pass: 'a b c d', fail: 'a' },
    { assertion: { type: 'word-count', value: { max: 2 } }, pass: '', fail: 'a b c' },
    { assertion: { type: 'levenshtein', value: 'kitten', threshold: 3 }, pass: 'sitten', fail: 'abcdefghij' },
    { assertion: { type: 'rouge-n', value: 'the cat sat', threshold: 0.9 }, pass: 'the cat sat', fail: 'a dog ran' },
    { assertion: { type: 'is-refusal' }, pass: "I'm sorry, I can't help with that.", fail: 'Here it is: 4.' },
    { assertion: { type: 'trajectory:tool-used', value: 'hours' }, pass: 'x', fail: undefined },
    { assertion: { type: 'not-trajectory:tool-used', value: 'pay' }, pass: 'x', fail: undefined },
    { assertion: { type: 'trajectory:tool-sequence', value: { steps: ['hours'] } }, pass: 'x', fail: undefined },
    { assertion: { type: 'javascript', value: 'output.length < 4' }, pass: 'abc', fail: 'abcd' },
    { assertion: { type: 'javascript', value: 'output.length <= 4' }, pass: 'abcd', fail: 'abcde' },
    { assertion: { type: 'javascript', value: "!output.includes('a.b')" }, pass: 'axb', fail: 'a.b' },
  ])('$assertion passes $pass and fails $fail', ({ assertion, pass, fail }) => {
    expect(passes(assertion as JsonObject, pass)).toBe(true)
    if (fail !== undefined) expect(passes(assertion as JsonObject, fail)).toBe(false)
  })

  test.each([
    { type: 'javascript', value: 'return 1' },
    { type: 'python', value: 'len(output)' },
    { type: 'similar', value: 'x' },
    { type: 'not-contains-all', value: ['a', 'b'] },
    { type: 'regex', value: '(?=a)b' },
    { type: 'contains', value: 'a', transform: 'output.trim()' },
    { type: 'latency' },
    { type: 'not-latency', threshold: 1 },
    { type: 'contains' },
    { type: 'no-such-type', value: 'x' },
    { value: 'x' },
    { type: 'context-recall', value: 'x' },
    { type: 'is-json', value: 'file://schema.js' },
  ])('%j is not translated, with a reason', (assertion) => {
    const translated = translateAssertion(assertion as JsonObject, options)
    expect('why' in translated ? translated.why : '').not.toBe('')
  })

  test('a rubric becomes a question, and its opposite the opposite question', () => {
    const translate = (type: string): string => JSON.stringify(translateAssertion({ type, value: 'is kind' }, options))
    expect(translate('llm-rubric')).toContain('It must be that it meets this: is kind')
    expect(translate('not-llm-rubric')).toContain('It must NOT be that it meets this: is kind')
    expect(translateAssertion({ type: 'llm-rubric', value: 'x' }, { ...options, judge: undefined })).toHaveProperty(
      'why',
    )
  })
})

test.each([
  { cell: 'Paris', assertion: { type: 'equals', value: 'Paris' } },
  { cell: 'note: to self', assertion: { type: 'equals', value: 'note: to self' } },
  { cell: 'contains: Paris', assertion: { type: 'contains', value: 'Paris' } },
  { cell: 'not-contains:Paris', assertion: { type: 'not-contains', value: 'Paris' } },
  { cell: 'similar(0.8):Hello there', assertion: { type: 'similar', value: 'Hello there', threshold: 0.8 } },
  { cell: 'contains-any: a, b', assertion: { type: 'contains-any', value: ['a', 'b'] } },
  { cell: 'is-json', assertion: { type: 'is-json' } },
  { cell: 'javascript: output.length < 10', assertion: { type: 'javascript', value: 'output.length < 10' } },
  { cell: 'grade: is kind', assertion: { type: 'llm-rubric', value: 'is kind' } },
  { cell: 'fn: x', assertion: { type: 'javascript', value: 'x' } },
])('the cell $cell is $assertion', ({ cell, assertion }) => {
  expect(assertionOfCell(cell)).toEqual(assertion)
})

test('a row has variables, assertions, prefix, description, threshold and metadata', () => {
  expect(
    testOfRow({
      q: '1',
      __expected: 'x',
      __expected2: '',
      __prefix: 'Say ',
      __description: 'D',
      __threshold: '0.5',
      '__metadata:tags[]': 'a',
    }),
  ).toEqual({
    vars: { q: '1' },
    assert: [{ type: 'equals', value: 'x' }],
    options: { prefix: 'Say ' },
    metadata: { tags: 'a' },
    description: 'D',
    threshold: 0.5,
  })
})

test.each([
  { template: 'a {{ b }} c', rendered: { text: 'a B c' } },
  { template: '{{o.p[1]}}', rendered: { text: 'two' } },
  { template: '{{- b -}}', rendered: { text: 'B' } },
  { template: '{{n}} {{o}}', rendered: { text: '7 {"p":["one","two"]}' } },
  { template: '{{ braces }}', rendered: { text: '{{ b }}' } },
  { template: '{{ b | upper }}', rendered: { why: expect.stringContaining('not run') } },
  { template: '{{ env.HOME }}', rendered: { why: expect.stringContaining('no variable') } },
  { template: '{{ o.constructor }}', rendered: { why: expect.stringContaining('no variable') } },
  { template: '{% if b %}x{% endif %}', rendered: { why: expect.stringContaining('blocks') } },
  { template: 'open {{ b', rendered: { text: 'open {{ b' } },
])('the template $template gives $rendered', ({ template, rendered }) => {
  expect(renderTemplate(template, { b: 'B', n: 7, o: { p: ['one', 'two'] }, braces: '{{ b }}' })).toEqual(rendered)
})
