import { assert, commands, constantFrom, integer, modelRun, property, tuple, type Command } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS, epochMs } from '../../base/instant.ts'
import { OPEN_CASE } from '../approval/approval-case.ts'
import { TIERS } from '../manifest/manifest.ts'
import { burnDown } from './burn-down.ts'
import { levelOf, RISK_LEVELS } from './rate-risk.ts'
import {
  ACCEPTANCE_DAYS_MAX,
  changedRisk,
  isOpenRisk,
  isOverdueRisk,
  RISK_EVENTS,
  RISK_PLANS,
  RISK_STATES,
  RISK_TRANSITIONS,
  riskFailure,
  riskNow,
  type Risk,
  type RiskAcceptance,
  type RiskChange,
  type RiskEvent,
  type RiskFailure,
  type RiskState,
} from './risk.ts'

const NOW = epochMs(1_000_000_000_000)

function risk(fields: Partial<Risk> = {}): Risk {
  const state = fields.treatment ?? 'open'
  return {
    id: 'RSK-1',
    system: 'shop-bot',
    source: 'person mara',
    kind: 'person',
    ref: '',
    title: 'a refund goes astray',
    tier: 'T1',
    severity: 'medium',
    rating: null,
    treatment: state,
    plan: null,
    planText: '',
    acceptance: null,
    acceptedBy: null,
    owner: 'mara',
    controls: [],
    rules: [],
    evidence: [],
    openedAt: NOW,
    dueAt: epochMs(NOW + 30 * DAY_MS),
    closedAt: null,
    history: [{ at: NOW, who: 'mara', what: 'opened', state, level: 'medium' }],
    ...fields,
  }
}

const acceptance = (days: number, at: number = NOW): RiskAcceptance => ({
  ...OPEN_CASE,
  requestedBy: 'mara',
  requestedAt: epochMs(at),
  reason: 'a pilot',
  expiresAt: epochMs(at + days * DAY_MS),
})

const change = (event: RiskEvent, fields: Partial<RiskChange> = {}): RiskChange => ({
  event,
  at: epochMs(NOW + 1),
  who: 'kim',
  note: 'why',
  evidence: 'https://example.org/proof',
  areRulesGreen: true,
  acceptance: acceptance(10, NOW + 1),
  ...fields,
})

/** Written out a second time: what may follow what. */
const ALLOWED: Readonly<Record<RiskState, Readonly<Partial<Record<RiskEvent, RiskState>>>>> = {
  open: { assess: 'assessed', dismiss: 'dismissed' },
  assessed: { assess: 'assessed', plan: 'treating', 'ask-acceptance': 'acceptance-asked', dismiss: 'dismissed' },
  treating: {
    assess: 'treating',
    plan: 'treating',
    'ask-acceptance': 'acceptance-asked',
    mitigate: 'mitigated',
    transfer: 'transferred',
    avoid: 'avoided',
  },
  'acceptance-asked': { assess: 'assessed', plan: 'treating', accept: 'accepted', refuse: 'assessed' },
  accepted: { assess: 'assessed', plan: 'treating', lapse: 'assessed', reopen: 'open' },
  mitigated: { reopen: 'open' },
  transferred: { reopen: 'open' },
  avoided: { reopen: 'open' },
  dismissed: { reopen: 'open' },
}

describe.each(RISK_STATES)('a risk that is %s', (state) => {
  test.each(RISK_EVENTS)('on %s', (event) => {
    const next = ALLOWED[state][event]
    expect(RISK_TRANSITIONS[state][event]).toBe(next ?? null)
    const plan = event === 'transfer' || event === 'avoid' ? event : 'mitigate'
    const before = risk({ treatment: state, plan, kind: 'catalogue' })
    expect(riskFailure(before, change(event))).toBe(next === undefined ? 'risk/refused' : undefined)
    if (next !== undefined) expect(changedRisk(before, change(event)).treatment).toBe(next)
  })
})

