import { array, assert, constantFrom, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  approvalOf,
  daysFromNow,
  digestOf,
  evidenceOf,
  exceptionOf,
  gateOf,
  NOW,
  packOf,
  plainRule,
  suiteRule,
} from '../../../test/support/release-fixture.ts'
import { decideRelease, inputDocument, type ReleaseDecision } from './decide-release.ts'
import { OUTCOMES, type CheckOutcome } from './evidence.ts'

const A = 'GH-AAA-001'
const B = 'GH-AAA-002'
const COMPENSATION = 'GH-CMP-001'
const outcomes = ({ results }: ReleaseDecision): readonly string[] => results.map(({ outcome }) => outcome)
const withOutcome = (id: string, outcome: CheckOutcome) => evidenceOf(id, { outcome })

describe('precedence: blocked, inconclusive, pending approval, released', () => {
  const cells = OUTCOMES.flatMap((one) =>
    OUTCOMES.flatMap((two) => [true, false].map((isApproved) => ({ one, two, isApproved }))),
  )

  test.each(cells)('$one and $two with approval $isApproved', ({ one, two, isApproved }) => {
    const decision = decideRelease(
      gateOf(
        [suiteRule(A), suiteRule(B)],
        [withOutcome(A, one), withOutcome(B, two)],
        isApproved ? {} : { approvals: [] },
      ),
    )
    const both = [one, two]
    const verdict = both.includes('failed')
      ? 'blocked'
      : both.some((outcome) => outcome !== 'passed')
        ? 'inconclusive'
        : isApproved
          ? 'released'
          : 'pending-approval'
    expect(decision.verdict).toBe(verdict)
    expect(outcomes(decision)).toEqual(both)
  })

  test('a rejection blocks what would be released', () => {
    const approvals = [approvalOf('second', 'security'), approvalOf('other', 'product', { decision: 'reject' })]
    expect(decideRelease(gateOf([suiteRule(A)], [evidenceOf(A)], { approvals })).verdict).toBe('blocked')
  })

  test('a gate without a rule that applies has shown nothing', () => {
    expect(decideRelease(gateOf([], [])).verdict).toBe('inconclusive')
    const skipped = decideRelease(gateOf([suiteRule(A, { when: 'tier == "T1"' })], [evidenceOf(A)]))
    expect(skipped).toMatchObject({
      verdict: 'inconclusive',
      results: [],
      skipped: [{ rule: { id: A }, pack: 'baseline' }],
    })
  })
})

describe('evidence', () => {
  const rule = suiteRule(A)

  test.each([
    ['missing', [], {}, 'not evidenced'],
    ['of another key', [evidenceOf(A, { key: digestOf('other inputs') })], {}, 'stale'],
    ['a moment too old', [evidenceOf(A, { finishedAt: daysFromNow(-30.0001) })], {}, 'stale'],
    ['without an expected key', [evidenceOf(A)], { expectedKeys: new Map() }, 'stale'],
  ] as const)('that is %s is errored, and the release inconclusive', (_, evidence, overrides, detail) => {
    const decision = decideRelease(gateOf([rule], evidence, overrides))
    expect(decision.verdict).toBe('inconclusive')
    expect(decision.results).toMatchObject([{ outcome: 'errored', detail: expect.stringContaining(detail) }])
  })

  test('counts to the last moment of its age', () => {
    expect(decideRelease(gateOf([rule], [evidenceOf(A, { finishedAt: daysFromNow(-30) })])).verdict).toBe('released')
  })

  test('that is stale is not shown to other rules either', () => {
    const inputs = gateOf(
      [rule, plainRule(B, `evidence["${A}"].outcome == "passed"`)],
      [evidenceOf(A, { finishedAt: daysFromNow(-31) })],
    )
    expect(inputDocument(inputs)['evidence']).toEqual({ [A]: { outcome: 'errored', n: 0, k: 0 } })
    expect(outcomes(decideRelease(inputs))).toEqual(['errored', 'failed'])
  })

  test.each(['failed', 'inconclusive', 'errored'] as const)(
    'an expression cannot turn %s evidence into a pass',
    (outcome) => {
      for (const expr of ['true', `evidence["${A}"].outcome != "passed"`]) {
        const decision = decideRelease(gateOf([suiteRule(A, { expr })], [withOutcome(A, outcome)]))
        expect(outcomes(decision)).toEqual([outcome])
        expect(decision.verdict).not.toBe('released')
      }
    },
  )

  test('that passed does not save an expression that fails', () => {
    expect(decideRelease(gateOf([suiteRule(A, { expr: 'false' })], [evidenceOf(A)])).verdict).toBe('blocked')
  })
})

