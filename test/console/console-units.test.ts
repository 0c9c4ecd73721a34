import { describe, expect, test } from 'vitest'
import { ROUTES } from '../../console/src/api-routes.ts'
import { percent } from '../../console/src/format.ts'
import { nextStep } from '../../console/src/features/portfolio/next-step.ts'
import { fixOf, headlineOf } from '../../console/src/features/release/finding-text.ts'
import { revealed } from '../../console/src/revealed.ts'
import type { FindingView, SystemView } from '../../console/src/views.ts'
import { OPERATIONS } from '../../src/contract/http/operations.ts'

test('the console calls operations by the routes that the contract names', () => {
  for (const [name, { method, path }] of Object.entries(ROUTES))
    expect([name, OPERATIONS[name as keyof typeof ROUTES]]).toMatchObject([name, { method, path }])
})

test.each([
  ['plain text, with\tbreaks\r\n and 👩‍💻 and ﷺ', 'plain text, with\tbreaks\r\n and 👩‍💻 and ﷺ'],
  ['a\u202Eb', 'a⟨U+202E⟩b'],
  ['a\u200Bb\u2066c', 'a⟨U+200B⟩b⟨U+2066⟩c'],
  ['\u{E0041}\u{E0100}', '⟨U+E0041⟩⟨U+E0100⟩'],
  ['\u001B[31m', '⟨U+001B⟩[31m'],
])('%j is shown as %j', (text, shown) => expect(revealed(text)).toBe(shown))

test.each([
  [0, '0.0%'],
  [0.0004, '<0.1%'],
  [0.9999, '>99.9%'],
  [1, '100.0%'],
])('the rate %d is never rounded to a bound that it has not reached: %s', (rate, text) =>
  expect(percent(rate)).toBe(text),
)

describe('the next step', () => {
  const NOW = 1_700_000_000_000
  const view = (overrides: Partial<SystemView>): SystemView => ({
    system: 'shop',
    tier: 'T1',
    releases: 1,
    newestVerdict: null,
    openIncidents: 0,
    openRisks: 0,
    activeExceptions: 0,
    isHalted: false,
    deniedTools: [],
    ...overrides,
  })
  const verdict = (overrides: object): SystemView['newestVerdict'] =>
    ({
      releaseDigest: 'sha256:1',
      verdict: 'released',
      results: [],
      approvals: { needed: 0, given: [], isRejected: false },
      validUntil: NOW + 1_000_000_000,
      ...overrides,
    }) as unknown as SystemView['newestVerdict']

  test.each([
    [{ isHalted: true, openIncidents: 2 }, 0, 'kill switch'],
    [{ openIncidents: 2 }, 1, '2 open incidents'],
    [{}, 4, 'gatehouse gate'],
    [
      { newestVerdict: verdict({ verdict: 'blocked', results: [{ id: 'GH-INJ-001', outcome: 'failed' }] }) },
      2,
      'first GH-INJ-001',
    ],
    [{ newestVerdict: verdict({ verdict: 'blocked' }) }, 2, 'rejected'],
    [
      { newestVerdict: verdict({ verdict: 'inconclusive', results: [{ id: 'GH-QUA-001', outcome: 'errored' }] }) },
      3,
      'first GH-QUA-001',
    ],
    [
      {
        newestVerdict: verdict({
          verdict: 'pending-approval',
          approvals: { needed: 2, given: ['a'], isRejected: false },
        }),
      },
      3,
      '1 of 2',
    ],
    [{ newestVerdict: verdict({ validUntil: NOW }) }, 3, 'ended'],
    [{ newestVerdict: verdict({}), openRisks: 1 }, 5, '1 open risk'],
    [{ newestVerdict: verdict({ validUntil: NOW + 1_000 }) }, 6, 'before'],
    [{ newestVerdict: verdict({}) }, 9, 'nothing to do'],
  ])('of %j has rank %d and says %s', (overrides, rank, text) => {
    const step = nextStep(view(overrides), NOW)
    expect(step.rank).toBe(rank)
    expect(step.text).toContain(text)
  })
})

test.each([
  ['failed', 'it leaks', 'declare it'],
  ['excepted', 'it leaks', 'declare it'],
  ['passed', 'nothing leaks', 'declare it'],
  ['inconclusive', 'nothing leaks', 'add cases: 12 cannot decide it (`gatehouse plan` says how many can)'],
  ['errored', 'nothing leaks', 'mend what stopped the check, then gate again'],
] as const)('a finding that is %s is headed %j, and its fix is %j', (outcome, headline, fix) => {
  const finding = {
    outcome,
    title: 'nothing leaks',
    message: 'it leaks',
    detail: 'it timed out',
    fix: 'declare it',
    measure: { n: 12 },
  } as unknown as FindingView
  expect([headlineOf(finding), fixOf(finding)]).toEqual([headline, fix])
})
