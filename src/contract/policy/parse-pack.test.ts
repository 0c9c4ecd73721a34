import { describe, expect, test } from 'vitest'
import { PACK_TEXT } from '../../../test/support/pack-text.ts'
import { celEngine } from '../../adapters/policy-cel/cel-engine.ts'
import { utf8 } from '../../base/bytes.ts'
import { digestOfBytes } from '../../base/digest.ts'
import type { Problem, Result } from '../../base/result.ts'
import { sha256Pure } from '../../base/sha256.ts'
import type { PolicyPack } from '../../domain/policy/policy-pack.ts'
import { parsePack } from './parse-pack.ts'

const engine = celEngine()
const parse = (text: string): Result<PolicyPack, readonly Problem[]> =>
  parsePack(sha256Pure, engine, 'policies/baseline.yaml', text)

/** `code:line` of each problem. */
function problems(text: string): readonly string[] {
  const parsed = parse(text)
  if (parsed.ok) return []
  for (const { message, next, at } of parsed.failure) {
    expect(message).not.toBe('')
    expect(next).toBeTruthy()
    expect(at?.file).toBe('policies/baseline.yaml')
  }
  return parsed.failure.map(({ code, at }) => `${code}:${at?.line}`)
}

function changed(from: string, to: string): string {
  expect(PACK_TEXT.split(from).length, `\`${from}\` stands once`).toBe(2)
  return PACK_TEXT.replace(from, () => to)
}

describe('a good pack', () => {
  test('is parsed with defaults, lines and the digest of its bytes', () => {
    const parsed = parse(PACK_TEXT)
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure))
    const { rules, ...head } = parsed.value
    expect(head).toEqual({
      id: 'baseline',
      version: '1.0.0',
      title: 'Baseline',
      file: 'policies/baseline.yaml',
      digest: digestOfBytes(sha256Pure, utf8(PACK_TEXT)),
    })
    expect(
      rules.map(({ id, line, when, maxAgeDays, frameworks, check }) => ({
        id,
        line,
        when,
        maxAgeDays,
        frameworks,
        kind: check?.kind,
      })),
    ).toEqual([
      { id: 'GH-INJ-001', line: 5, when: 'tier != "T3"', maxAgeDays: 14, frameworks: ['OWASP-LLM01'], kind: 'suite' },
      { id: 'GH-GRD-001', line: 19, when: 'true', maxAgeDays: 30, frameworks: [], kind: undefined },
      { id: 'GH-REG-001', line: 29, when: 'true', maxAgeDays: 30, frameworks: [], kind: 'suite' },
    ])
  })

  test('has another digest after any change, even in a comment', () => {
    const [one, two] = [parse(PACK_TEXT), parse(`${PACK_TEXT}# comment\n`)]
    expect(one.ok && two.ok && one.value.digest !== two.value.digest).toBe(true)
  })
})

describe('a bad pack is refused with its line', () => {
  test.each([
    ['no YAML', 'rules:', 'rules: [', ['yaml/syntax']],
    ['another version', 'gatehouse.dev/v1', 'gatehouse.dev/v2', ['policy/invalid-value:1']],
    ['another kind', 'kind: PolicyPack', 'kind: Suite', ['policy/invalid-value:2']],
    ['a bad id of the pack', 'id: baseline', 'id: Base Line', ['policy/invalid:3']],
    ['a bad version of the pack', 'version: 1.0.0', 'version: v1', ['policy/invalid:3']],
    ['a bad id of a rule', 'id: GH-GRD-001', 'id: GRD-1', ['policy/invalid:19']],
    ['a rule written twice', 'id: GH-REG-001', 'id: GH-GRD-001', ['policy/duplicate-rule:29']],
    ['an unknown key', 'fix: repair it', 'fixes: repair it', ['policy/invalid-type:29', 'policy/unknown-key:36']],
    ['an unknown severity', 'severity: medium', 'severity: huge', ['policy/invalid-value:31']],
    ['no control', 'controls: [CTL-GRD-1]', 'controls: []', ['policy/invalid:22']],
    ['a bad control', 'controls: [CTL-GRD-1]', 'controls: [GRD]', ['policy/invalid:22']],
    ['an unknown check', 'metric: all-hold }', 'metric: none }', ['policy/invalid-value:33']],
    ['a threshold above one', 'T1: 0.02', 'T1: 2', ['policy/invalid:11']],
    ['a threshold for two tiers only', ', T3: 0.1', '', ['policy/invalid-type:11']],
    ['a rate without a threshold', ', atMost: { T1: 0.02, T2: 0.05, T3: 0.1 }', '', ['policy/invalid:11']],
    ['two thresholds', 'T3: 0.1 }', 'T3: 0.1 }, atLeast: { T1: 0, T2: 0, T3: 0 }', ['policy/invalid:11']],
    [
      'a threshold for all-hold',
      'metric: all-hold',
      'metric: all-hold, atMost: { T1: 0, T2: 0, T3: 0 }',
      ['policy/invalid:33'],
    ],
    ['an age of no days', 'maxAgeDays: 14', 'maxAgeDays: 0', ['policy/invalid:15']],
    ['an expression that does not parse', 'expr: facts.isStable', 'expr: facts.isStable ==', ['policy/syntax:34']],
    ['an expression over another variable', 'expr: facts.isStable', 'expr: secrets.isStable', ['policy/type:34']],
    ['an expression with matches', 'expr: facts.isStable', 'expr: tier.matches("T1")', ['policy/refused:34']],
    ['a condition that does not parse', 'when: tier != "T3"', 'when: tier !=', ['policy/syntax:10']],
    [
      'one test only',
      '      - { name: off, input: { manifest: { guard: { preset: none } } }, expect: fail }\n',
      '',
      ['policy/invalid:26'],
    ],
    [
      'no failing test',
      '{ manifest: { guard: { preset: none } } }, expect: fail',
      '{ manifest: { guard: { preset: T2 } } }, expect: pass',
      ['policy/untested-rule:26'],
    ],
    [
      'no passing test',
      '{ manifest: { guard: { preset: T1 } } }, expect: pass',
      '{ manifest: { guard: { preset: none } } }, expect: fail',
      ['policy/untested-rule:26'],
    ],
    [
      'a test that does not hold',
      'input: { facts: { isStable: false } }',
      'input: { facts: { isStable: true } }',
      ['policy/test-failed:37'],
    ],
    [
      'a test that cannot be evaluated',
      'input: { facts: { isStable: false } }',
      'input: { facts: {} }',
      ['policy/test-failed:37'],
    ],
    [
      'an expression that is no truth value',
      'expr: facts.isStable',
      'expr: string(facts.isStable)',
      ['policy/test-failed:37', 'policy/test-failed:37'],
    ],
  ])('%s', (_, from, to, expected) => {
    const got = problems(changed(from, to))
    if (expected[0] === 'yaml/syntax') expect(got[0]).toMatch(/^yaml\/syntax:\d+$/)
    else expect(got.toSorted()).toEqual([...expected].toSorted())
  })

  test.each(['', '[]', 'null', '1', 'rules: []', '- a\n- b'])('%j is none', (text) =>
    expect(problems(text).length).toBeGreaterThan(0),
  )

  test('every problem is reported, not only the first', () => {
    const text = changed('expr: facts.isStable', 'expr: other').replace('when: tier != "T3"', 'when: tier !=')
    expect(problems(text)).toEqual(['policy/syntax:10', 'policy/type:34'])
  })
})
