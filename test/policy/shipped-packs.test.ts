// The shipped packs are held to a second engine and to their own tests: every test agrees on both, and no broken rule passes unnoticed.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run, type CelInput } from '@bufbuild/cel'
import { describe, expect, test } from 'vitest'
import { nodeSha256 } from '../../src/adapters/crypto/node-crypto.ts'
import { celEngine } from '../../src/adapters/policy-cel/cel-engine.ts'
import { celMutants } from '../../src/adapters/policy-cel/cel-mutants.ts'
import { isJsonObject, type Json, type JsonObject } from '../../src/base/json.ts'
import { parseEquivalents } from '../../src/contract/policy/parse-equivalents.ts'
import { parsePack } from '../../src/contract/policy/parse-pack.ts'
import { mutatePack } from '../../src/domain/policy/mutate-pack.ts'
import type { PolicyRule } from '../../src/domain/policy/policy-pack.ts'

const folder = join(import.meta.dirname, '..', '..', 'policies')
const engine = celEngine()
const packs = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => {
    const parsed = parsePack(nodeSha256, engine, `policies/${name}`, readFileSync(join(folder, name), 'utf8'))
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure))
    return parsed.value
  })
const equivalents = parseEquivalents('equivalents.json', readFileSync(join(folder, 'equivalents.json'), 'utf8'))
if (!equivalents.ok) throw new Error(equivalents.failure.message)

/** JSON as the second engine wants it: maps for objects. */
function celInput(value: Json | undefined): CelInput {
  if (Array.isArray(value)) return value.map((item: Json) => celInput(item))
  if (isJsonObject(value)) return new Map(Object.entries(value).map(([key, item]) => [key, celInput(item)]))
  return (value ?? null) as CelInput
}

function onSecondEngine({ when, expr }: PolicyRule, input: JsonObject): string {
  const bindings = Object.fromEntries(Object.entries(input).map(([key, value]) => [key, celInput(value)]))
  const applies = run(when, bindings)
  if (applies === false) return 'skip'
  if (applies !== true) return `when gives ${String(applies)}`
  const holds = run(expr, bindings)
  return holds === true ? 'pass' : holds === false ? 'fail' : `expr gives ${String(holds)}`
}

test('there is a pack for each area that is promised', () => {
  expect(packs.map(({ id }) => id).toSorted()).toEqual([
    'agent',
    'baseline',
    'baseline-requests',
    'baseline-runtime',
    'eu-ai-act',
    'fine-tuned',
    'gdpr',
    'hipaa',
    'nist-ai-rmf',
    'prompt',
    'rag',
    'readiness',
    'soc2',
    'vendor-model',
  ])
})

describe.each(packs)('pack $id', (pack) => {
  test('says in its notes what its version brought', () => {
    expect(pack.notes?.some(({ version }) => version === pack.version)).toBe(true)
  })

  test('has a passing and a failing test for each rule, and a skipped one for each that does not always apply', () => {
    for (const { id, when, tests } of pack.rules) {
      const expected = new Set(tests.map(({ expect: of }) => of))
      expect([id, expected.has('pass'), expected.has('fail'), when === 'true' || expected.has('skip')]).toEqual([
        id,
        true,
        true,
        true,
      ])
    }
  })

  test('is decided alike by a second implementation of CEL', () => {
    const differing = pack.rules.flatMap((rule) =>
      rule.tests
        .map((entry) => ({
          rule: rule.id,
          test: entry.name,
          want: entry.expect,
          got: onSecondEngine(rule, entry.input),
        }))
        .filter(({ want, got }) => want !== got),
    )
    expect(differing).toEqual([])
  })

  test('lets no mutant survive', () => {
    const mutants = mutatePack({ engine, mutantsOf: celMutants }, pack, equivalents.value)
    expect(mutants.length).toBeGreaterThan(pack.rules.length * 3)
    expect(mutants.filter(({ status }) => status === 'survived')).toEqual([])
  })
})

test('a mutant that is listed as equivalent exists, and no test kills it', () => {
  const mutants = packs.flatMap((pack) => mutatePack({ engine, mutantsOf: celMutants }, pack, equivalents.value))
  const found = mutants.filter(({ status }) => status === 'equivalent').map(({ rule, mutant }) => `${rule} ${mutant}`)
  expect(found.toSorted()).toEqual(equivalents.value.map(({ rule, mutant }) => `${rule} ${mutant}`).toSorted())
})

test('a rule without the test that matters has a survivor', () => {
  const [agent] = packs.filter(({ id }) => id === 'agent')
  const rule = agent?.rules.find(({ id }) => id === 'GH-TOL-004')
  if (agent === undefined || rule === undefined) throw new Error('the pack has lost its rule')
  const weakened = { ...rule, tests: rule.tests.filter(({ name }) => name !== 'too far') }
  const survived = mutatePack({ engine, mutantsOf: celMutants }, { ...agent, rules: [weakened] }).filter(
    ({ status }) => status === 'survived',
  )
  expect(survived.map(({ operator }) => operator)).toContain('shift-number')
})
