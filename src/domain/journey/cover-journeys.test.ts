import { assert, constantFrom, property, array, record, integer, subarray } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS, epochMs } from '../../base/instant.ts'
import type { SuiteCase } from '../evaluation/suite.ts'
import type { Journey } from '../manifest/manifest.ts'
import { coverJourneys, describeGap, undeclaredJourneys, UNSTATED, type CoveringSuite } from './cover-journeys.ts'

const REFUND: Journey = { id: 'refund', risk: 'medium', text: 'A customer asks for money back' }

function suiteCase(id: string, options: Partial<SuiteCase> = {}): SuiteCase {
  const subject = { tenant: 't', principal: 'p', roles: [] }
  return {
    id,
    tags: [],
    risks: [],
    subject,
    turns: ['x'],
    expect: [],
    file: 'c.jsonl',
    line: 1,
    ...options,
  } as SuiteCase
}

function suite(cases: readonly SuiteCase[], options: Partial<CoveringSuite> = {}): CoveringSuite {
  return { id: 'benign', cases, isRead: true, ...options }
}

const refunds = (count: number, options: Partial<SuiteCase> = {}): readonly SuiteCase[] =>
  Array.from({ length: count }, (_, at) => suiteCase(`c-${at}`, { journeys: ['refund'], ...options }))

const gapsOf = (journey: Journey, suites: readonly CoveringSuite[]): readonly string[] =>
  coverJourneys([journey], suites).flatMap(({ gaps }) => gaps.map(describeGap))

describe('a journey', () => {
  test.each([
    { risk: 'low', cases: 1, gaps: [] },
    { risk: 'low', cases: 0, gaps: ['0 of 1 cases'] },
    { risk: 'medium', cases: 3, gaps: [] },
    { risk: 'medium', cases: 2, gaps: ['2 of 3 cases'] },
    { risk: 'high', cases: 5, gaps: [] },
    { risk: 'high', cases: 4, gaps: ['4 of 5 cases'] },
  ] as const)('of $risk risk with $cases cases has the gaps $gaps', ({ risk, cases, gaps }) => {
    expect(gapsOf({ ...REFUND, risk }, [suite(refunds(cases))])).toEqual(gaps)
  })

  test('says itself how many cases it needs', () => {
    expect(gapsOf({ ...REFUND, casesMin: 10 }, [suite(refunds(9))])).toEqual(['9 of 10 cases'])
  })

  test('needs a case in each language and for each risk that it names', () => {
    const journey = { ...REFUND, languages: ['en', 'de'], risks: ['LLM06', 'LLM02'] }
    const cases = refunds(3, { language: 'en', risks: ['LLM06'] })
    expect(gapsOf(journey, [suite(cases)])).toEqual(['no case in language `de`', 'no case for risk `LLM02`'])
  })

  test('is not covered by cases that no check reads', () => {
    expect(gapsOf(REFUND, [suite(refunds(3), { id: 'quality', isRead: false }), suite(refunds(1))])).toEqual([
      '1 of 3 cases; 3 more are in suites that no check reads',
    ])
  })

  test('counts a case with two risks in both cells, and one without in the cell of what is unstated', () => {
    const cases = [
      suiteCase('a', { journeys: ['refund'], risks: ['LLM01', 'LLM06'], language: 'en' }),
      suiteCase('b', { journeys: ['refund'] }),
      suiteCase('c', { journeys: ['other'] }),
    ]
    const [covered] = coverJourneys([REFUND], [suite(cases)])
    expect(covered?.cases).toBe(2)
    expect(covered?.cells).toEqual([
      { risk: 'LLM01', language: 'en', cases: 1 },
      { risk: 'LLM06', language: 'en', cases: 1 },
      { risk: UNSTATED, language: UNSTATED, cases: 1 },
    ])
  })
})

describe('the age of evidence', () => {
  const now = epochMs(100 * DAY_MS)
  const ages = (newestAt: number | undefined): readonly string[] =>
    coverJourneys([REFUND], [suite(refunds(3), newestAt === undefined ? {} : { newestAt: epochMs(newestAt) })], {
      now,
      maxAgeDays: 30,
    }).flatMap(({ gaps }) => gaps.map(({ kind }) => kind))

  test.each([
    { newestAt: undefined, kinds: ['no-evidence'] },
    { newestAt: 70 * DAY_MS, kinds: [] },
    { newestAt: 70 * DAY_MS - 1, kinds: ['stale'] },
  ])('of $newestAt gives $kinds', ({ newestAt, kinds }) => {
    expect(ages(newestAt)).toEqual(kinds)
  })

  test('is that of the newest suite that holds a case of the journey', () => {
    const [covered] = coverJourneys(
      [REFUND],
      [
        suite(refunds(3), { newestAt: epochMs(5) }),
        suite(refunds(1), { id: 'red', newestAt: epochMs(9) }),
        suite([suiteCase('z')], { id: 'other', newestAt: epochMs(50) }),
      ],
    )
    expect(covered?.newestAt).toBe(9)
  })
})

test('a journey that only cases know is named with the place of its first case', () => {
  const cases = [
    suiteCase('a', { journeys: ['refund', 'refnud'], line: 4 }),
    suiteCase('b', { journeys: ['refnud'], line: 9 }),
  ]
  expect(undeclaredJourneys([REFUND], [suite(cases)])).toEqual([{ journey: 'refnud', file: 'c.jsonl', line: 4 }])
})

test('another case never opens a gap', () => {
  const anyCase = record({
    journeys: subarray(['refund', 'other']),
    risks: subarray(['LLM01', 'LLM02']),
    language: constantFrom('en', 'de'),
    line: integer({ min: 1, max: 9 }),
  })
  const journey: Journey = { ...REFUND, languages: ['en', 'de'], risks: ['LLM01', 'LLM02'] }
  assert(
    property(array(anyCase, { maxLength: 8 }), anyCase, (cases, more) => {
      const all = [...cases, more].map((options, at) => suiteCase(`c-${at}`, options))
      const kinds = (of: readonly SuiteCase[]): readonly string[] =>
        coverJourneys([journey], [suite(of)]).flatMap(({ gaps }) =>
          gaps.map((gap) => (gap.kind === 'cases' ? 'cases' : describeGap(gap))),
        )
      const before = kinds(all.slice(0, -1))
      return kinds(all).every((kind) => before.includes(kind))
    }),
  )
})