test.each(RISK_PLANS)('what was planned otherwise is not ended by %s', (event) => {
  const other = RISK_PLANS.find((plan) => plan !== event) ?? null
  expect(riskFailure(risk({ treatment: 'treating', plan: other }), change(event))).toBe('risk/other-plan')
})

test.each<[string, Partial<Risk>, Partial<RiskChange>, RiskFailure | undefined]>([
  ['of the catalogue, by somebody else', { kind: 'catalogue' }, {}, undefined],
  ['of the catalogue, by who sees to it', { kind: 'catalogue' }, { who: ' MARA' }, 'risk/involved'],
  ['that somebody thought of', { kind: 'person' }, {}, 'risk/not-catalogue'],
  ['of a finding', { kind: 'finding' }, {}, 'risk/not-catalogue'],
  ['of a rule', { kind: 'rule' }, {}, 'risk/not-catalogue'],
])('a risk %s is dismissed or not', (_, fields, fields2, failure) => {
  expect(riskFailure(risk(fields), change('dismiss', fields2))).toBe(failure)
})

test.each([
  ['rules that pass', { rules: ['GH-TOL-001'] }, { areRulesGreen: true, evidence: undefined }, undefined],
  ['rules that do not, whatever is linked', { rules: ['GH-TOL-001'] }, { areRulesGreen: false }, 'risk/no-evidence'],
  ['a link where no rule is named', {}, {}, undefined],
  ['nothing', {}, { evidence: undefined }, 'risk/no-evidence'],
])('a mitigation is shown by %s', (_, fields, shown, failure) => {
  expect(riskFailure(risk({ treatment: 'treating', plan: 'mitigate', ...fields }), change('mitigate', shown))).toBe(
    failure,
  )
})

describe('a level', () => {
  test('never falls as likelihood, impact or tier rise', () => {
    const rank = (level: (typeof RISK_LEVELS)[number]): number => RISK_LEVELS.indexOf(level)
    const rated = tuple(integer({ min: 1, max: 5 }), integer({ min: 1, max: 5 }), integer({ min: 0, max: 2 }))
    assert(
      property(rated, rated, (one, other) => {
        const at = (pick: (...values: number[]) => number) => {
          const tier = TIERS[2 - pick(2 - one[2], 2 - other[2])] ?? 'T1'
          return rank(levelOf(tier, { likelihood: pick(one[0], other[0]), impact: pick(one[1], other[1]) }))
        }
        expect(at(Math.max)).toBeLessThanOrEqual(at(Math.min))
      }),
    )
  })

  test.each([
    ['T1', 3, 5, 'critical'],
    ['T1', 2, 4, 'high'],
    ['T1', 1, 3, 'low'],
    ['T2', 3, 5, 'high'],
    ['T2', 4, 5, 'critical'],
    ['T3', 3, 5, 'high'],
    ['T3', 5, 5, 'critical'],
    ['T3', 1, 5, 'low'],
  ] as const)('at %s of %i × %i is %s', (tier, likelihood, impact, level) => {
    expect(levelOf(tier, { likelihood, impact })).toBe(level)
    const assessed = changedRisk(risk({ tier }), change('assess', { rating: { likelihood, impact } }))
    expect([assessed.severity, assessed.dueAt <= risk().dueAt]).toEqual([level, true])
  })
})

test.each(TIERS)('a risk of %s is carried no longer than its tier allows, and not into the past', (tier) => {
  const most = ACCEPTANCE_DAYS_MAX[tier]
  const ask = (days: number) =>
    riskFailure(
      risk({ treatment: 'assessed', tier }),
      change('ask-acceptance', { acceptance: acceptance(days, NOW + 1) }),
    )
  expect([ask(most), ask(most + 1), ask(0)]).toEqual([undefined, 'risk/too-long', 'risk/too-long'])
})

test('an acceptance ends at its instant, and the risk is overdue from there', () => {
  const asked = changedRisk(risk({ treatment: 'assessed' }), change('ask-acceptance'))
  const carried = changedRisk(asked, change('accept'))
  const end = carried.acceptance?.expiresAt ?? NOW
  expect([isOpenRisk(riskNow(carried, epochMs(end - 1))), isOpenRisk(riskNow(carried, end))]).toEqual([false, true])
  expect([riskNow(carried, end).acceptedBy, isOverdueRisk(riskNow(carried, end), end)]).toEqual([null, true])
})

