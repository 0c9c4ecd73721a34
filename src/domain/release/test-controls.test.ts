import { describe, expect, test } from 'vitest'
import { packOf, plainRule, suiteRule } from '../../../test/support/release-fixture.ts'
import { celEngine } from '../../adapters/policy-cel/cel-engine.ts'
import { celMutants } from '../../adapters/policy-cel/cel-mutants.ts'
import { epochMs } from '../../base/instant.ts'
import { ok } from '../../base/result.ts'
import type { PolicyRule } from '../policy/policy-pack.ts'
import { regoKey, type RuleInputs } from './decide-release.ts'
import { testControls, type ControlsTest, type TestControlsInputs } from './test-controls.ts'
import { weakenManifest } from './weaken-manifest.ts'

const MANIFEST = {
  guard: { preset: 'T1', output: { links: { images: false } } },
  components: { models: [{ id: 'main', model: 'model-1' }], tools: [{ id: 'pay', effect: 'external', limits: {} }] },
}

const run = (options: Partial<TestControlsInputs>): Promise<ControlsTest> =>
  testControls({
    askRego: async () => [],
    engine: celEngine(),
    mutantsOf: celMutants,
    equivalents: [],
    isMetadataComplete: () => true,
    packs: [],
    tier: 'T1',
    environment: 'local',
    manifest: MANIFEST,
    facts: {},
    now: epochMs(1_800_000_000_000),
    ...options,
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
  test('is noticed by the rule that asks for it, and is decoration where no rule does', async () => {
    const declared = (await run({ packs: [packOf(guardRule)] })).removed.filter(({ kind }) => kind === 'declaration')
    expect(declared.find(({ control }) => control === 'CTL-SEC-003')).toMatchObject({
      status: 'killed',
      by: 'GH-GRD-001',
    })
    expect(declared.find(({ control }) => control === 'CTL-AGT-008')).toMatchObject({ status: 'survived', by: '' })
  })

  test('is not noticed by a rule that ceases to apply', async () => {
    const shy = { ...guardRule, when: 'manifest.guard.preset != "none"', expr: 'true' }
    const [found] = (await run({ packs: [packOf(shy)] })).removed.filter(
      ({ kind, control }) => kind === 'declaration' && control === 'CTL-SEC-003',
    )
    expect(found?.status).toBe('survived')
  })

  test('as evidence is noticed whether it failed, erred, is missing or stale', async () => {
    const { removed } = await run({
      packs: [packOf(suiteRule('GH-INJ-001', { when: 'true', controls: ['CTL-SEC-002'] }))],
    })
    const blinded = removed.filter(({ kind }) => kind === 'evidence')
    expect(blinded.map(({ what, status }) => `${what}: ${status}`)).toEqual(
      ['failed', 'inconclusive', 'errored', 'missing', 'stale'].map((as) => `the check of GH-INJ-001 is ${as}: killed`),
    )
  })

  test('as a rule is noticed by the tests of the rule, or survives', async () => {
    const rules = async (tests: PolicyRule['tests']): Promise<readonly string[]> =>
      (await run({ packs: [packOf({ ...guardRule, tests })] })).removed
        .filter(({ kind, status }) => kind === 'rule' && status === 'survived')
        .map(({ what }) => what)
    expect(await rules(guardRule.tests)).toEqual([])
    expect(await rules(guardRule.tests.slice(0, 1))).toContain('GH-GRD-001 expr constant: true')
  })
})

test('a Rego rule notices by what its engine says of each document, and errs where nobody is asked', async () => {
  const rego = {
    ...guardRule,
    expr: 'data.gatehouse.release.guarded',
    rego: 'gatehouse/release/guarded',
  }
  const pack = {
    ...packOf(rego),
    engine: { kind: 'opa-remote' as const, endpoint: 'house' },
  }
  const saysGuarded = ({ manifest }: RuleInputs): RuleInputs['rego'] =>
    new Map([[regoKey(pack, rego), ok(!JSON.stringify(manifest).includes('"preset":"none"'))]])
  const asked = await run({ packs: [pack], askRego: async (each) => each.map(saysGuarded) })
  expect(asked.alreadyFailing).toEqual([])
  expect(asked.removed.find(({ what }) => what === 'guard.preset becomes "none"')).toMatchObject({
    status: 'killed',
    by: 'GH-GRD-001',
  })
  const unasked = await run({ packs: [pack] })
  expect(unasked.alreadyFailing).toEqual(['GH-GRD-001'])
})

test('a rule that does not pass to begin with is named, and shows nothing', async () => {
  const broken = { ...guardRule, expr: 'manifest.guard.preset == "none"' }
  const { alreadyFailing, removed } = await run({ packs: [packOf(broken)] })
  expect(alreadyFailing).toEqual(['GH-GRD-001'])
  expect(removed.filter(({ kind, status }) => kind === 'declaration' && status === 'killed')).toEqual([])
})
