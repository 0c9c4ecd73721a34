import { describe, expect, test } from 'vitest'
import { daysFromNow, exceptionOf, NOW } from '../../../test/support/release-fixture.ts'
import { SHIPPED_RIGHTS } from '../../../test/support/shipped-rights.ts'
import type { ApprovalWord } from '../approval/approval-case.ts'
import type { Tier } from '../manifest/manifest.ts'
import {
  missingFor,
  riskAcceptanceFailure,
  withRiskAccepted,
  withWordOnException,
  wordOnExceptionFailure,
  type ExceptionRights,
} from './decide-exception.ts'
import {
  EXCEPTION_EVENTS,
  EXCEPTION_STATUSES,
  EXCEPTION_TRANSITIONS,
  mayRenew,
  REQUEST_DAYS_MAX,
  type ReleaseException,
} from './release-exception.ts'

const rightsOf = (tier: Tier): ExceptionRights => ({
  exception: SHIPPED_RIGHTS.rights.exception[tier],
  riskAcceptance: SHIPPED_RIGHTS.rights['risk-acceptance'][tier],
  author: 'third',
})
const requested = (rest: Partial<ReleaseException> = {}): ReleaseException =>
  exceptionOf('GH-AAA-001', { status: 'requested', requestedAt: NOW, decidedBy: null, decidedAt: null, ...rest })
const word = (principal: string, role: string, rest: Partial<ApprovalWord> = {}): ApprovalWord => ({
  principal,
  role,
  decision: 'approve',
  comment: '',
  at: NOW,
  ...rest,
})

test('every status has a cell for every event, and nothing leaves an ended one', () => {
  for (const status of EXCEPTION_STATUSES)
    expect(Object.keys(EXCEPTION_TRANSITIONS[status]).toSorted()).toEqual([...EXCEPTION_EVENTS].toSorted())
  for (const status of ['denied', 'withdrawn', 'revoked'] as const)
    expect(Object.values(EXCEPTION_TRANSITIONS[status])).toEqual(EXCEPTION_EVENTS.map(() => null))
})

describe('a word on a waiver', () => {
  test.each<[string, ApprovalWord, Partial<ReleaseException>, string | undefined]>([
    ['of another person', word('second', 'security'), {}, undefined],
    ['of who asked for it', word('author-a', 'security'), {}, 'exception/own-request'],
    ['of who asked, by another key', word('Author-A ', 'security'), {}, 'exception/own-request'],
    ['for who asked', word('second', 'security', { onBehalfOf: 'author-a' }), {}, 'exception/own-request'],
    ['of the author of the release', word('third', 'security'), {}, 'exception/author'],
    ['for the author of the release', word('second', 'legal', { onBehalfOf: 'third' }), {}, 'exception/author'],
    ['in a role that does not decide', word('second', 'responder'), {}, 'exception/role'],
    ['once it is approved', word('second', 'security'), { status: 'approved' }, 'exception/not-open'],
    ['once it is denied', word('second', 'security'), { status: 'denied' }, 'exception/not-open'],
    [
      'once nobody has decided for too long',
      word('second', 'security'),
      { requestedAt: daysFromNow(-REQUEST_DAYS_MAX) },
      'exception/undecided',
    ],
    ['once it would be over', word('second', 'security'), { expiresAt: NOW }, 'exception/undecided'],
  ])('%s', (_, spoken, rest, failure) =>
    expect(wordOnExceptionFailure(requested(rest), spoken, rightsOf('T2'))).toBe(failure),
  )

  test('approves it at T2 and T3', () => {
    for (const tier of ['T2', 'T3'] as const) {
      const decided = withWordOnException(requested({ tier }), word('second', 'security'), rightsOf(tier))
      expect([decided.status, decided.decidedBy]).toEqual(['approved', 'second'])
    }
  })

  test('denies it, whoever agreed before', () => {
    const first = withWordOnException(requested({ tier: 'T1' }), word('second', 'security'), rightsOf('T1'))
    const denied = withWordOnException(first, word('lea', 'legal', { decision: 'reject' }), rightsOf('T1'))
    expect([first.status, denied.status, denied.decidedBy]).toEqual(['in-review', 'denied', 'lea'])
  })
})

describe('at T1', () => {
  const T1 = rightsOf('T1')
  const steps = {
    security: (one: ReleaseException) => withWordOnException(one, word('second', 'security'), T1),
    legal: (one: ReleaseException) => withWordOnException(one, word('lea', 'legal'), T1),
    risk: (one: ReleaseException) => withRiskAccepted(one, { principal: 'fourth', role: 'executive', at: NOW }, T1),
  }

  test.each([
    [['security', 'legal', 'risk']],
    [['risk', 'security', 'legal']],
    [['security', 'risk', 'legal']],
  ] as const)('%j approve it, and nothing less', (order) => {
    let exception = requested({ tier: 'T1' })
    for (const [index, step] of order.entries()) {
      exception = steps[step](exception)
      expect(exception.status).toBe(index === order.length - 1 ? 'approved' : 'in-review')
    }
    expect(missingFor(exception, T1)).toEqual([])
  })

  test('two people in one role are not enough', () => {
    const both = withWordOnException(steps.risk(steps.security(requested({ tier: 'T1' }))), word('sia', 'security'), T1)
    expect(both.status).toBe('in-review')
    expect(missingFor(both, T1)[0]).toContain('1 more of')
  })

  test.each([
    ['somebody else', { principal: 'second', role: 'executive' }, 'exception/not-the-acceptor'],
    ['the person named, in a role that may not', { principal: 'fourth', role: 'security' }, 'exception/role'],
    ['the person named', { principal: 'FOURTH', role: 'executive' }, undefined],
  ])('the risk is accepted by %s', (_, acceptance, failure) =>
    expect(riskAcceptanceFailure(requested({ tier: 'T1' }), { ...acceptance, at: NOW }, T1)).toBe(failure),
  )

  test('who asks for a waiver does not accept its risk', () =>
    expect(
      riskAcceptanceFailure(
        requested({ tier: 'T1', riskAcceptedBy: 'author-a' }),
        { principal: 'author-a', role: 'executive', at: NOW },
        T1,
      ),
    ).toBe('exception/own-request'))
})

test.each<[string, Partial<ReleaseException>, string | undefined]>([
  ['in its last month', {}, undefined],
  ['a month and a bit before its end', { expiresAt: daysFromNow(30.1) }, 'exception/renewed-too-early'],
  ['two weeks after its end', { expiresAt: daysFromNow(-14) }, undefined],
  ['later', { expiresAt: daysFromNow(-14.1) }, 'exception/renewed-too-late'],
  ['as often as allowed', { renewals: 1 }, undefined],
  ['once more', { renewals: 2 }, 'exception/renewed-too-often'],
  ['again at T1', { tier: 'T1', renewals: 1 }, 'exception/renewed-too-often'],
  ['that was denied', { status: 'denied' }, 'exception/not-renewable'],
  ['that was revoked', { status: 'revoked' }, 'exception/not-renewable'],
])('a waiver is renewed %s', (_, rest, failure) => expect(mayRenew(exceptionOf('GH-AAA-001', rest), NOW)).toBe(failure))
