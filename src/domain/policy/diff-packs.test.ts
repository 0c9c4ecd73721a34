import { expect, test } from 'vitest'
import { packOf, plainRule, suiteRule } from '../../../test/support/release-fixture.ts'
import { diffPacks, type RuleChangeEffect } from './diff-packs.ts'
import type { PolicyRule } from './policy-pack.ts'

const rule = suiteRule('GH-INJ-001')

test.each<[string, PolicyRule, string, RuleChangeEffect]>([
  ['its expression', { ...rule, expr: 'true' }, 'expr', 'either'],
  ['its condition away', { ...rule, when: 'true' }, 'when', 'stricter'],
  ['its fix', { ...rule, fix: 'do it otherwise' }, 'fix', 'none'],
  ['its age down', { ...rule, maxAgeDays: 1 }, 'maxAgeDays', 'stricter'],
  ['its age up', { ...rule, maxAgeDays: 300 }, 'maxAgeDays', 'looser'],
  ['its mode to shadow', { ...rule, mode: 'shadow' }, 'mode', 'looser'],
  ['its check away', { ...rule, check: undefined }, 'check', 'looser'],
])('a rule that changes %s', (_, changed, field, effect) => {
  const before = { ...rule, when: 'tier == "T1"', maxAgeDays: 30 }
  const after = {
    ...before,
    ...(changed[field as keyof PolicyRule] === rule[field as keyof PolicyRule] ? {} : changed),
  }
  const expected =
    field === 'when'
      ? { ...before, when: 'true' }
      : { ...after, when: before.when, maxAgeDays: field === 'maxAgeDays' ? changed.maxAgeDays : 30 }
  expect(diffPacks(packOf(before), packOf(expected))).toEqual([
    { rule: rule.id, kind: 'changed', fields: [field], effect },
  ])
})

test('rules come and go', () => {
  const other = plainRule('GH-GRD-001', 'true')
  expect(diffPacks(packOf(rule), packOf(rule))).toEqual([])
  expect(diffPacks(packOf(rule), packOf(rule, other))).toMatchObject([{ kind: 'added', effect: 'stricter' }])
  expect(diffPacks(packOf(rule, other), packOf(rule))).toMatchObject([{ kind: 'removed', effect: 'looser' }])
  expect(diffPacks(packOf(rule), packOf(rule, { ...other, mode: 'shadow' }))).toMatchObject([{ effect: 'none' }])
})

test('a bound that moves in one direction says so, and one that moves both ways does not', () => {
  const bound = (T1: number, T2: number): PolicyRule => ({
    ...rule,
    check: { kind: 'suite', purpose: 'red-team', metric: 'attack-success', atMost: { T1, T2, T3: 0.1 } },
  })
  const effectOf = (from: PolicyRule, to: PolicyRule): RuleChangeEffect | undefined =>
    diffPacks(packOf(from), packOf(to))[0]?.effect
  expect(effectOf(bound(0.02, 0.05), bound(0.01, 0.05))).toBe('stricter')
  expect(effectOf(bound(0.02, 0.05), bound(0.03, 0.06))).toBe('looser')
  expect(effectOf(bound(0.02, 0.05), bound(0.01, 0.06))).toBe('either')
})
