import { describe, expect, test } from 'vitest'
import { approvalOf, daysFromNow, digestOf, exceptionOf, NOW, RELEASE } from '../../../test/support/release-fixture.ts'
import { TIERS } from '../manifest/manifest.ts'
import { SHIPPED_RIGHTS } from '../../../test/support/shipped-rights.ts'
import { approvalState, type Approval } from './approvals.ts'
import { exceptionState, type ReleaseException } from './release-exception.ts'

const AUTHOR = 'author-a'
const isComplete = (tier: 'T1' | 'T2' | 'T3', approvals: readonly Approval[], environment = 'production'): boolean =>
  approvalState(SHIPPED_RIGHTS.rights.release[tier], environment, approvals, AUTHOR).isComplete

describe('approvals', () => {
  test('count people as the right does, not words', () => {
    const words = [approvalOf('second', 'security'), approvalOf('other', 'security'), approvalOf('Other ', 'security')]
    const { given, agreed } = approvalState(SHIPPED_RIGHTS.rights.release.T1, 'production', words, AUTHOR)
    expect([given.length, agreed]).toEqual([3, 1])
  })

  test('needed are two at T1, one at T2, none at T3', () =>
    expect(TIERS.map((tier) => SHIPPED_RIGHTS.rights.release[tier].people)).toEqual([2, 1, 0]))

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
      expect(approvalState(SHIPPED_RIGHTS.rights.release[tier], 'local', [], AUTHOR)).toMatchObject({
        needed: 0,
        isComplete: true,
      })
  })

  test('every approver role counts', () => {
    for (const role of SHIPPED_RIGHTS.rights.release.T2.roles)
      expect(isComplete('T2', [approvalOf('second', role)]), role).toBe(true)
  })
})

describe('what an exception is worth', () => {
  const context = { releaseDigest: RELEASE, now: NOW, isCompensated: true }

  test.each<[string, Partial<ReleaseException>, Partial<typeof context>, string]>([
    ['approved and open', {}, {}, 'active'],
    ['requested', { status: 'requested' }, {}, 'requested'],
    ['requested and expired', { status: 'requested', expiresAt: NOW }, {}, 'lapsed-undecided'],
    ['requested a month ago', { status: 'in-review', requestedAt: daysFromNow(-30) }, {}, 'lapsed-undecided'],
    ['under review', { status: 'in-review' }, {}, 'in-review'],
    ['revoked', { status: 'revoked' }, {}, 'revoked'],
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
