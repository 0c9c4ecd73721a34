import { describe, expect, test } from 'vitest'
import { CASES, CASES_TEXT, SUITE_TEXT } from '../../../test/support/suite-text.ts'
import type { Problem, Result } from '../../base/result.ts'
import { sha256Pure } from '../../base/sha256.ts'
import type { Suite } from '../../domain/evaluation/suite.ts'
import { parseCases } from './parse-cases.ts'
import { parseSuite, parseSuiteHead } from './parse-suite.ts'

const FILE = 'suites/redteam.jsonl'

/** `code:line` of each problem. */
function placesOf(parsed: Result<unknown, readonly Problem[]>): readonly string[] {
  if (parsed.ok) return []
  for (const { message, next } of parsed.failure) {
    expect(message).not.toBe('')
    expect(next).toBeTruthy()
  }
  return parsed.failure.map(({ code, at }) => `${code}:${at?.line}`)
}

function suite(suiteText = SUITE_TEXT, casesText = CASES_TEXT): Suite {
  const head = parseSuiteHead('suites/redteam.yaml', suiteText)
  if (!head.ok) throw new Error(JSON.stringify(head.failure))
  const parsed = parseSuite(sha256Pure, head.value, suiteText, { file: FILE, text: casesText })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure))
  return parsed.value
}

describe('a good suite', () => {
  test('is parsed with its cases and their lines', () => {
    const { cases, digest, ...head } = suite()
    expect(head).toEqual({
      id: 'redteam',
      version: '1.2.0',
      purpose: 'red-team',
      trials: 3,
      seed: 7,
      target: 'app/target.ts',
    })
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(cases.map(({ id, line, file }) => ({ id, line, file }))).toEqual(
      CASES.map(({ id }, at) => ({ id, line: at + 1, file: FILE })),
    )
    expect(cases.map(({ expect: expectations }) => expectations)).toEqual(CASES.map((entry) => entry.expect))
    expect(cases[1]).toMatchObject({ tags: [], risks: [] })
  })

  test('runs each case once, with seed 1, unless it says otherwise', () => {
    expect(suite(SUITE_TEXT.replace(/trials: 3\nseed: 7\n/, ''))).toMatchObject({ trials: 1, seed: 1 })
  })

  test('has another digest after any byte of the suite or its cases', () => {
    const digests = [
      suite(),
      suite(`${SUITE_TEXT}# x\n`),
      suite(SUITE_TEXT, `${CASES_TEXT}\n`),
      suite(SUITE_TEXT, CASES_TEXT.replace('Hi', 'Ho')),
    ].map(({ digest }) => digest)
    expect(new Set(digests).size).toBe(4)
    expect(suite().digest).toBe(digests[0])
  })

  test('may have blank lines and Windows line ends', () => {
    expect(suite(SUITE_TEXT, `\n\n${CASES_TEXT.replaceAll('\n', '\r\n\r\n')}`).cases.map(({ line }) => line)).toEqual([
      3, 5, 7, 9,
    ])
  })
})

