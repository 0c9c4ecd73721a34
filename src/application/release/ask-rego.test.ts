import { describe, expect, test } from 'vitest'
import { packOf, plainRule } from '../../../test/support/release-fixture.ts'
import { celEngine } from '../../adapters/policy-cel/cel-engine.ts'
import { epochMs } from '../../base/instant.ts'
import { fail, ok } from '../../base/result.ts'
import type { PolicyPack } from '../../domain/policy/policy-pack.ts'
import type { RegoAnswer, RegoEngine, RegoQuestion } from '../../domain/policy/rego-engine.ts'
import { regoKey, type RuleInputs } from '../../domain/release/decide-release.ts'
import { askRegoOfEach } from './ask-rego.ts'

const rule = { ...plainRule('GH-REG-001', 'data.a.b', { when: 'manifest.n >= 0' }), rego: 'a/b' }
const pack: PolicyPack = { ...packOf(rule), engine: { kind: 'opa-remote', endpoint: 'house' } }
const KEY = regoKey(pack, rule)

const documentOf = (n: number): RuleInputs => ({
  engine: celEngine(),
  packs: [pack],
  tier: 'T1',
  environment: 'local',
  manifest: { n },
  facts: {},
  evidence: new Map(),
  expectedKeys: new Map(),
  now: epochMs(1_800_000_000_000),
})

/** Says true of even numbers, and writes down what it was asked. */
function engineOf(answer: (n: number) => RegoAnswer = (n) => ok(n % 2 === 0)) {
  const asked: number[][] = []
  const rego: RegoEngine = {
    ask: async ({ inputs }: RegoQuestion) => {
      const numbers = inputs.map(({ manifest }) => (manifest as { readonly n: number }).n)
      asked.push(numbers)
      return numbers.map(answer)
    },
  }
  return { rego, asked }
}

describe('Rego of several documents', () => {
  test('is answered document by document, whatever the parts it is asked in', async () => {
    const { rego, asked } = engineOf()
    const each = Array.from({ length: 131 }, (_, n) => documentOf(n))
    const answers = await askRegoOfEach(rego, each, new Map())
    expect(answers.map((found) => found.get(KEY))).toEqual(each.map((_, n) => ok(n % 2 === 0)))
    expect(asked.map(({ length }) => length)).toEqual([1, 64, 64, 2])
  })

  test('is not asked where the rule does not apply', async () => {
    const { rego, asked } = engineOf()
    const answers = await askRegoOfEach(rego, [documentOf(0), documentOf(-1), documentOf(2)], new Map())
    expect(answers.map((found) => found.has(KEY))).toEqual([true, false, true])
    expect(asked).toEqual([[0], [2]])
  })

  test('is asked once where the first question has no answer, and that is what all of them hear', async () => {
    const away = fail({ code: 'policy/evaluation' as const, message: 'away' })
    const { rego, asked } = engineOf(() => away)
    const answers = await askRegoOfEach(rego, [0, 1, 2].map(documentOf), new Map())
    expect([answers.map((found) => found.get(KEY)), asked]).toEqual([[away, away, away], [[0]]])
  })
})