describe('expressions', () => {
  test.each([
    ['facts.isLocked', 'passed'],
    ['!facts.isLocked', 'failed'],
    ['facts.absent', 'errored'],
    ['manifest.metadata.name == "support-assistant"', 'passed'],
    ['manifest.metadata.name', 'errored'],
    ['unknown == 1', 'errored'],
    ['tier ==', 'errored'],
    ['tier == "T2" && environment == "production"', 'passed'],
  ])('`%s` is %s', (expr, outcome) => {
    expect(outcomes(decideRelease(gateOf([plainRule(A, expr)], [])))).toEqual([outcome])
  })

  test.each(['facts.absent', 'tier', 'tier =='])(
    'a `when` that cannot be evaluated (`%s`) is errored, not skipped',
    (when) => {
      const decision = decideRelease(gateOf([plainRule(A, 'true', { when })], []))
      expect(decision).toMatchObject({ verdict: 'inconclusive', skipped: [], results: [{ outcome: 'errored' }] })
    },
  )
})

describe('exceptions', () => {
  const rules = [suiteRule(A), plainRule(COMPENSATION, 'true')]
  const failing = [withOutcome(A, 'failed')]

  test('that are open cover a failure, and say so', () => {
    const exception = exceptionOf(A)
    const decision = decideRelease(gateOf(rules, failing, { exceptions: [exception] }))
    expect(decision).toMatchObject({ verdict: 'released', unusedExceptions: [] })
    expect(decision.results[0]).toMatchObject({ outcome: 'excepted', exception })
  })

  test.each([
    ['still asked for', { status: 'requested' }],
    ['denied', { status: 'denied' }],
    ['expired this instant', { expiresAt: NOW }],
    ['expired', { expiresAt: daysFromNow(-1) }],
    ['for another release', { releaseDigest: digestOf('another release') }],
    ['for another rule', { ruleId: B }],
    ['without its compensation in the packs', { compensatingRule: 'GH-NOT-001' }],
    ['compensated by the failing rule itself', { compensatingRule: A }],
  ] as const)('that are %s cover nothing', (_, overrides) => {
    const decision = decideRelease(gateOf(rules, failing, { exceptions: [exceptionOf(A, overrides)] }))
    expect(decision.verdict).toBe('blocked')
    expect(outcomes(decision)[0]).toBe('failed')
  })

  test.each(['failed', 'errored'] as const)('whose compensating rule %s cover nothing', (outcome) => {
    const compensation = plainRule(COMPENSATION, outcome === 'failed' ? 'false' : 'facts.absent')
    expect(
      outcomes(decideRelease(gateOf([suiteRule(A), compensation], failing, { exceptions: [exceptionOf(A)] }))),
    ).toEqual(['failed', outcome])
  })

  test.each(['inconclusive', 'errored'] as const)('cannot waive what is %s', (outcome) => {
    const decision = decideRelease(gateOf(rules, [withOutcome(A, outcome)], { exceptions: [exceptionOf(A)] }))
    expect(decision.verdict).toBe('inconclusive')
    expect(outcomes(decision)[0]).toBe(outcome)
  })

  test('cannot waive missing evidence', () => {
    expect(decideRelease(gateOf(rules, [], { exceptions: [exceptionOf(A)] })).verdict).toBe('inconclusive')
  })

  test('that nothing needed are reported', () => {
    const unused = exceptionOf(A, { id: 'EX-2' })
    expect(decideRelease(gateOf(rules, [evidenceOf(A)], { exceptions: [unused] })).unusedExceptions).toEqual([unused])
  })

  test('one that lapsed does not hide one that is open', () => {
    const exceptions = [exceptionOf(A, { id: 'EX-0', expiresAt: NOW }), exceptionOf(A)]
    expect(decideRelease(gateOf(rules, failing, { exceptions })).verdict).toBe('released')
  })

  test('for a rule in two packs cover it in both', () => {
    const inputs = gateOf(rules, failing, { exceptions: [exceptionOf(A)] })
    const decision = decideRelease({ ...inputs, packs: [...inputs.packs, { ...packOf(suiteRule(A)), id: 'second' }] })
    expect(outcomes(decision)).toEqual(['excepted', 'passed', 'excepted'])
  })
})