describe('a bad suite is refused with its line', () => {
  test.each([
    ['another kind', 'kind: Suite', 'kind: PolicyPack', ['suite/invalid-value:2']],
    ['a bad id', 'id: redteam', 'id: Red', ['suite/invalid:3']],
    ['a bad version', 'version: 1.2.0', 'version: "1.2"', ['suite/invalid:3']],
    ['an unknown purpose', 'purpose: red-team', 'purpose: redteam', ['suite/invalid-value:4']],
    ['no target', 'target: { module: app/target.ts }', 'target: {}', ['suite/invalid:5']],
    ['a target outside the project', 'module: app/target.ts', 'module: ../target.ts', ['suite/invalid:5']],
    ['an absolute target', 'module: app/target.ts', 'module: /etc/target.ts', ['suite/invalid:5']],
    ['no trials', 'trials: 3', 'trials: 0', ['suite/invalid:6']],
    ['too many trials', 'trials: 3', 'trials: 51', ['suite/invalid:6']],
    ['half a trial', 'trials: 3', 'trials: 1.5', ['suite/invalid-type:6']],
    ['a negative seed', 'seed: 7', 'seed: -1', ['suite/invalid:7']],
    ['cases outside the project', 'cases: suites/redteam.jsonl', 'cases: a/../../b.jsonl', ['suite/invalid:8']],
    ['cases on another drive', 'cases: suites/redteam.jsonl', 'cases: C:/b.jsonl', ['suite/invalid:8']],
    ['an unknown key', 'seed: 7', 'seeds: 7', ['suite/unknown-key:7']],
  ])('%s', (_, from, to, expected) => {
    expect(SUITE_TEXT.split(from)).toHaveLength(2)
    expect(
      placesOf(
        parseSuiteHead(
          'suites/redteam.yaml',
          SUITE_TEXT.replace(from, () => to),
        ),
      ),
    ).toEqual(expected)
  })

  test.each(['', '[]', 'x: [', 'null'])('%j is none', (text) =>
    expect(placesOf(parseSuiteHead('s.yaml', text)).length).toBeGreaterThan(0),
  )
})

describe('a bad case is refused with its line', () => {
  const good = CASES[0]
  const bad = (change: Readonly<Record<string, unknown>>): string => JSON.stringify({ ...good, ...change })

  test.each([
    ['no JSON', '{"id":', 'suite/bad-line'],
    ['two objects on a line', `${JSON.stringify(good)} {}`, 'suite/bad-line'],
    ['a list', '[]', 'suite/bad-case'],
    ['a text', '"x"', 'suite/bad-case'],
    ['null', 'null', 'suite/bad-case'],
    ['no id', bad({ id: undefined }), 'suite/bad-case'],
    ['an id with a space', bad({ id: 'a b' }), 'suite/bad-case'],
    ['an unknown key', bad({ note: 'x' }), 'suite/bad-case'],
    ['no turn', bad({ turns: [] }), 'suite/bad-case'],
    ['an empty turn', bad({ turns: [''] }), 'suite/bad-case'],
    ['no expectation', bad({ expect: [] }), 'suite/bad-case'],
    ['an unknown scorer', bad({ expect: [{ scorer: 'nice' }] }), 'suite/bad-case'],
    ['a scorer with a key of another', bad({ expect: [{ scorer: 'answered', any: ['x'] }] }), 'suite/bad-case'],
    ['a scorer without its texts', bad({ expect: [{ scorer: 'contains', any: [] }] }), 'suite/bad-case'],
    [
      'an argument that is an object',
      bad({ expect: [{ scorer: 'tool-called', tool: 't', args: { a: {} } }] }),
      'suite/bad-case',
    ],
    ['no subject', bad({ subject: undefined }), 'suite/bad-case'],
    ['a subject without tenant', bad({ subject: { principal: 'a', roles: [] } }), 'suite/bad-case'],
  ])('%s', (_, line, code) => {
    expect(placesOf(parseCases(FILE, `${JSON.stringify(CASES[1])}\n\n${line}\n`))).toEqual([`${code}:3`])
  })

  test('a case written twice names the line of the first', () => {
    const parsed = parseCases(FILE, `${CASES_TEXT}\n${JSON.stringify(CASES[1])}`)
    expect(placesOf(parsed)).toEqual(['suite/duplicate-case:6'])
    expect(!parsed.ok && parsed.failure[0]?.message).toContain('line 2')
  })

  test.each(['', '\n\n', '   \n'])('no case at all is a problem (%j)', (text) =>
    expect(placesOf(parseCases(FILE, text))).toEqual(['suite/no-cases:1']),
  )

  test('every bad line is reported, up to fifty', () => {
    expect(placesOf(parseCases(FILE, `{\n${JSON.stringify(good)}\n{}\n`))).toEqual([
      'suite/bad-line:1',
      'suite/bad-case:3',
    ])
    expect(placesOf(parseCases(FILE, '{\n'.repeat(80)))).toHaveLength(50)
  })
})
