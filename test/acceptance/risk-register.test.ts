// The risk register through the operations: from where a risk comes to who carries it.
import { describe, expect, test } from 'vitest'
import type { Risk } from '../../src/domain/risk/risk.ts'
import { governedRelease } from '../support/governed-release.ts'
import { governedState } from '../support/governed-state.ts'
import { SYSTEM, tinyPack, VERSION_RULE } from '../support/tiny-project.ts'

const state = governedState()
const { as, in_ } = state
const { gate } = governedRelease(state)

async function added(fields: object = {}, by = 'mara'): Promise<Risk> {
  const input = { system: SYSTEM, kind: 'person', title: `risk ${state.count}`, ...fields } as never
  const result = await as(by).call('addRisk', input)
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message}`)
  return result.value as unknown as Risk
}

const assess = (id: string, likelihood = 3, impact = 5) =>
  as('mara').call('assessRisk', { id, likelihood, impact, note: 'seen in the pilot' })
const ask = (id: string, days = 30) => as('mara').call('askRiskAcceptance', { id, reason: 'a pilot', days })
const speak = (id: string, name: string, role: string, decision = 'approve') =>
  as(name, role).call('speakOnRisk', { id, role, decision, comment: 'seen' } as never)
const codeOf = (result: { readonly ok: boolean; readonly failure?: { readonly code: string } }): string =>
  result.failure?.code ?? 'ok'

describe('a risk', () => {
  test('of the gate is in the register, keeps what people wrote on it, and ends when its rule holds', async () => {
    const blocked = await gate()
    const id = `RSK-${SYSTEM}-GH-VER-001`
    const found = await as('mara').call('getRisk', { id })
    expect(found).toMatchObject({
      ok: true,
      value: { kind: 'rule', ref: 'GH-VER-001', tier: 'T1', treatment: 'open', rules: ['GH-VER-001'] },
    })
    expect(await assess(id)).toMatchObject({ ok: true, value: { treatment: 'assessed', severity: 'critical' } })
    await as('mara').call('planRisk', { id, plan: 'mitigate', note: 'raise the version', days: 5 })
    expect(blocked.verdict).toBe('blocked')
    await gate()
    expect(await as('mara').call('getRisk', { id })).toMatchObject({
      ok: true,
      value: { treatment: 'treating', severity: 'critical', planText: 'raise the version' },
    })
    await gate({ version: '2.0.0' })
    expect(await as('mara').call('getRisk', { id })).toMatchObject({ ok: true, value: { treatment: 'mitigated' } })
  })

  test('comes from the catalogue with its control and the rules that show it', async () => {
    const risk = await added({ kind: 'catalogue', ref: 'CTL-SEC-002', title: undefined })
    expect(risk).toMatchObject({ source: 'catalogue CTL-SEC-002', controls: ['CTL-SEC-002'], owner: 'mara' })
    expect(risk.rules.length).toBeGreaterThan(0)
    expect((await added({ kind: 'catalogue', ref: 'CTL-SEC-002', title: undefined })).id).toBe(risk.id)
  })

  test('is derived once from each open threat and finding', async () => {
    await gate()
    await as('mara').call('reportFinding', {
      system: SYSTEM,
      title: `finding ${state.count}`,
      description: '',
      source: 'person',
      severity: 'high',
      verifyingRule: 'GH-VER-001',
    })
    const derived = await as('mara').call('deriveRisks', { system: SYSTEM })
    if (!derived.ok) throw new Error(derived.failure.message)
    const kinds = new Set(derived.value.items.map(({ kind }) => kind))
    expect([kinds.has('threat'), kinds.has('finding')]).toEqual([true, true])
    expect(derived.value.items.find(({ kind }) => kind === 'finding')).toMatchObject({
      severity: 'high',
      rules: ['GH-VER-001'],
    })
    expect(await as('mara').call('deriveRisks', { system: SYSTEM })).toMatchObject({ ok: true, value: { items: [] } })
  })

  test.each([
    ['catalogue', 'CTL-NOT-999'],
    ['threat', 'THR-999@model:none'],
    ['finding', 'FND-999'],
    ['incident', 'INC-999'],
  ])('does not come from a %s that is not there', async (kind, ref) => {
    expect(codeOf(await as('mara').call('addRisk', { system: SYSTEM, kind, ref } as never))).toBe('risk/no-source')
  })

  test('of a person has a title', async () => {
    expect(codeOf(await as('mara').call('addRisk', { system: SYSTEM, kind: 'person' }))).toBe('risk/no-title')
  })

  test('is not treated before it was assessed', async () => {
    const { id } = await added()
    expect(codeOf(await as('mara').call('planRisk', { id, plan: 'avoid', note: 'x' }))).toBe('risk/refused')
    expect(codeOf(await ask(id))).toBe('risk/refused')
  })

  test('is mitigated only by a verdict from after its plan in which its rules pass', async () => {
    const strict = tinyPack(VERSION_RULE.replaceAll('GH-VER-001', `GH-VER-${String(state.count).padStart(3, '0')}`))
    const rule = `GH-VER-${String(state.count).padStart(3, '0')}`
    const { id } = await added({ rules: [rule] })
    await assess(id)
    await gate({ version: '2.0.0', pack: strict })
    await as('mara').call('planRisk', { id, plan: 'mitigate', note: 'x' })
    const done = () => as('mara').call('endRisk', { id, event: 'mitigate', note: 'x', evidence: 'https://example.org' })
    expect(codeOf(await done())).toBe('risk/no-evidence')
    await gate({ version: '2.0.0', pack: strict })
    expect(await done()).toMatchObject({ ok: true, value: { treatment: 'mitigated' } })
    expect(await as('mara').call('endRisk', { id, event: 'reopen', note: 'seen again' })).toMatchObject({
      ok: true,
      value: { treatment: 'open', closedAt: null },
    })
  })
})

describe('a risk of T1', () => {
  test('is carried only by whom the decision rights name, never by who asked or owns it', async () => {
    await gate()
    const { id } = await added()
    await assess(id)
    expect(codeOf(await ask(id, 91))).toBe('risk/too-long')
    expect(await ask(id)).toMatchObject({ ok: true, value: { treatment: 'acceptance-asked' } })
    expect(codeOf(await speak(id, 'sia', 'security'))).toBe('approval/role')
    expect(codeOf(await speak(id, ' MARA ', 'executive'))).toBe('approval/involved')
    expect(codeOf(await speak(id, 'eva', 'legal'))).toBe('approval/role')
    expect(await speak(id, 'eva', 'executive')).toMatchObject({
      ok: true,
      value: { treatment: 'accepted', acceptedBy: 'eva' },
    })
    expect(codeOf(await speak(id, 'eva', 'executive'))).toBe('approval/closed')
    expect(await in_(31).call('getRisk', { id })).toMatchObject({ ok: true, value: { treatment: 'assessed' } })
  })

  test('is not carried by an owner either, nor by a refusal', async () => {
    const { id } = await added({ owner: 'eva' })
    await assess(id)
    await ask(id)
    expect(codeOf(await speak(id, 'eva', 'executive'))).toBe('approval/involved')
    expect(await speak(id, 'olga', 'executive', 'reject')).toMatchObject({ ok: true, value: { treatment: 'assessed' } })
  })

  test('that is overdue is a fact of the gate, until somebody carries it', async () => {
    const rule = VERSION_RULE.replace('GH-VER-001', 'GH-VER-900')
      .replace(/expr: .*/, 'expr: facts.risks.overdue == 0')
      .replace(/input: \{ manifest.*2\.0\.0.*/, 'input: { facts: { risks: { overdue: 0 } } }, expect: pass }')
      .replace(/input: \{ manifest.*1\.0\.0.*/, 'input: { facts: { risks: { overdue: 1 } } }, expect: fail }')
    const pack = tinyPack(rule)
    const later = in_(400)
    const outcome = async () =>
      (await gate({ version: '2.0.0', pack }, { session: later, run: false })).results.find(
        ({ id }) => id === 'GH-VER-900',
      )?.outcome
    await added()
    expect(await outcome()).toBe('failed')
  })
})

test('that has no plan is a fact of the gate until it is planned; one of a rule is held by the rule', async () => {
  const unplanned = async (version = '2.0.0'): Promise<readonly unknown[]> => {
    const { facts = {} } = await gate({ version, title: `risks ${state.count}` })
    const { unplanned: all, unplannedHigh: high } = facts['risks'] as { unplanned: number; unplannedHigh: number }
    return [all, high]
  }
  const [all, high] = (await unplanned()) as [number, number]
  expect((await gate()).verdict).toBe('blocked')
  expect(await unplanned()).toEqual([all, high])
  const { id } = await added({ severity: 'high' })
  await added({ severity: 'low' })
  expect(await unplanned()).toEqual([all + 2, high + 1])
  await assess(id)
  expect(await unplanned()).toEqual([all + 2, high + 1])
  await as('mara').call('planRisk', { id, plan: 'mitigate', note: 'x' })
  expect(await unplanned()).toEqual([all + 1, high])
})

test('the burn-down shows what this file opened and ended', async () => {
  const result = await as('mara').call('getRiskBurnDown', { system: SYSTEM, points: 2, stepDays: 1 })
  if (!result.ok) throw new Error(result.failure.message)
  const [before, now] = result.value.items as unknown as readonly { readonly open: number; readonly opened: number }[]
  expect([before?.open, (now?.open ?? 0) > 0, now?.opened === now?.open]).toEqual([0, true, true])
})