test('an approval of another release opens nothing, and its rejection closes nothing', () => {
  const inputs = gateOf([suiteRule(A)], [evidenceOf(A)])
  const other = { releaseDigest: digestOf('another release') }
  expect(decideRelease({ ...inputs, approvals: [approvalOf('second', 'security', other)] }).verdict).toBe(
    'pending-approval',
  )
  const rejected = approvalOf('other', 'product', { ...other, decision: 'reject' })
  expect(decideRelease({ ...inputs, approvals: [...inputs.approvals, rejected] }).verdict).toBe('released')
})

describe('laws', () => {
  const IDS = ['GH-AAA-001', 'GH-AAA-002', 'GH-AAA-003', 'GH-AAA-004']
  const state = constantFrom<CheckOutcome | 'missing' | 'stale'>(...OUTCOMES, 'passed', 'passed', 'missing', 'stale')
  const rules = [...IDS.map((id) => suiteRule(id)), plainRule(COMPENSATION, 'true')]
  const gate = (states: readonly string[], exceptionIds: readonly string[], isApproved: boolean) =>
    gateOf(
      rules,
      states.flatMap((given, at) => {
        const id = IDS[at]!
        if (given === 'missing') return []
        return given === 'stale' ? [evidenceOf(id, { key: digestOf('old') })] : [withOutcome(id, given as CheckOutcome)]
      }),
      {
        exceptions: exceptionIds.map((id, at) => exceptionOf(id, { id: `EX-${at}` })),
        approvals: isApproved ? [approvalOf('second', 'security')] : [],
      },
    )
  const given = record({
    states: array(state, { minLength: 4, maxLength: 4 }),
    exceptionIds: array(constantFrom(...IDS.slice(0, 2)), { maxLength: 2 }),
    isApproved: constantFrom(true, false),
    at: constantFrom(2, 3),
    worse: constantFrom('failed', 'errored', 'inconclusive', 'missing', 'stale'),
  })

  test('released means: every rule passed or is excepted, and people approved', () => {
    assert(
      property(given, ({ states, exceptionIds, isApproved }) => {
        const decision = decideRelease(gate(states, exceptionIds, isApproved))
        const isGood = states.every(
          (outcome, at) => outcome === 'passed' || (outcome === 'failed' && exceptionIds.includes(IDS[at]!)),
        )
        expect(decision.verdict === 'released').toBe(isGood && isApproved)
      }),
    )
  })

  test('adding a failure never releases', () => {
    assert(
      property(given, ({ states, exceptionIds, isApproved, at, worse }) => {
        expect(decideRelease(gate(states.with(at, worse), exceptionIds, isApproved)).verdict).not.toBe('released')
      }),
    )
  })

  test('one more rule never turns another verdict into a release', () => {
    assert(
      property(given, constantFrom('true', 'false', 'facts.absent'), ({ states, exceptionIds, isApproved }, expr) => {
        const inputs = gate(states, exceptionIds, isApproved)
        const before = decideRelease(inputs).verdict
        const after = decideRelease({
          ...inputs,
          packs: [...inputs.packs, packOf(plainRule('GH-ZZZ-001', expr))],
        }).verdict
        if (before !== 'released') expect(after).not.toBe('released')
      }),
    )
  })

  test('the same inputs give the same decision, whatever the order of evidence', () => {
    assert(
      property(given, ({ states, exceptionIds, isApproved }) => {
        const inputs = gate(states, exceptionIds, isApproved)
        const turned = { ...inputs, evidence: new Map([...inputs.evidence].toReversed()) }
        expect(decideRelease(turned)).toEqual(decideRelease(inputs))
      }),
    )
  })
})
