import { expect, test } from 'vitest'
import { epochMs } from '../../base/instant.ts'
import { sha256Pure } from '../../base/sha256.ts'
import { decideTicket, describeCall, issueTicket, redeemTicket, type ApprovalTicket } from './approval-ticket.ts'

const NOW = epochMs(1_000_000)
const CALL = { tool: 'issue_refund', arguments: { order_id: 'NW-1', amount: 30 }, session: 's1' }
const LEAD = { principal: 'lee', roles: ['support-lead'] }
const later = (minutes: number) => epochMs(NOW + minutes * 60_000)
const pending = (): ApprovalTicket =>
  issueTicket({ ...CALL, id: 't1', roles: ['support-lead'], expiresMin: 15 }, NOW, sha256Pure)

function approved(): ApprovalTicket {
  const decided = decideTicket(pending(), 'approved', LEAD, NOW)
  if (!decided.ok) throw new Error(decided.failure)
  return decided.value
}

test('an approved ticket lets exactly its call through, once', () => {
  const spent = redeemTicket(
    approved(),
    { ...CALL, arguments: { amount: 30, order_id: 'NW-1' } },
    later(14),
    sha256Pure,
  )
  expect(spent).toMatchObject({ ok: true, value: { state: 'redeemed', decidedBy: 'lee' } })
  if (spent.ok)
    expect(redeemTicket(spent.value, CALL, later(14), sha256Pure)).toMatchObject({ failure: 'approval/not-approved' })
})

test.each([
  ['another amount', { ...CALL, arguments: { order_id: 'NW-1', amount: 31 } }],
  ['one argument more', { ...CALL, arguments: { ...CALL.arguments, note: '' } }],
  ['another tool', { ...CALL, tool: 'send_email' }],
  ['another session', { ...CALL, session: 's2' }],
])('%s is another call', (_, call) => {
  expect(redeemTicket(approved(), call, NOW, sha256Pure)).toMatchObject({ ok: false, failure: 'approval/other-call' })
})

test('a ticket expires, pending or approved, at its minute', () => {
  expect(redeemTicket(approved(), CALL, later(15), sha256Pure)).toMatchObject({ failure: 'approval/expired' })
  expect(decideTicket(pending(), 'approved', LEAD, later(15))).toMatchObject({ failure: 'approval/expired' })
})

test('only a person with a role decides, once, and a refusal is final', () => {
  expect(decideTicket(pending(), 'approved', { principal: 'x', roles: ['customer'] }, NOW)).toMatchObject({
    failure: 'approval/not-entitled',
  })
  expect(decideTicket(approved(), 'refused', LEAD, NOW)).toMatchObject({ failure: 'approval/not-pending' })
  const refused = decideTicket(pending(), 'refused', LEAD, NOW)
  if (!refused.ok) throw new Error(refused.failure)
  expect(redeemTicket(refused.value, CALL, NOW, sha256Pure)).toMatchObject({ failure: 'approval/not-approved' })
  expect(redeemTicket(pending(), CALL, NOW, sha256Pure)).toMatchObject({ failure: 'approval/not-approved' })
})

test('the description shows every argument on one line, without characters that hide or reorder', () => {
  const text = describeCall('send_email', 'external', {
    to: 'a@x\u202Etxt',
    body: 'one\ntwo\u200B',
    n: 'y'.repeat(500),
  })
  expect(text.split('\n')).toHaveLength(4)
  expect(text).toContain('reaches somebody outside')
  expect(text).toContain('\\u{202e}')
  expect(text).not.toMatch(/[\u202E\u200B]/)
  expect(text.length).toBeLessThan(700)
})

test('a call with many arguments says how many are not shown', () => {
  const args = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`a${index}`, index]))
  expect(describeCall('t', 'write', args)).toContain('and 10 more')
})

test('a clock or an end that is no number expires every ticket', () => {
  const none = Number.NaN as ApprovalTicket['expiresAt']
  for (const [ticket, now] of [
    [approved(), none],
    [{ ...approved(), expiresAt: none }, NOW],
  ] as const) {
    expect(redeemTicket(ticket, CALL, now, sha256Pure)).toMatchObject({ failure: 'approval/expired' })
    expect(decideTicket({ ...ticket, state: 'pending' }, 'approved', LEAD, now)).toMatchObject({
      failure: 'approval/expired',
    })
  }
})
