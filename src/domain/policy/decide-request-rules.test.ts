import { describe, expect, test } from 'vitest'
import { packOf, plainRule } from '../../../test/support/release-fixture.ts'
import { celEngine } from '../../adapters/policy-cel/cel-engine.ts'
import { decideRequestRules, type RequestFacts } from './decide-request-rules.ts'
import type { PolicyPack, PolicyRule } from './policy-pack.ts'

const engine = celEngine()
const FACTS: RequestFacts = {
  tier: 'T1',
  environment: 'production',
  manifest: {},
  subject: {
    isVerified: true,
    tenant: 'northwind',
    principal: 'ana',
    roles: ['agent'],
    email: 'ana@northwind.example',
  },
  tool: { id: 'send_email', effect: 'external' },
  args: { to: 'bob@southwind.example' },
  labels: { integrity: 'user', confidentiality: 'tenant' },
  session: { calls: {}, total: 0 },
}
const request = (...rules: readonly PolicyRule[]): PolicyPack => ({ ...packOf(...rules), scope: 'request' })
const rule = (id: string, expr: string, overrides: Partial<PolicyRule> = {}): PolicyRule =>
  plainRule(id, expr, { when: 'true', ...overrides })
const decide = (...packs: readonly PolicyPack[]) => decideRequestRules(engine, packs, FACTS)

describe('rules on a tool call', () => {
  test.each<[string, readonly PolicyRule[], string, string | undefined]>([
    ['that hold let it pass', [rule('R-1', 'subject.isVerified')], 'allow', undefined],
    ['that do not hold stop it', [rule('R-1', 'args.to.endsWith("@northwind.example")')], 'block', 'R-1'],
    ['that do not apply say nothing', [rule('R-1', 'false', { when: 'tool.effect == "read"' })], 'allow', undefined],
    ['may ask for approval', [rule('R-1', 'false', { effect: 'require-approval' })], 'require-approval', 'R-1'],
    [
      'that stop outweigh those that ask, in either order',
      [rule('R-1', 'false', { effect: 'require-approval' }), rule('R-2', 'false')],
      'block',
      'R-2',
    ],
    [
      'that ask do not soften those that stop',
      [rule('R-1', 'false'), rule('R-2', 'false', { effect: 'require-approval' })],
      'block',
      'R-1',
    ],
    ['that read an absent key stop it', [rule('R-1', 'args.cc == ""')], 'block', 'R-1'],
    [
      'that cannot be evaluated stop it, though their effect is approval',
      [rule('R-1', 'args.cc == ""', { effect: 'require-approval' })],
      'block',
      'R-1',
    ],
    ['whose condition cannot be evaluated stop it', [rule('R-1', 'true', { when: 'args.cc == ""' })], 'block', 'R-1'],
    ['that name another variable stop it', [rule('R-1', 'evidence.x == 1')], 'block', 'R-1'],
    ['in shadow stop nothing', [rule('R-1', 'false', { mode: 'shadow' })], 'allow', undefined],
  ])('%s', (_, rules, decision, decidedBy) => {
    const decided = decide(request(...rules))
    expect(decided.decision).toBe(decision)
    expect(decided.decidedBy?.rule).toBe(decidedBy)
  })

  test('in shadow are recorded with what they would have said', () => {
    expect(decide(request(rule('R-1', 'false', { mode: 'shadow' }))).results).toMatchObject([
      { rule: 'R-1', mode: 'shadow', outcome: 'does-not-hold' },
    ])
  })

  test('of a pack on releases are none', () => {
    expect(decide(packOf(rule('R-1', 'false')))).toEqual({ decision: 'allow', decidedBy: undefined, results: [] })
  })

  describe('that are not done when their time is over', () => {
    /** Time is over after so many rules have been begun. */
    const decideWithin = (begun: number, ...rules: readonly PolicyRule[]) => {
      let asked = 0
      return decideRequestRules(engine, [request(...rules)], FACTS, () => (asked += 1) > begun)
    }

    test('stop it: what nobody evaluated does not hold, whatever its condition and its effect', () => {
      const late = rule('R-2', 'true', { when: 'false', effect: 'require-approval' })
      expect(decideWithin(1, rule('R-1', 'true'), late)).toMatchObject({
        decision: 'block',
        decidedBy: { rule: 'R-2', outcome: 'errored', message: expect.stringContaining('took too long') },
      })
    })

    test('in shadow stop nothing and are recorded as errors', () => {
      const late = rule('R-2', 'true', { mode: 'shadow' })
      expect(decideWithin(1, rule('R-1', 'true'), late)).toMatchObject({
        decision: 'allow',
        results: [
          { rule: 'R-1', outcome: 'holds' },
          { rule: 'R-2', outcome: 'errored' },
        ],
      })
    })

    test('change nothing of what was evaluated in time', () => {
      expect(decideWithin(2, rule('R-1', 'true'), rule('R-2', 'true')).decision).toBe('allow')
    })
  })
})
