import fc from 'fast-check'
import { expect, test } from 'vitest'
import { epochMs } from '../../base/instant.ts'
import type { Tier } from '../manifest/manifest.ts'
import { GAP_SEVERITIES, type ControlGap } from './find-gaps.ts'
import { rankPortfolio } from './rank-portfolio.ts'

const gap = (system: string, rank: number, change: Partial<ControlGap> = {}): ControlGap => ({
  system,
  tier: 'T1',
  control: 'CTL-A-1',
  title: '',
  risk: '',
  owner: '',
  status: 'failing',
  severity: 'high',
  missing: [],
  rank,
  dueAt: epochMs(rank * 1_000),
  ...change,
})
const named = (name: string, tier: Tier = 'T1') => ({ name, tier })

test('the tier goes before the risk, and the heaviest gap before the sum', () => {
  const ranked = rankPortfolio(
    [named('calm'), named('many'), named('heavy'), named('internal', 'T3')],
    [gap('many', 10), gap('many', 10), gap('heavy', 12), gap('internal', 48)],
  )
  expect(ranked.map(({ system, worst, risk }) => [system, worst, risk])).toEqual([
    ['heavy', 12, 12],
    ['many', 10, 20],
    ['calm', 0, 0],
    ['internal', 48, 48],
  ])
})

test('a line counts its gaps by severity and says what is due first', () => {
  const [line] = rankPortfolio([named('a')], [gap('a', 5), gap('a', 2, { severity: 'low' }), gap('b', 1)])
  expect(line).toMatchObject({ gaps: { critical: 0, high: 1, medium: 0, low: 1 }, nextDueAt: 2_000 })
  expect(rankPortfolio([named('a')], [])[0]?.nextDueAt).toBeNull()
})

test('no system is lost, no gap is counted twice, and the order of the input does not matter', () => {
  const gaps = fc.array(
    fc.record({
      system: fc.constantFrom('a', 'b', 'c'),
      rank: fc.integer({ min: 1, max: 48 }),
      severity: fc.constantFrom(...GAP_SEVERITIES),
    }),
    { maxLength: 20 },
  )
  fc.assert(
    fc.property(gaps, (some) => {
      const all = some.map(({ system, rank, severity }) => gap(system, rank, { severity }))
      const systems = ['a', 'b', 'c'].map((name) => named(name))
      const ranked = rankPortfolio(systems, all)
      expect(ranked).toHaveLength(3)
      expect(ranked.reduce((sum, { gaps: of }) => sum + of.critical + of.high + of.medium + of.low, 0)).toBe(all.length)
      expect(rankPortfolio(systems.toReversed(), all.toReversed())).toEqual(ranked)
    }),
  )
})
