import { describe, expect, test } from 'vitest'
import { evidenceOf, NOW, packOf, plainRule, RELEASE, suiteRule } from '../../../test/support/release-fixture.ts'
import { celEngine } from '../../adapters/policy-cel/cel-engine.ts'
import type { PolicyRule } from '../policy/policy-pack.ts'
import { replayPack, type PastDecision, type ReplayedDecision } from './replay-pack.ts'

const past = (overrides: Partial<PastDecision> = {}): PastDecision => ({
  releaseDigest: RELEASE,
  tier: 'T1',
  environment: 'production',
  verdict: 'released',
  decidedAt: NOW,
  manifest: { guard: { preset: 'T1' } },
  facts: {},
  evidence: new Map(),
  outcomes: [
    { rule: 'GH-GRD-001', pack: 'baseline', outcome: 'passed' },
    { rule: 'GH-TOL-001', pack: 'agent', outcome: 'passed' },
  ],
  ...overrides,
})
const guard = plainRule('GH-GRD-001', 'manifest.guard.preset == "T1"', { when: 'true' })
const replay = (rules: readonly PolicyRule[], of: PastDecision = past()): ReplayedDecision =>
  replayPack(celEngine(), packOf(...rules), of)

describe('a changed pack on a past decision', () => {
  test('changes nothing where its rules say the same', () =>
    expect(replay([guard])).toEqual({ changes: [], before: 'released', after: 'released' }))

  test('names the rule that would have failed', () =>
    expect(replay([{ ...guard, expr: 'manifest.guard.preset == "T3"' }])).toEqual({
      changes: [{ rule: 'GH-GRD-001', before: 'passed', after: 'failed' }],
      before: 'released',
      after: 'blocked',
    }))

  test('names rules that come and go', () =>
    expect(replay([plainRule('GH-NEW-001', 'true', { when: 'true' })]).changes).toEqual([
      { rule: 'GH-GRD-001', before: 'passed', after: 'none' },
      { rule: 'GH-NEW-001', before: 'none', after: 'passed' },
    ]))

  test('asks the evidence of then, however old it is now, and has none for a check that nobody made', () => {
    const rule = suiteRule('GH-INJ-001', { when: 'true', maxAgeDays: 1 })
    const outcomes = [{ rule: 'GH-INJ-001', pack: 'baseline', outcome: 'passed' }]
    const evidence = new Map([['GH-INJ-001', evidenceOf('GH-INJ-001', { finishedAt: NOW })]])
    expect(replay([rule], past({ outcomes, evidence })).changes).toEqual([])
    expect(replay([rule], past({ outcomes })).changes).toEqual([
      { rule: 'GH-INJ-001', before: 'passed', after: 'errored' },
    ])
  })

  test('keeps an exception for the rule that it was for, and for no other', () => {
    const outcomes = [{ rule: 'GH-GRD-001', pack: 'baseline', outcome: 'excepted' }]
    const off = past({ outcomes, manifest: { guard: { preset: 'none' } } })
    expect(replay([guard], off).changes).toEqual([])
    expect(replay([guard, { ...guard, id: 'GH-GRD-002' }], off)).toMatchObject({
      changes: [{ rule: 'GH-GRD-002', before: 'none', after: 'failed' }],
      after: 'blocked',
    })
  })
})
