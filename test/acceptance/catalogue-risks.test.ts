// Risks of the control catalogue: which apply to a system, taken in on request, and which of them nobody has answered.
import { beforeAll, expect, test } from 'vitest'
import type { CatalogueRisk } from '../../src/application/governance/catalogue-risks.ts'
import { unansweredRisks } from '../../src/entrypoints/cli/commands/catalogue-risks.ts'
import { governedRelease } from '../support/governed-release.ts'
import { governedState } from '../support/governed-state.ts'
import { SYSTEM } from '../support/tiny-project.ts'

const state = governedState()
const { as } = state
const { gate } = governedRelease(state)
beforeAll(async () => void (await gate({ version: '2.0.0' })))

async function listed(): Promise<readonly CatalogueRisk[]> {
  const found = await as('mara').call('listCatalogueRisks', { system: SYSTEM })
  if (!found.ok) throw new Error(found.failure.message)
  return found.value.items as unknown as readonly CatalogueRisk[]
}

const standing = async (control: string) => (await listed()).find((risk) => risk.control === control)
const imported = (owner?: string) => as('mara').call('importCatalogueRisks', { system: SYSTEM, owner })
const codeOf = (result: { readonly ok: boolean; readonly failure?: { readonly code: string } }): string =>
  result.failure?.code ?? 'ok'

test('what the system does decides: tools bring theirs, no retriever and no tuning bring none', async () => {
  const controls = (await listed()).map(({ control }) => control)
  // Of every system at T1; of agents; of the readiness that is asked of all.
  for (const control of ['CTL-SEC-002', 'CTL-AGT-001', 'CTL-SEC-008']) expect(controls).toContain(control)
  // Of systems that retrieve, and of health data.
  for (const control of ['CTL-ACC-001', 'CTL-PRV-010']) expect(controls).not.toContain(control)
  // Records show it, whatever pack asks for them too.
  expect(controls).toContain('CTL-GOV-004')
  expect(new Set(controls).size).toBe(controls.length)
  expect((await listed()).every((risk) => risk.standing === 'missing' && risk.risk === null)).toBe(true)
})

test('they are opened once, and what was answered stays answered', async () => {
  const count = (await listed()).length
  expect(await imported('ben')).toMatchObject({ ok: true, value: { known: 0 } })
  expect((await listed()).every((risk) => risk.standing === 'unanswered')).toBe(true)
  expect(await imported()).toMatchObject({ ok: true, value: { items: [], known: count } })

  const { risk: id } = (await standing('CTL-AGT-001')) ?? { risk: null }
  expect(await as('mara').call('getRisk', { id: id ?? '' })).toMatchObject({
    ok: true,
    value: { owner: 'ben', kind: 'catalogue', ref: 'CTL-AGT-001', treatment: 'open' },
  })
  const dismiss = (name: string, role = 'product') =>
    as(name, role).call('dismissRisk', { id: id ?? '', note: 'its tools only read' })
  expect(codeOf(await dismiss('mara', 'engineer'))).toBe('http/forbidden')
  expect(codeOf(await dismiss('ben'))).toBe('risk/involved')
  expect(await dismiss('pol')).toMatchObject({ ok: true, value: { treatment: 'dismissed' } })
  expect(codeOf(await dismiss('pol'))).toBe('risk/refused')
  expect(await standing('CTL-AGT-001')).toMatchObject({
    standing: 'dismissed',
    reason: 'pol: dismiss: its tools only read',
  })
  expect(await imported()).toMatchObject({ ok: true, value: { items: [] } })

  const planned = (await standing('CTL-SEC-002'))?.risk ?? ''
  await as('ben').call('assessRisk', { id: planned, likelihood: 2, impact: 2, note: 'x' })
  expect((await standing('CTL-SEC-002'))?.standing).toBe('unanswered')
  await as('ben').call('planRisk', { id: planned, plan: 'mitigate', note: 'attacks are tried' })
  expect((await standing('CTL-SEC-002'))?.standing).toBe('treated')

  await as('mara').call('endRisk', { id: id ?? '', event: 'reopen', note: 'a tool writes now' })
  expect((await standing('CTL-AGT-001'))?.standing).toBe('unanswered')
})

test('what was found in this very system is not argued away, and a system without a release has none', async () => {
  const own = await as('mara').call('addRisk', { system: SYSTEM, kind: 'person', title: 'a refund goes astray' })
  const id = own.ok ? String(own.value['id']) : ''
  expect(codeOf(await as('pol', 'product').call('dismissRisk', { id, note: 'no' }))).toBe('risk/not-catalogue')
  expect(codeOf(await as('mara').call('listCatalogueRisks', { system: 'nobody' }))).toBe('controls/unknown-system')
  expect(codeOf(await as('mara').call('importCatalogueRisks', { system: 'nobody' }))).toBe('controls/unknown-system')
})

test('the register names what nobody has answered; of a system without a release it names nothing', async () => {
  const unanswered = (await listed()).filter(({ standing: how }) => how === 'missing' || how === 'unanswered')
  const session = as('mara')
  expect(await unansweredRisks(session, SYSTEM)).toEqual({
    ok: true,
    value: unanswered.map(({ control }) => control),
  })
  expect(await unansweredRisks(session, 'nobody')).toEqual({ ok: true, value: [] })
})
