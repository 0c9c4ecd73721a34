import { createHash } from 'node:crypto'
import { assert, json, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readSarifFindings, SARIF_RESULTS_MAX } from './read-sarif-findings.ts'

const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest())
const read = (log: unknown) => readSarifFindings(sha256, 'scan.sarif', JSON.stringify(log))
const run = (results: readonly object[], rules: readonly object[] = []) => ({
  version: '2.1.0',
  runs: [{ tool: { driver: { name: 'scanner', rules } }, results }],
})
const result = (fields: object = {}) => ({
  ruleId: 'py/injection',
  level: 'error',
  message: { text: 'a query is built from input' },
  locations: [{ physicalLocation: { artifactLocation: { uri: 'src/a.py' }, region: { startLine: 7 } } }],
  ...fields,
})
const one = (fields: object = {}, rules: readonly object[] = []) => {
  const found = read(run([result(fields)], rules))
  if (!found.ok) throw new Error(found.failure.message)
  return found.value.findings[0]
}

test('a result is a finding with its place', () => {
  expect(one()).toMatchObject({
    title: 'py/injection: a query is built from input',
    severity: 'high',
    location: 'src/a.py:7',
  })
})

test.each([
  [{ level: 'error' }, [], 'high'],
  [{ level: 'warning' }, [], 'medium'],
  [{ level: 'note' }, [], 'low'],
  [{ level: undefined }, [], 'medium'],
  [{ level: undefined }, [{ id: 'py/injection', defaultConfiguration: { level: 'error' } }], 'high'],
  [{}, [{ id: 'py/injection', properties: { 'security-severity': '9.8' } }], 'critical'],
  [{ properties: { 'security-severity': 7 } }, [], 'high'],
  [{ properties: { 'security-severity': '4.0' } }, [], 'medium'],
  [{ properties: { 'security-severity': '0.0' } }, [], 'low'],
  [{ properties: { 'security-severity': 'bad' } }, [], 'high'],
])('%j with rules %j is %s', (fields, rules, severity) => expect(one(fields, rules)?.severity).toBe(severity))

describe('the fingerprint', () => {
  test('is that of the tool where it has one, whatever line it stands in', () => {
    const print = (line: number) =>
      one({
        partialFingerprints: { primaryLocationLineHash: 'abc' },
        locations: [{ physicalLocation: { artifactLocation: { uri: 'src/a.py' }, region: { startLine: line } } }],
      })?.fingerprint
    expect(print(7)).toBe(print(9))
  })

  test('is otherwise of tool, rule, place and message', () => {
    const prints = [one(), one({ ruleId: 'x' }), one({ message: { text: 'y' } }), one({ locations: [] }), one()]
    expect(new Set(prints.map((finding) => finding?.fingerprint)).size).toBe(4)
  })
})

test.each([
  [{ kind: 'pass' }],
  [{ kind: 'notApplicable' }],
  [{ level: 'none' }],
  [{ baselineState: 'absent' }],
  [{ suppressions: [{ kind: 'inSource' }] }],
])('a result with %j is left', (fields) => {
  expect(read(run([result(fields)]))).toMatchObject({ ok: true, value: { findings: [], left: 1 } })
})

test('a suppression that was rejected suppresses nothing', () => {
  expect(one({ suppressions: [{ kind: 'external', status: 'rejected' }] })).toBeDefined()
})

test.each([
  ['no JSON', 'x'],
  ['cut off', JSON.stringify(run([result()])).slice(0, -3)],
  ['another version', JSON.stringify({ ...run([]), version: '2.0.0' })],
  ['no run', JSON.stringify({ version: '2.1.0', runs: [] })],
  [
    'a run that did not finish',
    JSON.stringify({ version: '2.1.0', runs: [{ invocations: [{ executionSuccessful: false }], results: [] }] }),
  ],
  [
    'too many results',
    JSON.stringify(run(Array.from({ length: SARIF_RESULTS_MAX + 1 }, (_, n) => result({ ruleId: `r${n}` })))),
  ],
])('%s is refused as a whole, with the file', (_, text) => {
  expect(readSarifFindings(sha256, 'scan.sarif', text)).toMatchObject({
    ok: false,
    failure: { code: 'finding/sarif', at: { file: 'scan.sarif', line: 1 } },
  })
})

test('whatever a file holds, it is read or refused', () => {
  assert(property(string(), (text) => void readSarifFindings(sha256, 'f', text)))
  assert(
    property(json(), (value) => {
      const parsed: unknown = JSON.parse(value)
      const found = read({
        version: '2.1.0',
        runs: [{ tool: parsed, results: [parsed, { locations: parsed, message: parsed }] }],
      })
      expect(found.ok).toBe(true)
    }),
  )
})
