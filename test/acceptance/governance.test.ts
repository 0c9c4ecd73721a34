import { describe, expect, test } from 'vitest'
import type { StoredVerdict } from '../../src/application/release/stored-verdict.ts'
import { DAY_MS } from '../../src/base/instant.ts'
import { governedRelease } from '../support/governed-release.ts'
import { governedState, outcomeOf } from '../support/governed-state.ts'
import { SYSTEM, tinyPack, VERSION_RULE } from '../support/tiny-project.ts'

const state = governedState()
const { as, in_ } = state

const { gate, request, decide, decideAs, approveFully, served, waivers } = governedRelease(state)

describe('an exception', () => {
  test('that another principal approved covers the failing rule, and the verdict names it', async () => {
    const blocked = await gate()
    expect([blocked.verdict, blocked.envelope === null]).toEqual(['blocked', false])
    const id = await request(blocked)
    expect((await gate()).verdict).toBe('blocked')
    expect(await approveFully(id)).toBe('approved')
    const released = await gate()
    expect([released.verdict, outcomeOf(released)]).toEqual(['released', 'excepted'])
    expect(released.results.find(({ id: rule }) => rule === 'GH-VER-001')).toMatchObject({ exceptionId: id })
    expect(released.validUntil).toBeLessThanOrEqual(Date.now() + 10 * DAY_MS)
  })

  test('covers no other release, not even of one letter', async () => {
    const id = await request(await gate())
    await approveFully(id)
    expect((await gate()).verdict).toBe('released')
    expect((await gate({ title: `release ${state.count}.` })).verdict).toBe('blocked')
  })

  test('covers no other rule', async () => {
    const id = await request(await gate())
    await approveFully(id)
    const second = VERSION_RULE.replace('GH-VER-001', 'GH-VER-002')
    const verdict = await gate({ pack: tinyPack(VERSION_RULE + second) })
    expect([verdict.verdict, outcomeOf(verdict), outcomeOf(verdict, 'GH-VER-002')]).toEqual([
      'blocked',
      'excepted',
      'failed',
    ])
  })

  test('lapses when the rule that compensates for it fails', async () => {
    const id = await request(await gate())
    await approveFully(id)
    const strict = tinyPack(VERSION_RULE)
      .replace('manifest.guard.preset != "none"', 'manifest.guard.preset == "T2"')
      .replace('{ preset: T1 }', '{ preset: T2 }')
    const verdict = await gate({ pack: strict })
    expect([outcomeOf(verdict, 'GH-GRD-001'), outcomeOf(verdict)]).toEqual(['failed', 'failed'])
    expect((await gate()).verdict).toBe('released')
  })

  test('lapses when the rule that compensates for it is no longer there', async () => {
    const id = await request(await gate(), { compensating: 'GH-GRD-009' })
    await approveFully(id)
    expect((await gate()).verdict).toBe('blocked')
  })

  test('lapses at its end, by itself', async () => {
    const id = await request(await gate(), { days: 2 })
    await approveFully(id)
    expect((await gate({}, { session: in_(1.9) })).verdict).toBe('released')
    expect((await gate({}, { session: in_(2.1) })).verdict).toBe('blocked')
  })

  test.each([
    ['its requester', 'fifth', 'exception/own-request'],
    ['the author of the release', 'author-a', 'exception/author'],
  ])('is not approved by %s, nor denied', async (_, by, code) => {
    const id = await request(await gate())
    expect([await decide(id, by), await decide(id, by, 'deny')]).toEqual([code, code])
    expect((await gate()).verdict).toBe('blocked')
  })

  test('waits for two people of two roles and for whoever carries the risk', async () => {
    const id = await request(await gate())
    expect(await decideAs('second', 'security', id)).toBe('in-review')
    expect(await decideAs('sia', 'security', id)).toBe('in-review')
    expect(await decideAs('lea', 'legal', id)).toBe('in-review')
    expect((await gate()).verdict).toBe('blocked')
    const foreign = await as('second', 'executive').call('acceptExceptionRisk', { id })
    expect(foreign).toMatchObject({ ok: false, failure: { code: 'exception/not-the-acceptor' } })
    const accepted = await as('fourth', 'executive').call('acceptExceptionRisk', { id })
    expect(accepted).toMatchObject({ ok: true, value: { status: 'approved', missing: [] } })
    expect((await gate()).verdict).toBe('released')
  })

  test('that is revoked ends at once, also for the gateway', async () => {
    const id = await request(await gate())
    await approveFully(id)
    expect((await gate()).verdict).toBe('released')
    expect(await served()).toHaveLength(1)
    const ended = await as('fifth').call('endException', { id, reason: 'the pilot is over' })
    expect(ended).toMatchObject({ ok: true, value: { status: 'revoked' } })
    expect(await served()).toEqual([])
    expect((await gate()).verdict).toBe('blocked')
    expect(await as('fifth').call('endException', { id, reason: 'again' })).toMatchObject({
      ok: false,
      failure: { code: 'exception/not-open' },
    })
  })

  test.each([
    ['who answers', 'GH-VND-005', 'driftWaivers', '2.0.0'],
    ['the pins of MCP servers', 'GH-TOL-006', 'mcpDriftWaivers', '3.0.0'],
  ] as const)(
    'of the check on %s goes to gateways with the release, and leaves with its end or its compensation',
    async (_, ruleId, list, version) => {
      const verdict = await gate({ version })
      expect(verdict.verdict).toBe('released')
      const ask = async (compensatingRule: string): Promise<string> => {
        const asked = await as('fifth').call('requestException', {
          system: SYSTEM,
          ruleId,
          releaseDigest: verdict.releaseDigest,
          reason: 'what is served was renamed',
          riskAcceptedBy: 'fourth',
          compensatingRule,
          expiresAt: Date.now() + 10 * DAY_MS,
        })
        if (!asked.ok) throw new Error(asked.failure.message)
        return asked.value['id'] as string
      }
      const id = await ask('GH-GRD-001')
      expect(await waivers(0, list)).toEqual([])
      await approveFully(id)
      expect(await waivers(0, list)).toMatchObject([{ exception: id }])
      expect(await waivers(11, list)).toEqual([])
      // What should hold meanwhile is not among the rules of the newest verdict any more: it does not hold.
      await gate({ version, pack: tinyPack() })
      await approveFully(await ask('GH-VER-001'))
      expect(await waivers(0, list)).toMatchObject([{ exception: id }])
      // Another release has none of it.
      await gate({ version, title: 'another release' })
      expect(await waivers(0, list)).toEqual([])
      await gate({ version, pack: tinyPack() })
      await as('fifth').call('endException', { id, reason: 'renamed in the manifest' })
      expect(await waivers(0, list)).toEqual([])
    },
  )

  test('that is asked for can be taken back by who asked, and by nobody else', async () => {
    const id = await request(await gate())
    expect(await as('kim', 'engineer').call('endException', { id, reason: 'no' })).toMatchObject({
      ok: false,
      failure: { code: 'exception/foreign' },
    })
    expect(await as('fifth', 'engineer').call('endException', { id, reason: 'not needed' })).toMatchObject({
      ok: true,
      value: { status: 'withdrawn' },
    })
    expect(await decideAs('second', 'security', id)).toBe('exception/not-open')
  })

  test('is renewed by a request of its own, once at T1', async () => {
    const first = await request(await gate())
    const renew = async (id: string): Promise<string> => {
      const asked = await as('fifth').call('renewException', {
        id,
        reason: 'the roles come later',
        expiresAt: Date.now() + 20 * DAY_MS,
      })
      return asked.ok ? (asked.value['id'] as string) : asked.failure.code
    }
    expect(await renew(first)).toBe('exception/not-renewable')
    await approveFully(first)
    const second = await renew(first)
    expect(second).toMatch(/^EX-/)
    expect(await approveFully(second)).toBe('approved')
    expect(await renew(second)).toBe('exception/renewed-too-often')
  })

  test('is decided by whom a role was lent to, for as long as it was lent, and not by both', async () => {
    const lend = await as('second', 'security').call('delegateRole', {
      to: 'dora',
      role: 'security',
      decisions: ['exception'],
      reason: 'on leave',
      expiresAt: Date.now() + DAY_MS,
    })
    expect(lend.ok).toBe(true)
    const id = await request(await gate())
    await as('fourth', 'executive').call('acceptExceptionRisk', { id })
    expect(await decideAs('second', 'security', id)).toBe('in-review')
    const byDelegate = async (session = as('dora', 'engineer')): Promise<string> => {
      const decided = await session.call('decideException', { id, decision: 'approve', role: 'security' })
      return decided.ok ? (decided.value['status'] as string) : decided.failure.code
    }
    expect(await byDelegate()).toBe('in-review')
    const onwards = await as('dora', 'engineer').call('delegateRole', {
      to: 'kim',
      role: 'security',
      decisions: ['exception'],
      reason: 'me too',
      expiresAt: Date.now() + DAY_MS,
    })
    expect(onwards).toMatchObject({ ok: false, failure: { code: 'delegation/role' } })
    const late = in_(2, 'dora', ['engineer'])
    expect(await byDelegate(late)).toBe('exception/role')
    expect(await decideAs('lea', 'legal', id)).toBe('approved')
  })

  test('of a tier that needs it is not asked for without a compensating rule', async () => {
    const { releaseDigest } = await gate()
    const asked = await as('fifth').call('requestException', {
      system: SYSTEM,
      ruleId: 'GH-VER-001',
      releaseDigest,
      reason: 'a pilot',
      riskAcceptedBy: 'fourth',
      expiresAt: Date.now() + DAY_MS,
    })
    expect(asked).toMatchObject({ ok: false, failure: { code: 'exception/compensation-required' } })
  })

  test('is decided once', async () => {
    const id = await request(await gate())
    expect(await decide(id, 'second', 'deny')).toBe('denied')
    expect(await decide(id, 'second')).toBe('exception/not-open')
    expect((await gate()).verdict).toBe('blocked')
  })

  test.each([
    ['for more than ninety days', { days: 91 }, 'exception/too-long'],
    ['for a time that is over', { days: -1 }, 'exception/too-long'],
    ['compensated by itself', { compensating: 'GH-VER-001' }, 'exception/self-compensation'],
  ])('is not even asked for %s', async (_, change, code) => {
    expect(await request(await gate(), change)).toBe(code)
  })

  test('is not asked of a rule that no verdict on the release names, nor behind such a rule', async () => {
    const { releaseDigest } = await gate()
    const asked = async (ruleId: string, compensatingRule: string): Promise<unknown> => {
      const answer = await as('author-a', 'engineer').call('requestException', {
        system: SYSTEM,
        ruleId,
        releaseDigest,
        reason: 'a slip of the pen',
        riskAcceptedBy: 'eve',
        compensatingRule,
        expiresAt: Date.now() + DAY_MS,
      })
      return answer.ok ? 'asked' : [answer.failure.code, answer.failure.message.includes('GH-NOT-001')]
    }
    expect(await asked('GH-NOT-001', 'GH-GRD-001')).toEqual(['exception/unknown-rule', true])
    expect(await asked('GH-VER-001', 'GH-NOT-001')).toEqual(['exception/unknown-rule', true])
    expect(await asked('GH-VER-001', 'GH-GRD-001')).toBe('asked')
  })

  test('is not asked for a release that nobody gated, and an unknown one is not decided', async () => {
    const verdict = { ...(await gate()), releaseDigest: `sha256:${'0'.repeat(64)}` as StoredVerdict['releaseDigest'] }
    expect(await request(verdict)).toBe('exception/unknown-release')
    expect(await decide('EX-999', 'second')).toBe('exception/unknown')
  })

  test('that nothing needs is reported as unused', async () => {
    const id = await request(await gate({ version: '1.0.0' }))
    await approveFully(id)
    const relaxed = await gate({ pack: tinyPack() })
    expect([relaxed.verdict, relaxed.unusedExceptions]).toEqual(['released', expect.arrayContaining([id])])
  })
})

describe('a risk', () => {
  const risk = async (): Promise<unknown> => {
    const listed = await as('author-a').call('listRisks', { system: SYSTEM })
    return listed.ok ? listed.value.items.find(({ id }) => id === `RSK-${SYSTEM}-GH-VER-001`)?.['treatment'] : listed
  }

  test('opens with a verdict, is accepted with a waiver and closes when the rule holds', async () => {
    const blocked = await gate()
    expect(await risk()).toBe('open')
    await approveFully(await request(blocked))
    await gate()
    expect(await risk()).toBe('accepted')
    await gate({ version: '2.0.0' })
    expect(await risk()).toBe('mitigated')
    await gate({ title: `again ${state.count}` })
    expect(await risk()).toBe('open')
  })
})
