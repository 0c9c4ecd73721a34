import { describe, expect, test } from 'vitest'
import { stdlibDistributions } from '../../adapters/statistics/stdlib-distributions.ts'
import { RunFigures } from './run-figures.ts'
import type { TrialRecord } from './trial-record.ts'

type Scored = Partial<Extract<TrialRecord['result'], { readonly kind: 'scored' }>>

function scored(caseIndex: number, trial: number, isHeld: boolean, more: Scored = {}): TrialRecord {
  const misses = isHeld ? [] : [{ scorer: 'contains', why: 'no' }]
  return {
    at: [caseIndex, 0, trial],
    id: `c-${caseIndex}`,
    result: {
      kind: 'scored',
      score: { misses, noVerdicts: [], values: [] },
      reply: '',
      ...more,
    } as TrialRecord['result'],
  }
}

const errored = (caseIndex: number): TrialRecord => ({
  at: [caseIndex, 0, 0],
  id: `c-${caseIndex}`,
  result: { kind: 'errored', failure: 'timeout', why: 'late' },
})

function figuresOf(...records: readonly TrialRecord[]): RunFigures {
  const figures = new RunFigures()
  for (const record of records) figures.add('run', record)
  return figures
}

describe('figures of a run', () => {
  test('count a case as held when all of its trials held, and leave one without verdict out', () => {
    const figures = figuresOf(
      scored(0, 0, true),
      scored(0, 1, false),
      scored(1, 0, true),
      scored(1, 1, true),
      errored(2),
    )
    expect(figures.held(stdlibDistributions)).toMatchObject({ estimate: 0.5, n: 2 })
    expect(figures.errored).toBe(1)
    expect(figures.clusters('task-success')).toBeUndefined()
  })

  test('know no cost where some case has none, and leave void latencies out', () => {
    const priced = scored(0, 0, true, { costMicroUsd: 2_000, latencyMs: 10 })
    const other = scored(1, 0, true, { costMicroUsd: 4_000, latencyMs: 30 })
    const unsound = scored(2, 0, true, { costMicroUsd: 6_000, latencyMs: 999, latencyVoid: 'a cache answered' })
    const figures = figuresOf(priced, other, unsound)
    expect(figures.cost(stdlibDistributions)?.estimate).toBeCloseTo(0.004, 12)
    expect(figures.latency(stdlibDistributions)).toMatchObject({ estimate: 20, n: 2 })
    expect(figuresOf(priced, scored(3, 0, true)).cost(stdlibDistributions)).toBeNull()
    expect(figuresOf().cost(stdlibDistributions)).toBeNull()
    expect(figuresOf(priced).latency(stdlibDistributions)).toEqual({ estimate: 10, low: null, high: null, n: 1 })
  })

  test('keep cases of two runs apart when they are taken together', () => {
    const [one, other] = [new RunFigures(), new RunFigures()]
    one.add('a', scored(0, 0, true))
    other.add('b', scored(0, 0, false))
    one.merge(other)
    expect(one.clusters('attack-success')).toEqual([
      { events: 0, trials: 1 },
      { events: 1, trials: 1 },
    ])
  })
})
