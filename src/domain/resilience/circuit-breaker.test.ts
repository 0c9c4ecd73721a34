import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { admitCall, afterCall, CLOSED, type BreakerState } from './circuit-breaker.ts'

const POLICY = { failuresMax: 3, openMs: 1_000 }

function after(outcomes: readonly ('good' | 'bad' | 'neutral')[], nowMs = 0): BreakerState {
  return outcomes.reduce((state, outcome) => afterCall(state, outcome, POLICY, nowMs), CLOSED)
}

test.each<{ what: string; outcomes: readonly ('good' | 'bad' | 'neutral')[]; kind: BreakerState['kind'] }>([
  { what: 'two failures', outcomes: ['bad', 'bad'], kind: 'closed' },
  { what: 'three failures in a row', outcomes: ['bad', 'bad', 'bad'], kind: 'open' },
  { what: 'a success in between', outcomes: ['bad', 'bad', 'good', 'bad'], kind: 'closed' },
  { what: 'neutral calls in between', outcomes: ['bad', 'neutral', 'bad', 'neutral', 'bad'], kind: 'open' },
  { what: 'neutral calls only', outcomes: Array(20).fill('neutral'), kind: 'closed' },
])('after $what it is $kind', ({ outcomes, kind }) => {
  expect(after(outcomes).kind).toBe(kind)
})

test('an open breaker refuses until its time is over, then lets exactly one call try', () => {
  const open = after(['bad', 'bad', 'bad'], 100)
  expect(admitCall(open, 1_099).isAdmitted).toBe(false)
  const first = admitCall(open, 1_100)
  expect(first).toEqual({ isAdmitted: true, state: { kind: 'trying' } })
  expect(admitCall(first.state, 5_000).isAdmitted).toBe(false)
})

test.each([
  { outcome: 'good' as const, next: CLOSED },
  { outcome: 'bad' as const, next: { kind: 'open', untilMs: 3_000 } },
  { outcome: 'neutral' as const, next: { kind: 'open', untilMs: 2_000 } },
])('a try that comes back $outcome decides', ({ outcome, next }) => {
  expect(afterCall({ kind: 'trying' }, outcome, POLICY, 2_000)).toEqual(next)
})

test('a call that began earlier and comes back late does not close an open breaker', () => {
  const open = after(['bad', 'bad', 'bad'])
  expect(afterCall(open, 'good', POLICY, 10)).toEqual(open)
})

test('whatever happens, a call is admitted again once the time is over and no try is out', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('good' as const, 'bad' as const, 'neutral' as const)), (outcomes) => {
      let state: BreakerState = CLOSED
      let nowMs = 0
      for (const outcome of outcomes) {
        nowMs += POLICY.openMs
        const admitted = admitCall(state, nowMs)
        expect(admitted.isAdmitted).toBe(true)
        state = afterCall(admitted.state, outcome, POLICY, nowMs)
      }
    }),
  )
})
