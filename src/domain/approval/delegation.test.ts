import { expect, test } from 'vitest'
import { DAY_MS, epochMs } from '../../base/instant.ts'
import { DELEGATION_DAYS_MAX, delegationFor, mayDelegate, type Delegation } from './delegation.ts'

const NOW = epochMs(1_700_000_000_000)
const lent = (rest: Partial<Delegation> = {}): Delegation => ({
  id: 'D',
  from: 'ben',
  to: 'lea',
  role: 'security',
  decisions: ['release'],
  reason: 'leave',
  givenAt: NOW,
  expiresAt: epochMs(NOW + DAY_MS),
  revokedAt: null,
  ...rest,
})

test.each<[string, Partial<Delegation>, readonly string[], string | undefined]>([
  ['one of their roles', {}, ['security'], undefined],
  ['a role that they do not hold', {}, ['legal'], 'delegation/role'],
  ['to themselves, in another spelling', { to: 'Ben ' }, ['security'], 'delegation/self'],
  ['into the past', { expiresAt: NOW }, ['security'], 'delegation/too-long'],
  ['for the longest time', { expiresAt: epochMs(NOW + DELEGATION_DAYS_MAX * DAY_MS) }, ['security'], undefined],
  [
    'for a millisecond more',
    { expiresAt: epochMs(NOW + DELEGATION_DAYS_MAX * DAY_MS + 1) },
    ['security'],
    'delegation/too-long',
  ],
  ['for nothing', { decisions: [] }, ['security'], 'delegation/decisions'],
])('somebody lends %s', (_, rest, roles, failure) => expect(mayDelegate(lent(rest), roles)).toBe(failure))

test.each<[string, Partial<Delegation>, boolean]>([
  ['open', {}, true],
  ['for another person', { to: 'kim' }, false],
  ['of another role', { role: 'legal' }, false],
  ['for another decision', { decisions: ['vendor'] }, false],
  ['expired this instant', { expiresAt: NOW }, false],
  ['taken back', { revokedAt: NOW }, false],
  ['from the future, as after a clock that was moved back', { givenAt: epochMs(NOW + 1) }, false],
])('a delegation that is %s counts: %s', (_, rest, counts) => {
  const found = delegationFor([lent(rest)], { person: 'LEA', role: 'security', decision: 'release', now: NOW })
  expect(found !== undefined).toBe(counts)
})
