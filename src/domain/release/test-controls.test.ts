import { describe, expect, test } from 'vitest'
import { packOf, plainRule, suiteRule } from '../../../test/support/release-fixture.ts'
import { celEngine } from '../../adapters/policy-cel/cel-engine.ts'
import { celMutants } from '../../adapters/policy-cel/cel-mutants.ts'
import { epochMs } from '../../base/instant.ts'
import type { PolicyRule } from '../policy/policy-pack.ts'
import { testControls, type ControlsTest } from './test-controls.ts'
import { weakenManifest } from './weaken-manifest.ts'

const MANIFEST = {
  guard: { preset: 'T1', output: { links: { images: false } } },
  components: { models: [{ id: 'main', model: 'model-1' }], tools: [{ id: 'pay', effect: 'external', limits: {} }] },
}

const run = (...rules: readonly PolicyRule[]): ControlsTest =>
  testControls({
    engine: celEngine(),
    mutantsOf: celMutants,
    equivalents: [],
    isMetadataComplete: () => true,
    packs: [packOf(...rules)],
    tier: 'T1',
    environment: 'local',
    manifest: MANIFEST,
    facts: {},
    now: epochMs(1_800_000_000_000),
  })

const guardRule = plainRule('GH-GRD-001', 'manifest.guard.preset != "none"', {
  when: 'true',
  controls: ['CTL-SEC-003'],
  tests: [
    { name: 'on', input: { manifest: { guard: { preset: 'T1' } } }, expect: 'pass' },
    { name: 'off', input: { manifest: { guard: { preset: 'none' } } }, expect: 'fail' },
  ],
})

describe('a manifest is weakened', () => {
  test('one safeguard at a time, each under its control, and only those that it has', () => {
    expect(weakenManifest(MANIFEST).map(({ control, what }) => `${control} ${what}`)).toEqual([
      'CTL-SEC-006 guard.output.links is taken away',
      'CTL-SEC-003 guard.preset becomes "none"',
      'CTL-PRV-001 data.capture becomes "full"',
      'CTL-AGT-008 limits of tools `pay` is taken away',
      'CTL-SUP-001 model `main` is no longer pinned',
    ])
  })

  test('and says which of them act on traffic', () => {
    expect(
      weakenManifest(MANIFEST)
        .filter(({ isRunTime }) => isRunTime)
        .map(({ control }) => control),
    ).toEqual(['CTL-SEC-006', 'CTL-SEC-003', 'CTL-AGT-008'])
  })

  test('and is otherwise as it was', () => {
    const [, off] = weakenManifest(MANIFEST)
    expect(off?.manifest).toEqual({ ...MANIFEST, guard: { ...MANIFEST.guard, preset: 'none' } })
    expect(MANIFEST.guard.preset).toBe('T1')
  })
})

describe('a control that is taken away', () => {
  test('is noticed by the rule that asks for it, and is decoration where no rule does', () => {
    const declared = run(guardRule).removed.filter(({ kind }) => kind === 'declaration')
    expect(declared.find(({ control }) => control === 'CTL-SEC-003')).toMatchObject({
      status: 'killed',
      by: 'GH-GRD-001',
    })
    expect(declared.find(({ control }) => control === 'CTL-AGT-008')).toMatchObject({ status: 'survived', by: '' })
  })

  test('is not noticed by a rule that ceases to apply', () => {
    const shy = { ...guardRule, when: 'manifest.guard.preset != "none"', expr: 'true' }
    const [found] = run(shy).removed.filter(({ kind, control }) => kind === 'declaration' && control === 'CTL-SEC-003')
    expect(found?.status).toBe('survived')
  })

  test('as evidence is noticed whether it failed, erred, is missing or stale', () => {
    const { removed } = run(suiteRule('GH-INJ-001', { when: 'true', controls: ['CTL-SEC-002'] }))
    const blinded = removed.filter(({ kind }) => kind === 'evidence')
    expect(blinded.map(({ what, status }) => `${what}: ${status}`)).toEqual(
      ['failed', 'inconclusive', 'errored', 'missing', 'stale'].map((as) => `the check of GH-INJ-001 is ${as}: killed`),
    )
  })

  test('as a rule is noticed by the tests of the rule, or survives', () => {
    const rules = (tests: PolicyRule['tests']): readonly string[] =>
      run({ ...guardRule, tests })
        .removed.filter(({ kind, status }) => kind === 'rule' && status === 'survived')
        .map(({ what }) => what)
    expect(rules(guardRule.tests)).toEqual([])
    expect(rules(guardRule.tests.slice(0, 1))).toContain('GH-GRD-001 expr constant: true')
  })
})

test('a rule that does not pass to begin with is named, and shows nothing', () => {
  const broken = { ...guardRule, expr: 'manifest.guard.preset == "none"' }
  const { alreadyFailing, removed } = run(broken)
  expect(alreadyFailing).toEqual(['GH-GRD-001'])
  expect(removed.filter(({ kind, status }) => kind === 'declaration' && status === 'killed')).toEqual([])
})
