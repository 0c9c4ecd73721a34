import { describe, expect, test } from 'vitest'
import { approvalOf, daysFromNow, digestOf, exceptionOf, NOW, RELEASE } from '../../../test/support/release-fixture.ts'
import { TIERS } from '../manifest/manifest.ts'
import { APPROVER_ROLES, APPROVALS_NEEDED, approvalState, type Approval } from './approvals.ts'
import { EXCEPTION_DAYS_MAX, exceptionState, mayDecide, type ReleaseException } from './release-exception.ts'

const AUTHOR = 'author-a'
const isComplete = (tier: 'T1' | 'T2' | 'T3', approvals: readonly Approval[], environment = 'production'): boolean =>
  approvalState(tier, environment, approvals, AUTHOR).isComplete

describe('approvals', () => {
  test('needed are two at T1, one at T2, none at T3', () => expect(APPROVALS_NEEDED).toEqual({ T1: 2, T2: 1, T3: 0 }))

  test.each<[string, readonly Approval[], { readonly T1: boolean; readonly T2: boolean; readonly T3: boolean }]>([
    ['none', [], { T1: false, T2: false, T3: true }],
    ['one', [approvalOf('second', 'security')], { T1: false, T2: true, T3: true }],
    [
      'two people in two roles',
      [approvalOf('second', 'security'), approvalOf('other', 'product')],
      { T1: true, T2: true, T3: true },
    ],
    [
      'two people in one role',
      [approvalOf('second', 'security'), approvalOf('other', 'security')],
      { T1: false, T2: true, T3: true },
    ],
    [
      'one person in two roles',
      [approvalOf('second', 'security'), approvalOf('second', 'product')],
      { T1: false, T2: true, T3: true },
    ],
    [
      'one person twice',
      [approvalOf('second', 'security'), approvalOf('second', 'security')],
      { T1: false, T2: true, T3: true },
    ],
    [
      'three, of which two differ in both',
      [approvalOf('second', 'security'), approvalOf('other', 'security'), approvalOf('second', 'product')],
      { T1: true, T2: true, T3: true },
    ],
    ['the author', [approvalOf(AUTHOR, 'security')], { T1: false, T2: false, T3: true }],
    [
      'the author and one more',
      [approvalOf(AUTHOR, 'product'), approvalOf('second', 'security')],
      { T1: false, T2: true, T3: true },
    ],
    ['a role that may not', [approvalOf('second', 'developer')], { T1: false, T2: false, T3: true }],
    [
      'another environment',
      [approvalOf('second', 'security', { environment: 'staging' })],
      { T1: false, T2: false, T3: true },
    ],
    [
      'a rejection',
      [
        approvalOf('second', 'security'),
        approvalOf('other', 'product'),
        approvalOf('leo', 'legal', { decision: 'reject' }),
      ],
      { T1: false, T2: false, T3: false },
    ],
    [
      'a rejection by one who approved',
      [approvalOf('second', 'security'), approvalOf('second', 'security', { decision: 'reject' })],
      { T1: false, T2: false, T3: false },
    ],
    [
      'a rejection by the author',
      [approvalOf('second', 'security'), approvalOf(AUTHOR, 'product', { decision: 'reject' })],
      { T1: false, T2: true, T3: true },
    ],
  ])('by %s', (_, approvals, expected) => {
    for (const tier of TIERS) expect(isComplete(tier, approvals), tier).toBe(expected[tier])
    for (const tier of TIERS) expect(isComplete(tier, approvals.toReversed()), tier).toBe(expected[tier])
  })

  test('nobody is asked in the environment `local`', () => {
    for (const tier of TIERS)
      expect(approvalState(tier, 'local', [], AUTHOR)).toMatchObject({ needed: 0, isComplete: true })
  })

  test('every approver role counts', () => {
    for (const role of APPROVER_ROLES) expect(isComplete('T2', [approvalOf('second', role)]), role).toBe(true)
  })
})

describe('what an exception is worth', () => {
  const context = { releaseDigest: RELEASE, now: NOW, isCompensated: true }

  test.each<[string, Partial<ReleaseException>, Partial<typeof context>, string]>([
    ['approved and open', {}, {}, 'active'],
    ['requested', { status: 'requested' }, {}, 'requested'],
    ['requested and expired', { status: 'requested', expiresAt: NOW }, {}, 'requested'],
    ['denied', { status: 'denied' }, {}, 'denied'],
    ['a millisecond before its end', { expiresAt: daysFromNow(1 / 86_400_000) }, {}, 'active'],
    ['at its end', { expiresAt: NOW }, {}, 'lapsed-expired'],
    ['of another release', {}, { releaseDigest: digestOf('other') }, 'lapsed-scope'],
    ['without compensation', {}, { isCompensated: false }, 'lapsed-compensation'],
    ['expired and of another release', { expiresAt: NOW }, { releaseDigest: digestOf('other') }, 'lapsed-expired'],
  ])('%s', (_, overrides, given, state) => {
    expect(exceptionState(exceptionOf('GH-AAA-001', overrides), { ...context, ...given })).toBe(state)
  })
})

describe('who may decide on an exception', () => {
  const open = {
    status: 'requested',
    requestedBy: 'author-a',
    requestedAt: NOW,
    expiresAt: daysFromNow(EXCEPTION_DAYS_MAX),
  } as const

  test.each<
    [
      string,
      Partial<ReleaseException>,
      { readonly principal: string; readonly author: string | undefined },
      string | undefined,
    ]
  >([
    ['another person', {}, { principal: 'second', author: 'third' }, undefined],
    ['another person, the author unknown', {}, { principal: 'second', author: undefined }, undefined],
    ['who asked for it', {}, { principal: 'author-a', author: 'third' }, 'exception/own-request'],
    ['the author of the release', {}, { principal: 'third', author: 'third' }, 'exception/author'],
    [
      'anybody, once it is approved',
      { status: 'approved' },
      { principal: 'second', author: 'third' },
      'exception/not-open',
    ],
    [
      'anybody, once it is denied',
      { status: 'denied' },
      { principal: 'second', author: 'third' },
      'exception/not-open',
    ],
    [
      'anybody, if it is too long by a millisecond',
      { expiresAt: daysFromNow(EXCEPTION_DAYS_MAX + 1 / 86_400_000) },
      { principal: 'second', author: 'third' },
      'exception/too-long',
    ],
  ])('%s', (_, overrides, { principal, author }, failure) => {
    expect(mayDecide(exceptionOf('GH-AAA-001', { ...open, ...overrides }), principal, author)).toBe(failure)
  })
})
