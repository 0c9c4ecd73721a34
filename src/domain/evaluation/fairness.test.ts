import { array, assert, boolean, constantFrom, option, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stdlibDistributions } from '../../adapters/statistics/stdlib-distributions.ts'
import { fairnessOf, pairedGroups, type FairnessDecision, type PairedOutcome } from './fairness.ts'

/** So many decisions of a group, of which so many are favourable. */
function decisions(group: string, n: number, selected: number, actual?: boolean): readonly FairnessDecision[] {
  return Array.from({ length: n }, (_, at) => ({
    group,
    selected: at < selected,
    ...(actual === undefined ? {} : { actual }),
  }))
}

describe('group fairness', () => {
  test('has the difference of two rates with the interval that Newcombe gives in his example', () => {
    // 56 of 70 against 48 of 80 (Statistics in Medicine 17 (1998), table II, example a, method 10).
    const report = fairnessOf([...decisions('a', 70, 56), ...decisions('b', 80, 48)], 'b')
    const [contrast] = report?.demographicParity ?? []
    expect(contrast).toMatchObject({ group: 'a', reference: 'b' })
    expect(contrast?.difference).toBeCloseTo(0.2, 10)
    expect(contrast?.low).toBeCloseTo(0.0524, 4)
    expect(contrast?.high).toBeCloseTo(0.3339, 4)
  })

  test('has the ratio of selection rates, and its interval holds one where nothing differs', () => {
    const same = fairnessOf([...decisions('a', 200, 100), ...decisions('b', 200, 100)])?.selectionRatio[0]
    expect(same?.ratio).toBeCloseTo(1, 10)
    expect(same?.low).toBeLessThan(1)
    expect(same?.high).toBeGreaterThan(1)
    const adverse = fairnessOf([...decisions('a', 2_000, 500), ...decisions('b', 2_000, 1_000)], 'b')?.selectionRatio[0]
    expect(adverse?.high).toBeLessThan(0.8)
  })

  test('measures equalised odds among those who deserved it and among those who did not', () => {
    const report = fairnessOf(
      [
        ...decisions('a', 100, 90, true),
        ...decisions('a', 100, 10, false),
        ...decisions('b', 100, 60, true),
        ...decisions('b', 100, 20, false),
      ],
      'a',
    )
    expect(report?.equalOpportunity[0]?.difference).toBeCloseTo(-0.3, 10)
    expect(report?.falsePositiveParity[0]?.difference).toBeCloseTo(0.1, 10)
    expect(report?.equalisedOdds).toBeCloseTo(0.3, 10)
  })

  test('says nothing of odds where no truth is known, and nothing at all of an unknown reference', () => {
    const all = [...decisions('a', 10, 5), ...decisions('b', 10, 5)]
    expect(fairnessOf(all)).toMatchObject({ equalOpportunity: [], falsePositiveParity: [], equalisedOdds: null })
    expect(fairnessOf(all, 'c')).toBeUndefined()
    expect(fairnessOf([])).toBeUndefined()
  })

  test('keeps every figure within its interval, whatever the table, and does not depend on the order of its rows', () => {
    const row = record({
      group: constantFrom('a', 'b', 'c'),
      selected: boolean(),
      actual: option(boolean(), { nil: undefined }),
    })
    assert(
      property(array(row, { minLength: 1, maxLength: 60 }), (rows) => {
        const report = fairnessOf(rows, rows[0]?.group)
        expect(fairnessOf(rows.toReversed(), rows[0]?.group)).toEqual(report)
        for (const { difference, low, high } of [
          ...(report?.demographicParity ?? []),
          ...(report?.equalOpportunity ?? []),
          ...(report?.falsePositiveParity ?? []),
        ]) {
          expect(low).toBeLessThanOrEqual(difference)
          expect(high).toBeGreaterThanOrEqual(difference)
        }
        for (const { ratio, low, high } of report?.selectionRatio ?? []) {
          expect(low).toBeLessThanOrEqual(ratio)
          expect(high).toBeGreaterThanOrEqual(ratio)
        }
      }),
    )
  })
})

describe('counterfactual pairs', () => {
  const pairs = (counts: {
    readonly both: number
    readonly onlyA: number
    readonly onlyB: number
  }): readonly PairedOutcome[] => {
    const outcomes: PairedOutcome[] = []
    const add = (count: number, a: boolean, b: boolean): void => {
      for (let at = 0; at < count; at++) {
        const pair = `p${outcomes.length}`
        outcomes.push({ pair, group: 'a', held: a }, { pair, group: 'b', held: b })
      }
    }
    add(counts.both, true, true)
    add(counts.onlyA, true, false)
    add(counts.onlyB, false, true)
    return outcomes
  }

  test('compare the answers to the same case: the exact McNemar test looks at those that differ', () => {
    const [contrast] = pairedGroups(stdlibDistributions, pairs({ both: 90, onlyA: 9, onlyB: 1 }))?.contrasts ?? []
    expect(contrast).toMatchObject({ group: 'b', reference: 'a', pairs: 100, onlyReferenceHeld: 9, onlyGroupHeld: 1 })
    expect(contrast?.difference).toBeCloseTo(-0.08, 10)
    // Twice the chance of at most one head in ten throws: 22/1024.
    expect(contrast?.pValue).toBeCloseTo(22 / 1_024, 10)
    expect(contrast?.high).toBeLessThan(0)
  })

  test('that never differ show no difference, and half a pair is none', () => {
    const [even] = pairedGroups(stdlibDistributions, pairs({ both: 50, onlyA: 0, onlyB: 0 }))?.contrasts ?? []
    expect(even).toMatchObject({ difference: 0, pValue: 1 })
    const lone: PairedOutcome = { pair: 'lone', group: 'a', held: true }
    expect(pairedGroups(stdlibDistributions, [lone])).toBeNull()
    const [same] =
      pairedGroups(stdlibDistributions, [...pairs({ both: 50, onlyA: 0, onlyB: 0 }), lone])?.contrasts ?? []
    expect(same?.pairs).toBe(50)
  })
})
