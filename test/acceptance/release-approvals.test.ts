// Who has to agree to a release, and whose words count as how many people.
import { describe, expect, test } from 'vitest'
import type { StoredVerdict } from '../../src/application/release/stored-verdict.ts'
import { DAY_MS } from '../../src/base/instant.ts'
import { governedRelease, type Change } from '../support/governed-release.ts'
import { governedState } from '../support/governed-state.ts'
import { gateOrThrow } from '../support/owned-state.ts'
import { SYSTEM, tinyPack, VERSION_RULE } from '../support/tiny-project.ts'

const state = governedState()
const { as } = state
const { gate } = governedRelease(state)

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
