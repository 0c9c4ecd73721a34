import { assert, constantFrom, property, shuffledSubarray } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { epochMs } from '../../base/instant.ts'
import { OPEN_CASE } from '../approval/approval-case.ts'
import {
  COMMITMENT_EVENTS,
  COMMITMENT_STATES,
  COMMITMENT_TRANSITIONS,
  commitmentFacts,
  type Commitment,
  type CommitmentEvent,
  type CommitmentState,
} from './commitment.ts'

const NOW = epochMs(1_000)
const commitment = (fields: Partial<Commitment> = {}): Commitment => ({
  id: 'CMT-1',
  system: 'shop-bot',
  customer: 'acme',
  text: 'no training on their data',
  contract: '',
  rules: ['GH-VEN-001'],
  tier: 'T1',
  state: 'active',
  case: OPEN_CASE,
  requestedBy: 'mara',
  requestedAt: NOW,
  expiresAt: epochMs(2_000),
  activeSince: NOW,
  history: [],
  ...fields,
})

/** Written out a second time. */
const ALLOWED: Readonly<Record<CommitmentState, Readonly<Partial<Record<CommitmentEvent, CommitmentState>>>>> = {
  proposed: { agree: 'proposed', 'agree-last': 'active', reject: 'rejected', withdraw: 'withdrawn' },
  active: { end: 'ended' },
  rejected: {},
  withdrawn: {},
  ended: {},
}

describe.each(COMMITMENT_STATES)('a promise that is %s', (state) => {
  test.each(COMMITMENT_EVENTS)('on %s', (event) =>
    expect(COMMITMENT_TRANSITIONS[state][event]).toBe(ALLOWED[state][event] ?? null),
  )
})

test.each<[string, Partial<Commitment>, readonly string[], object]>([
  ['held', {}, ['GH-VEN-001'], { active: 1, proposed: 0, unbound: 0 }],
  ['held by half', { rules: ['GH-VEN-001', 'GH-VEN-002'] }, ['GH-VEN-001'], { active: 1, proposed: 0, unbound: 1 }],
  ['only proposed', { state: 'proposed' }, [], { active: 0, proposed: 1, unbound: 0 }],
  ['over', { expiresAt: NOW }, [], { active: 0, proposed: 0, unbound: 0 }],
  ['ended', { state: 'ended' }, [], { active: 0, proposed: 0, unbound: 0 }],
])('of a promise that is %s the gate is told so', (_, fields, bound, facts) =>
  expect(commitmentFacts([commitment(fields)], new Set(bound), NOW)).toEqual(facts),
)

test('binding another rule never leaves more promises unheld', () => {
  const rules = ['GH-AAA-001', 'GH-AAA-002', 'GH-AAA-003']
  assert(
    property(
      shuffledSubarray(rules, { minLength: 1 }),
      shuffledSubarray(rules),
      constantFrom(...rules),
      (own, bound, one) => {
        const unbound = (set: readonly string[]) =>
          commitmentFacts([commitment({ rules: own })], new Set(set), NOW).unbound
        expect(unbound([...bound, one])).toBeLessThanOrEqual(unbound(bound))
      },
    ),
  )
})
