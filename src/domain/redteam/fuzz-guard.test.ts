import { describe, expect, test } from 'vitest'
import { parseCases } from '../../contract/suite/parse-cases.ts'
import { resolveGuardPolicy, type SidePolicy } from '../guardrail/guard-policy.ts'
import { guardText } from '../guardrail/guard-text.ts'
import { GuardFuzzer, NO_TECHNIQUE, seedsFor, type FuzzReport, type GuardSide } from './fuzz-guard.ts'
import { regressionCase } from './regression-case.ts'
import { seededRandom } from './seeded-random.ts'
import { valueSeeds } from './value-seeds.ts'

const T1 = resolveGuardPolicy(undefined, 'T1')
const OFF = resolveGuardPolicy({ preset: 'none' }, 'T1').input

function fuzz(side: GuardSide, policy: SidePolicy, tries = 1_500, seed = 3): FuzzReport {
  const fuzzer = new GuardFuzzer(side, policy, seededRandom(seed))
  for (let at = 0; at < tries; at++) fuzzer.step()
  return fuzzer.report()
}

const REPORTS = (['input', 'document', 'output'] as const).map((side) => [side, fuzz(side, T1[side])] as const)

describe.each(REPORTS)('on %s', (side, report) => {
  test('the same seed gives the same report, another seed another', () => {
    expect(fuzz(side, T1[side])).toEqual(report)
    expect(fuzz(side, T1[side], 1_500, 4)).not.toEqual(report)
  })

  test('every try counts, and technique and goal each account for every bypass', () => {
    const sum = (rows: FuzzReport['byGoal']): number => rows.reduce((total, [, count]) => total + count, 0)
    expect(report.tries).toBe(1_500)
    expect(sum(report.byTechnique)).toBe(report.bypasses)
    expect(sum(report.byGoal)).toBe(report.bypasses)
    expect(report.coverage).toBeGreaterThan(5)
  })

  test('every way past is kept once and really passes', () => {
    expect(report.kept.length).toBeGreaterThan(0)
    expect(new Set(report.kept.map(({ technique, goal }) => `${technique} ${goal}`)).size).toBe(report.kept.length)
    for (const { seed, score, action } of report.kept) {
      expect(action).not.toBe('block')
      if (seed.type === 'attack' && action !== 'redact') expect(score).toBeLessThan(T1[side].injection.at)
    }
  })

  test('the cases of what passed are cases of a suite', () => {
    const lines = report.kept.map((bypass, index) => JSON.stringify(regressionCase(bypass, side, index + 1)))
    const parsed = parseCases('guard.jsonl', lines.join('\n'))
    expect(parsed.ok ? parsed.value.length : parsed.failure).toBe(report.kept.length)
  })
})

describe('a guard', () => {
  test('that asks for nothing has no seeds, and tries of it find nothing', () => {
    const fuzzer = new GuardFuzzer('input', OFF, seededRandom(1))
    expect(fuzzer.hasSeeds).toBe(false)
    fuzzer.step()
    expect(fuzzer.report()).toMatchObject({ tries: 1, bypasses: 0, kept: [], seeds: 0 })
  })

  test('that looks for nothing it is asked for is passed by every attack in the open', () => {
    const { missedOpen, seeds, byTechnique, tries, bypasses } = fuzz(
      'input',
      {
        ...OFF,
        injection: { at: 1, action: 'block' },
      },
      60,
    )
    expect(tries).toBe(60)
    expect(missedOpen).toBe(60)
    expect(seeds).toBeGreaterThanOrEqual(60)
    expect(byTechnique).toEqual([[NO_TECHNIQUE, bypasses]])
  })
})

describe('seeds of values', () => {
  test.each(['pii', 'secret', 'link'] as const)('are taken only where the policy asks about them: %s', (category) => {
    const asking: SidePolicy = {
      ...OFF,
      ...(category === 'pii' ? { pii: 'log' } : {}),
      ...(category === 'secret' ? { secrets: 'redact' } : {}),
      ...(category === 'link' ? { links: { allow: [], images: false } } : {}),
    }
    const seeds = seedsFor(asking, seededRandom(1))
    expect(seeds.length).toBeGreaterThan(5)
    expect(seeds.every((seed) => seed.type === 'value' && seed.category === category)).toBe(true)
  })

  test('are of the kind they are named after', () => {
    const asking: SidePolicy = { ...OFF, pii: 'log', secrets: 'log' }
    for (let seed = 0; seed < 20; seed++)
      for (const { kind, category, text } of valueSeeds(seededRandom(seed))) {
        if (category === 'link') continue
        expect([text, guardText(text, asking).findings.map(({ detector }) => detector)]).toEqual([
          text,
          expect.arrayContaining([kind]),
        ])
      }
  })
})
