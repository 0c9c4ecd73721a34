import { describe, expect, test } from 'vitest'
import { DAY_MS, epochMs } from '../../base/instant.ts'
import type { Tier } from '../manifest/manifest.ts'
import type { ControlAssessment, ControlStatus } from './assess-control.ts'
import { gapsOf, roadmapOf, type ControlGap } from './find-gaps.ts'

const NOW = epochMs(1_800_000_000_000)
const assessment = (id: string, status: ControlStatus, checks: readonly string[] = []): ControlAssessment => ({
  control: {
    id,
    title: id,
    risk: 'a risk',
    statement: 'a statement',
    implementedIn: ['data'],
    checks,
    attestations: [],
    records: [],
    owner: 'somebody',
    tiers: ['T1', 'T2', 'T3'],
    cadence: 'yearly',
    crosswalks: [],
    catalogue: 'test',
  },
  status,
  requirements: [
    { kind: 'check', id: 'R-1', status: 'failed', detail: 'it failed', at: NOW },
    { kind: 'check', id: 'R-2', status: 'met', detail: 'it passed', at: NOW },
  ],
})
const context = { severityOf: new Map([['R-1', 'critical'] as const, ['R-2', 'low'] as const]), now: NOW }
const gaps = (tier: Tier, ...assessments: readonly ControlAssessment[]): readonly ControlGap[] =>
  gapsOf({ name: `shop-${tier.toLowerCase()}`, tier }, assessments, context)

describe('a gap', () => {
  test('is every control that applies and is not evidenced', () => {
    const statuses: readonly ControlStatus[] = [
      ...(['evidenced', 'partly-evidenced', 'excepted', 'failing', 'not-evidenced', 'not-applicable'] as const),
    ]
    const found = gaps('T1', ...statuses.map((status) => assessment(`C-${status}`, status)))
    expect(found.map(({ status }) => status)).toEqual(['partly-evidenced', 'excepted', 'failing', 'not-evidenced'])
  })

  test('says what is missing and not what is there, and weighs as its worst check', () => {
    const [gap] = gaps('T1', assessment('C-1', 'failing', ['R-1', 'R-2']))
    expect(gap).toMatchObject({ severity: 'critical', rank: 48, dueAt: NOW + 7 * DAY_MS })
    expect(gap?.missing).toEqual(['check R-1: it failed'])
  })

  test('of a paper is medium, and a lower tier has more time', () => {
    expect(gaps('T1', assessment('C-1', 'not-evidenced'))[0]).toMatchObject({ severity: 'medium', rank: 18 })
    expect(gaps('T3', assessment('C-1', 'not-evidenced'))[0]).toMatchObject({ rank: 6, dueAt: NOW + 90 * DAY_MS })
  })
})

test('the roadmap goes by date, then by weight', () => {
  const all = roadmapOf([
    ...gaps('T3', assessment('C-3', 'failing', ['R-1'])),
    ...gaps('T1', assessment('C-1', 'excepted', ['R-1']), assessment('C-2', 'failing', ['R-1'])),
  ])
  expect(all.map(({ control }) => control)).toEqual(['C-2', 'C-1', 'C-3'])
})
