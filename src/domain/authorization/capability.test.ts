import { assert, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { epochMs } from '../../base/instant.ts'
import { exercise, narrow, type Capability } from './capability.ts'

const NOW = epochMs(1_000)
const PAY: Capability = {
  tool: 'send_money',
  allowed: { recipient: ['A1', 'B2'] },
  callsLeft: 2,
  amount: { argument: 'amount', left: 100 },
  expiresAt: epochMs(2_000),
}
const call = (args: Record<string, never[] | string | number | string[]>, tool = 'send_money') => ({
  tool,
  arguments: args,
})

test('what is left shrinks by a call and its amount', () => {
  expect(exercise(PAY, call({ recipient: 'A1', amount: 60 }), NOW)).toMatchObject({
    ok: true,
    value: { callsLeft: 1, amount: { left: 40 } },
  })
})

test.each([
  ['another tool', PAY, call({ recipient: 'A1', amount: 1 }, 'send_email'), 'capability/other-tool'],
  ['a value that is not allowed', PAY, call({ recipient: 'C3', amount: 1 }), 'capability/argument'],
  ['a list with one such value', PAY, call({ recipient: ['A1', 'C3'], amount: 1 }), 'capability/argument'],
  ['an empty list', PAY, call({ recipient: [], amount: 1 }), 'capability/argument'],
  ['an argument that is left out', PAY, call({ amount: 1 }), 'capability/argument'],
  ['too much', PAY, call({ recipient: 'A1', amount: 101 }), 'capability/amount'],
  ['a negative amount', PAY, call({ recipient: 'A1', amount: -1 }), 'capability/amount'],
  ['an amount in words', PAY, call({ recipient: 'A1', amount: '1' }), 'capability/amount'],
  ['no calls left', { ...PAY, callsLeft: 0 }, call({ recipient: 'A1', amount: 1 }), 'capability/spent'],
  ['an expired right', { ...PAY, expiresAt: NOW }, call({ recipient: 'A1', amount: 1 }), 'capability/expired'],
])('%s is refused', (_, capability, made, failure) => {
  expect(exercise(capability, made, NOW)).toEqual({ ok: false, failure })
})

test.each<[string, Partial<Capability>, number, string]>([
  ['clock', {}, Number.NaN, 'capability/expired'],
  ['end', { expiresAt: Number.NaN as Capability['expiresAt'] }, NOW, 'capability/expired'],
  ['number of calls', { callsLeft: Number.NaN }, NOW, 'capability/spent'],
  ['amount that is left', { amount: { argument: 'amount', left: Number.NaN } }, NOW, 'capability/amount'],
])('a %s that is no number gives no right', (_, change, now, failure) => {
  const made = call({ recipient: 'A1', amount: 1 })
  expect(exercise({ ...PAY, ...change }, made, now as Capability['expiresAt'])).toEqual({ ok: false, failure })
})

test('whatever both allow, and nothing else, is allowed by the narrower right', () => {
  const narrower = narrow(PAY, {
    allowed: { recipient: ['B2', 'C3'], subject: ['rent'] },
    callsLeft: 5,
    expiresAt: epochMs(9_000),
  })
  expect(narrower).toMatchObject({ allowed: { recipient: ['B2'], subject: ['rent'] }, callsLeft: 2, expiresAt: 2_000 })
  expect(narrow(PAY, { ...PAY, amount: { argument: 'fee', left: 9 } }).amount?.left).toBe(0)
})

test('no sequence of calls spends more than the amount', () => {
  assert(
    property(integer({ min: 0, max: 200 }), integer({ min: 0, max: 200 }), (first, second) => {
      const one = exercise({ ...PAY, callsLeft: 9 }, call({ recipient: 'A1', amount: first }), NOW)
      const two = one.ok ? exercise(one.value, call({ recipient: 'A1', amount: second }), NOW) : one
      expect(two.ok).toBe(first <= 100 && first + second <= 100)
    }),
  )
})
