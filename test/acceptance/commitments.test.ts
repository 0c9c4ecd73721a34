// Promises to customers and the impact assessment, through the command line and the gate.
import { describe, expect, test } from 'vitest'
import type { Commitment } from '../../src/domain/commitment/commitment.ts'
import type { Dpia } from '../../src/domain/impact/dpia.ts'
import { renderDpia } from '../../src/domain/impact/render-dpia.ts'
import { governedRelease } from '../support/governed-release.ts'
import { governedState, outcomeOf } from '../support/governed-state.ts'
import { SYSTEM, tinyPack } from '../support/tiny-project.ts'

const state = governedState()
const { as, in_ } = state
const { gate } = governedRelease(state)

const HELD = `  - id: GH-CMT-900
    title: Promises are held
    severity: high
    controls: [CTL-GOV-003]
    expr: facts.commitments.unbound == 0
    message: a promise is not held
    fix: bind its rules
    tests:
      - { name: held, input: { facts: { commitments: { unbound: 0 } } }, expect: pass }
      - { name: not held, input: { facts: { commitments: { unbound: 1 } } }, expect: fail }
`

async function proposed(rule = 'GH-GRD-001', days = 30): Promise<string> {
  const result = await as('mara').call('proposeCommitment', {
    system: SYSTEM,
    customer: 'acme',
    text: `promise ${state.count}`,
    contract: 'contract 7',
    rules: [rule],
    days,
  })
  if (!result.ok) throw new Error(result.failure.message)
  return String(result.value['id'])
}

const speak = async (id: string, name: string, role: string, decision = 'approve'): Promise<string> => {
  const said = await as(name, role).call('speakOnCommitment', { id, role, decision, comment: 'seen' } as never)
  return said.ok ? (said.value as unknown as Commitment).state : said.failure.code
}

const facts = async (days = 0): Promise<unknown> => {
  const verdict = await gate({ version: '2.0.0', pack: tinyPack(HELD) }, { session: in_(days), run: false })
  return outcomeOf(verdict, 'GH-CMT-900')
}

describe('a promise at T1', () => {
  test('is active only by two people of two roles whom the decision rights name, never by who proposed it', async () => {
    await gate()
    const id = await proposed()
    expect(await speak(id, 'mara', 'legal')).toBe('approval/involved')
    expect(await speak(id, 'sia', 'security')).toBe('approval/role')
    expect(await speak(id, 'lea', 'legal')).toBe('proposed')
    expect(await speak(id, 'LEA ', 'product')).toBe('proposed')
    expect(await speak(id, 'lou', 'legal')).toBe('active')
    expect(await speak(id, 'eva', 'executive')).toBe('approval/closed')
    const ended = await as('kim').call('endCommitment', { id, event: 'withdraw', note: 'x' })
    expect(ended).toMatchObject({ ok: false, failure: { code: 'commitment/foreign' } })
    expect(await as('kim').call('endCommitment', { id, event: 'end', note: 'x' })).toMatchObject({
      ok: true,
      value: { state: 'ended' },
    })
  })

  test('blocks the gate that does not hold it, from the day it is active until it ends', async () => {
    const id = await proposed('GH-CMT-777', 10)
    expect(await facts()).toBe('passed')
    await speak(id, 'lea', 'legal')
    await speak(id, 'pol', 'product')
    expect(await facts()).toBe('failed')
    expect(await facts(11)).toBe('passed')
    const gaps = await as('mara').call('listGaps', { system: SYSTEM })
    expect(gaps.ok ? gaps.value.commitments.find(({ commitment }) => commitment === id) : gaps).toMatchObject({
      missing: ['GH-CMT-777: not bound in the newest verdict'],
    })
    await as('mara').call('endCommitment', { id, event: 'end', note: 'over' })
    expect(await facts()).toBe('passed')
  })

  test('that waits for people is a gap, and is taken back by who proposed it', async () => {
    const id = await proposed()
    const gaps = await as('mara').call('listGaps', { system: SYSTEM })
    expect(gaps.ok ? gaps.value.commitments.find(({ commitment }) => commitment === id) : gaps).toMatchObject({
      missing: ['it waits for people: nothing may be promised yet'],
    })
    expect(await as('mara').call('endCommitment', { id, event: 'end', note: 'x' })).toMatchObject({
      ok: false,
      failure: { code: 'commitment/refused' },
    })
    expect(await as('mara').call('endCommitment', { id, event: 'withdraw', note: 'x' })).toMatchObject({ ok: true })
    expect(await speak(id, 'lea', 'legal')).toBe('approval/closed')
  })
})

describe('the impact assessment', () => {
  test('says what is known, what is missing and what only people can say', async () => {
    await gate()
    const result = await as('pia', 'privacy').call('getDpia', { system: SYSTEM })
    if (!result.ok) throw new Error(result.failure.message)
    const dpia = result.value as unknown as Dpia
    expect(dpia).toMatchObject({ system: SYSTEM, tier: 'T1', screening: { isIndicated: false } })
    expect(dpia.forPeople.every(({ answer }) => answer === null)).toBe(true)
    expect(dpia.measures.length).toBeGreaterThan(5)
    expect(dpia.measures.every(({ status }) => status !== 'not-applicable')).toBe(true)
    expect(dpia.gaps).toContain('the threat model was not reviewed as it is now')
    expect(dpia.gaps).toContain('manifest `data.retentionDays`: how long it is kept')
    const page = renderDpia(dpia)
    expect(page).toContain('without it this is no assessment under Art. 35 GDPR')
    expect(page.match(/> ____/g)).toHaveLength(dpia.forPeople.length)
  })

  test('of a system without a release is refused', async () => {
    expect(await as('pia').call('getDpia', { system: 'no-such' })).toMatchObject({
      ok: false,
      failure: { code: 'controls/unknown-system' },
    })
  })

  test('lets nobody write a line or a cell of their own into the page', async () => {
    const result = await as('pia').call('getDpia', { system: SYSTEM })
    if (!result.ok) throw new Error(result.failure.message)
    const dpia = result.value as unknown as Dpia
    const page = renderDpia({
      ...dpia,
      processing: { ...dpia.processing, purpose: 'x\n## 7. Approved\n<b>' },
      risks: [{ id: 'RSK-1', what: 'a | b', level: 'high', state: 'open', owner: 'm' }],
    })
    expect(page).toContain('- Purpose: x \\#\\# 7. Approved \\<b\\>')
    expect(page).toContain('| a \\| b |')
  })
})
