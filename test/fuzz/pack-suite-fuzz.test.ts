import { expect, test } from 'vitest'
import { celEngine } from '../../src/adapters/policy-cel/cel-engine.ts'
import type { Problem } from '../../src/base/result.ts'
import { sha256Pure } from '../../src/base/sha256.ts'
import { parsePack } from '../../src/contract/policy/parse-pack.ts'
import { parseSuite, parseSuiteHead } from '../../src/contract/suite/parse-suite.ts'
import { testPack } from '../../src/domain/policy/policy-pack.ts'
import { PACK_TEXT } from '../support/pack-text.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { CASES_TEXT, SUITE_TEXT } from '../support/suite-text.ts'

/** Repeat a failure with `FUZZ_SEED=… vitest run test/fuzz/pack-suite-fuzz.test.ts`; search longer with `FUZZ_RUNS=…`. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_122)
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 6_000)
const MUTATIONS_MAX = 3
const PROBLEMS_MAX = 50

type Random = () => number
const below = (random: Random, bound: number): number => Math.floor(random() * bound)
const pick = <Value>(random: Random, values: readonly Value[]): Value => values[below(random, values.length)]!

const TOKENS = [
  'pass',
  'fail',
  'true',
  'false',
  'tier',
  '==',
  '!=',
  '&&',
  '||',
  '!',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  ',',
  ':',
  '- ',
  '"',
  "'",
  '\n',
  '  ',
  '#',
  '&a ',
  '*a',
  '~',
  '0',
  '1e400',
  '.nan',
  '__proto__',
  'constructor',
  'matches("x")',
  'evidence',
  '\ud800',
  '\0',
  '\ufeff',
  '? ',
] as const

const MUTATIONS: readonly ((text: string, random: Random) => string)[] = [
  function swapCharacter(text, random) {
    const at = below(random, text.length)
    return text.slice(0, at) + String.fromCharCode(32 + below(random, 95)) + text.slice(at + 1)
  },
  function insertToken(text, random) {
    const at = below(random, text.length + 1)
    return text.slice(0, at) + pick(random, TOKENS) + text.slice(at)
  },
  function deleteLine(text, random) {
    const lines = text.split('\n')
    return lines.toSpliced(below(random, lines.length), 1).join('\n')
  },
  function copyLine(text, random) {
    const lines = text.split('\n')
    return lines.toSpliced(below(random, lines.length), 0, pick(random, lines)).join('\n')
  },
  function replaceWord(text, random) {
    const words = text.split(/(\W+)/)
    return words.with(below(random, words.length), pick(random, random() < 0.5 ? words : TOKENS)).join('')
  },
  function turnExpectation(text, random) {
    const turned = { pass: 'fail', fail: 'pass' } as const
    const places = [...text.matchAll(/expect: (pass|fail)/g)]
    if (places.length === 0) return text
    const place = pick(random, places)
    return (
      text.slice(0, place.index) +
      `expect: ${turned[place[1] as 'pass' | 'fail']}` +
      text.slice(place.index + place[0].length)
    )
  },
  function changeExpression(text, random) {
    return text.replace(pick(random, ['== "passed"', '!= "none"', 'facts.isStable', 'tier != "T3"']), () =>
      pick(random, ['== "x"', '', 'true', 'facts', 'unknown', '.matches("a")', '!= "none" || true']),
    )
  },
  function cutOff(text, random) {
    return random() < 0.5 ? text.slice(0, below(random, text.length + 1)) : text.slice(below(random, text.length + 1))
  },
]

function mutated(text: string, random: Random): { readonly text: string; readonly by: readonly string[] } {
  const by: string[] = []
  let current = text
  for (let count = 1 + below(random, MUTATIONS_MAX); count > 0; count--) {
    const mutation = pick(random, MUTATIONS)
    by.push(mutation.name)
    current = mutation(current, random)
  }
  return { text: current, by }
}

function checkProblems(failure: readonly Problem[], lines: number): string {
  if (failure.length === 0 || failure.length > PROBLEMS_MAX) throw new Error(`${failure.length} problems are reported`)
  for (const { code, message, next, at } of failure) {
    if (!/^(?:yaml|policy|suite)\/[a-z-]+$/.test(code)) throw new Error(`\`${code}\` is no code`)
    if (message === '' || next === undefined || next === '') throw new Error(`\`${code}\` says nothing`)
    if (at === undefined || !(at.line >= 1) || at.line > lines)
      throw new Error(`\`${code}\` stands at line ${at?.line} of ${lines}`)
  }
  return failure[0]!.code
}

const linesOf = (text: string): number => text.split(/\r\n|\n|\r/).length
const engine = celEngine()

function checkPack(text: string): string {
  const parsed = parsePack(sha256Pure, engine, 'pack.yaml', text)
  if (!parsed.ok) return checkProblems(parsed.failure, linesOf(text))
  for (const rule of parsed.value.rules) {
    const results = testPack(engine, { ...parsed.value, rules: [rule] })
    const hasBoth = ['pass', 'fail'].every((wanted) => rule.tests.some(({ expect: expected }) => expected === wanted))
    if (!hasBoth || results.length !== rule.tests.length || results.some(({ isMet }) => !isMet))
      throw new Error(`rule \`${rule.id}\` passed untested`)
  }
  return 'accepted'
}

function checkSuite(suiteText: string, casesText: string): string {
  const head = parseSuiteHead('suite.yaml', suiteText)
  if (!head.ok) return checkProblems(head.failure, linesOf(suiteText))
  const parsed = parseSuite(sha256Pure, head.value, suiteText, { file: 'cases.jsonl', text: casesText })
  if (!parsed.ok) return checkProblems(parsed.failure, casesText.split('\n').length)
  const { cases } = parsed.value
  if (cases.length === 0 || new Set(cases.map(({ id }) => id)).size !== cases.length)
    throw new Error('a suite without cases, or with one twice, was accepted')
  return 'accepted'
}

function search(
  runs: number,
  seed: number,
  check: (random: Random) => { readonly outcome: () => string; readonly input: unknown },
): Map<string, number> {
  const outcomes = new Map<string, number>()
  for (let run = 0; run < runs; run++) {
    const { outcome, input } = check(seededRandom(seed + run))
    try {
      const found = outcome()
      outcomes.set(found, (outcomes.get(found) ?? 0) + 1)
    } catch (error) {
      throw new Error(`FUZZ_SEED=${seed + run} FUZZ_RUNS=1: ${String(error)}\n${JSON.stringify(input)}`, {
        cause: error,
      })
    }
  }
  return outcomes
}

test(
  `${RUNS} mutated packs never throw and never pass an untested rule (FUZZ_SEED=${SEED})`,
  { timeout: 300_000 },
  () => {
    const outcomes = search(RUNS, SEED, (random) => {
      const input = mutated(PACK_TEXT, random)
      return { outcome: () => checkPack(input.text), input }
    })
    if (RUNS < 6_000) return
    // The mutations reach both sides and many ways to fail; else the run proves little.
    for (const code of [
      'accepted',
      'yaml/syntax',
      'policy/test-failed',
      'policy/untested-rule',
      'policy/syntax',
      'policy/type',
      'policy/unknown-key',
      'policy/refused',
    ])
      expect(outcomes.get(code), code).toBeGreaterThan(0)
  },
)

test(`${RUNS} mutated suites never throw (FUZZ_SEED=${SEED})`, { timeout: 300_000 }, () => {
  const outcomes = search(RUNS, SEED, (random) => {
    const isHead = random() < 0.3
    const head = isHead ? mutated(SUITE_TEXT, random) : { text: SUITE_TEXT, by: [] }
    const cases = isHead ? { text: CASES_TEXT, by: [] } : mutated(CASES_TEXT, random)
    return { outcome: () => checkSuite(head.text, cases.text), input: [head, cases] }
  })
  if (RUNS < 6_000) return
  for (const code of [
    'accepted',
    'yaml/syntax',
    'suite/invalid-value',
    'suite/bad-line',
    'suite/bad-case',
    'suite/duplicate-case',
    'suite/no-cases',
  ])
    expect(outcomes.get(code), code).toBeGreaterThan(0)
})
