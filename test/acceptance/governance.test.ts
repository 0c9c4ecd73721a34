import { describe, expect, test } from 'vitest'
import type { StoredVerdict } from '../../src/application/release/stored-verdict.ts'
import { DAY_MS } from '../../src/base/instant.ts'
import { governedRelease, type Change } from '../support/governed-release.ts'
import { governedState, outcomeOf } from '../support/governed-state.ts'
import { gateOrThrow } from '../support/owned-state.ts'
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
      // What should hold meanwhile is not among the rules of the verdict: it does not hold.
      await approveFully(await ask('GH-XYZ-001'))
      expect(await waivers(0, list)).toMatchObject([{ exception: id }])
      // Another release has none of it.
      await gate({ version, title: 'another release' })
      expect(await waivers(0, list)).toEqual([])
      await gate({ version })
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

describe('a release to production', () => {
  const production = (change: Change = {}): Promise<StoredVerdict> =>
    gate({ version: '2.0.0', ...change }, { environment: 'production' })
  async function approve(
    { releaseDigest }: StoredVerdict,
    by: string,
    role: string,
    decision: 'approve' | 'reject' = 'approve',
  ): Promise<string> {
    const given = await as(by, role).call('giveApproval', {
      system: SYSTEM,
      releaseDigest,
      environment: 'production',
      role,
      decision,
      comment: '',
    })
    return given.ok ? 'given' : given.failure.code
  }

  test('waits for two people in two roles', async () => {
    const pending = await production()
    expect([pending.verdict, pending.envelope]).toEqual(['pending-approval', null])
    expect(await approve(pending, 'second', 'security')).toBe('given')
    expect((await production()).verdict).toBe('pending-approval')
    expect(await approve(pending, 'other', 'product')).toBe('given')
    const released = await production()
    expect([released.verdict, released.approvals.given.toSorted()]).toEqual([
      'released',
      ['other (product)', 'second (security)'],
    ])
  })

  test('waits on when two people have one role, and when one person has two', async () => {
    const pending = await production()
    await approve(pending, 'second', 'security')
    await approve(pending, 'sia', 'security')
    await approve(pending, ' SIA', 'security')
    const waiting = await production()
    expect([waiting.verdict, waiting.approvals]).toMatchObject([
      'pending-approval',
      { needed: 2, agreed: 1, given: ['second (security)', 'sia (security)'] },
    ])
    await approve(pending, 'second', 'security')
    expect((await production()).verdict).toBe('pending-approval')
    expect(await approve(pending, 'lea', 'legal')).toBe('given')
    expect((await production()).verdict).toBe('released')
  })

  test('waits on when one person speaks in two roles', async () => {
    const pending = await production()
    await approve(pending, 'second', 'security')
    await approve(pending, 'second', 'product')
    expect((await production()).verdict).toBe('pending-approval')
  })

  test('is not approved by its author, by another role than one has, or by one that does not exist', async () => {
    const pending = await production()
    expect(await approve(pending, 'author-a', 'security')).toBe('approval/author')
    expect(await approve(pending, 'second', 'responder')).toBe('approval/role')
    const other = await as('second', 'product').call('giveApproval', {
      system: SYSTEM,
      releaseDigest: pending.releaseDigest,
      environment: 'production',
      role: 'security',
      decision: 'approve',
      comment: '',
    })
    expect(other).toMatchObject({ ok: false, failure: { code: 'approval/role' } })
    expect((await production()).verdict).toBe('pending-approval')
  })

  test('is approved in a lent role by somebody who decides nothing otherwise, and not by the lender beside them', async () => {
    const pending = await production()
    const lend = await as('sia', 'security').call('delegateRole', {
      to: 'tom',
      role: 'security',
      decisions: ['release'],
      reason: 'on leave',
      expiresAt: Date.now() + DAY_MS,
    })
    expect(lend.ok).toBe(true)
    const byTom = (role: 'security' | 'legal', environment = 'production') =>
      as('tom', 'engineer').call('giveApproval', {
        system: SYSTEM,
        releaseDigest: pending.releaseDigest,
        environment,
        role,
        decision: 'approve',
        comment: '',
      })
    expect(await byTom('legal')).toMatchObject({ ok: false, failure: { code: 'approval/role' } })
    expect(await byTom('security', 'prodcution')).toMatchObject({
      ok: false,
      failure: { code: 'approval/unknown-environment', next: expect.stringContaining('production') },
    })
    expect(await byTom('security')).toMatchObject({ ok: true, value: { onBehalfOf: 'sia' } })
    await approve(pending, 'sia', 'security')
    expect((await production()).approvals.agreed).toBe(1)
    await approve(pending, 'lea', 'legal')
    expect((await production()).verdict).toBe('released')
  })

  test('keeps its author, whoever gates it again', async () => {
    const pending = await production()
    const again = await gateOrThrow(as('fifth'), state.project, { author: 'fifth', environment: 'production' })
    expect(again.verdict.author).toBe('author-a')
    expect(await approve(pending, 'author-a', 'security')).toBe('approval/author')
  })

  test('is blocked by one rejection, whoever approves', async () => {
    const pending = await production()
    await approve(pending, 'second', 'security')
    await approve(pending, 'other', 'product')
    expect((await production()).verdict).toBe('released')
    await approve(pending, 'lea', 'legal', 'reject')
    const blocked = await production()
    expect([blocked.verdict, blocked.approvals.isRejected]).toEqual(['blocked', true])
  })

  test('under other rules than the last one waits until somebody has agreed to the change of thresholds', async () => {
    const approveBoth = async (verdict: StoredVerdict): Promise<void> => {
      await approve(verdict, 'second', 'security')
      await approve(verdict, 'other', 'product')
    }
    await approveBoth(await production({ title: `before ${state.count}` }))
    expect((await production({ title: `before ${state.count}` })).verdict).toBe('released')
    const eased = { title: `eased ${state.count}`, pack: tinyPack(`${VERSION_RULE}# eased\n`) }
    await approveBoth(await production(eased))
    const pending = await production(eased)
    expect([pending.verdict, pending.pendingDecisions]).toEqual([
      'pending-approval',
      [{ decision: 'threshold-change', subject: expect.stringMatching(/^sha256:/) }],
    ])
    const asked = await as('author-a', 'engineer').call('openApprovalCase', {
      system: SYSTEM,
      decision: 'threshold-change',
      subject: pending.pendingDecisions[0]!.subject,
      text: 'a comment was added',
    })
    const id = asked.ok ? (asked.value['id'] as string) : ''
    const speak = async (name: string, role: 'security' | 'product' | 'legal'): Promise<string> => {
      const said = await as(name, role).call('speakOnApprovalCase', { id, role, decision: 'approve', comment: '' })
      return said.ok ? (said.value['state'] as string) : said.failure.code
    }
    expect(await speak('author-a', 'security')).toBe('approval/involved')
    expect(await speak('second', 'product')).toBe('approval/role')
    expect(await speak('second', 'security')).toBe('partial')
    expect((await production(eased)).verdict).toBe('pending-approval')
    expect(await speak('lea', 'legal')).toBe('approved')
    expect((await production(eased)).verdict).toBe('released')
  })

  test('needs its own approvals after any change, and none of them counts elsewhere', async () => {
    const pending = await production()
    await approve(pending, 'second', 'security')
    await approve(pending, 'other', 'product')
    expect((await production({ title: `changed ${state.count}` })).verdict).toBe('pending-approval')
    expect((await gate({ version: '2.0.0' })).verdict).toBe('released')
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