test('the burn-down counts what was open on each day', () => {
  const day = (n: number) => epochMs(NOW + n * DAY_MS)
  const note = (at: number, state: RiskState) => ({ at: day(at), who: 'x', what: state, state, level: 'high' as const })
  const risks = [
    risk({ history: [note(0, 'open'), note(5, 'assessed'), note(13, 'mitigated'), note(20, 'open')], dueAt: day(18) }),
    risk({ history: [note(8, 'open'), note(9, 'accepted')], treatment: 'accepted', acceptance: acceptance(20) }),
  ]
  const points = burnDown(risks, { until: day(21), points: 4, stepDays: 7 })
  const rows = points.map(({ open, accepted, overdue, opened, ended }) => [open, accepted, overdue, opened, ended])
  expect(rows).toEqual([
    // Day 0: the first was just opened.
    [1, 0, 0, 1, 0],
    [1, 0, 0, 0, 0],
    // Day 14: the first is mitigated, the second is carried.
    [0, 1, 0, 0, 1],
    // Day 21: the first is open again and late; the second's acceptance ended on day 20.
    [2, 0, 1, 2, 0],
  ])
  expect(points.at(-1)?.byLevel).toEqual({ critical: 0, high: 1, medium: 1, low: 0 })
})

test('whatever happens to a risk, nobody carries it without an acceptance that was asked for, and none ends without evidence', () => {
  interface Model {
    isAsked: boolean
    plan: Risk['plan']
  }
  class Step implements Command<Model, { risk: Risk; at: number }> {
    readonly event: RiskEvent
    readonly seed: number
    constructor(event: RiskEvent, seed: number) {
      this.event = event
      this.seed = seed
    }
    check = (): boolean => true
    toString = (): string => `${this.event}(${this.seed})`
    run(model: Model, real: { risk: Risk; at: number }): void {
      real.at += DAY_MS
      const plan = RISK_PLANS[this.seed % 3] ?? 'mitigate'
      const step: RiskChange = {
        event: this.event,
        at: epochMs(real.at),
        who: 'kim',
        note: 'x',
        rating: { likelihood: (this.seed % 5) + 1, impact: ((this.seed >> 2) % 5) + 1 },
        plan: { plan },
        acceptance: acceptance(10, real.at),
        evidence: this.seed % 2 === 0 ? 'link' : undefined,
      }
      if (riskFailure(real.risk, step) !== undefined) return
      const before = real.risk
      real.risk = changedRisk(before, step)
      if (this.event === 'plan') model.plan = plan
      if (this.event === 'ask-acceptance') model.isAsked = true
      else if (this.event !== 'accept') model.isAsked = false
      const { treatment, acceptance: carried, acceptedBy, closedAt, evidence, history } = real.risk
      expect(history.at(-1)?.state).toBe(treatment)
      expect(acceptedBy === null).toBe(treatment !== 'accepted')
      if (treatment === 'accepted') expect([model.isAsked, carried === null]).toEqual([true, false])
      expect(closedAt !== null).toBe(['mitigated', 'transferred', 'avoided'].includes(treatment))
      if (closedAt !== null) expect([evidence.at(-1), model.plan]).toEqual(['link', before.plan])
      if (isOpenRisk(real.risk) && isOpenRisk(before) && this.event === 'assess')
        expect(real.risk.dueAt <= before.dueAt).toBe(true)
    }
  }
  const steps = constantFrom(...RISK_EVENTS).chain((event) =>
    integer({ min: 0, max: 99 }).map((seed) => new Step(event, seed)),
  )
  assert(
    property(commands([steps], { maxCommands: 30 }), (run) =>
      modelRun(() => ({ model: { isAsked: false, plan: null }, real: { risk: risk(), at: NOW } }), run),
    ),
    { numRuns: 500 },
  )
})
