import { describe, expect, test } from 'vitest'
import { gateOf, packOf, plainRule } from '../../../test/support/release-fixture.ts'
import { decideRelease } from './decide-release.ts'

const holds = plainRule('GH-AAA-001', 'true', { when: 'true' })
const fails = plainRule('GH-BBB-001', 'false', { when: 'true' })

describe('a rule in shadow', () => {
  test.each([
    ['by itself', [packOf(holds, { ...fails, mode: 'shadow' as const })]],
    ['by its pack', [packOf(holds), { ...packOf(fails), mode: 'shadow' as const }]],
    [
      'by its pack, though it says otherwise',
      [packOf(holds), { ...packOf({ ...fails, mode: 'enforce' as const }), mode: 'shadow' as const }],
    ],
  ])('%s is decided, recorded and without effect', (_, packs) => {
    const decided = decideRelease(gateOf([holds], [], { packs }))
    expect(decided.verdict).toBe('released')
    expect(decided.results.map(({ rule }) => rule.id)).toEqual(['GH-AAA-001'])
    expect(decided.shadow).toMatchObject([{ rule: { id: 'GH-BBB-001' }, outcome: 'failed' }])
  })

  test('shows nothing: a gate of shadows alone releases nothing', () => {
    const packs = [{ ...packOf(holds), mode: 'shadow' as const }]
    expect(decideRelease(gateOf([], [], { packs })).verdict).toBe('inconclusive')
  })

  test('that is enforced blocks', () => expect(decideRelease(gateOf([holds, fails], [])).verdict).toBe('blocked'))
})

test('a pack on requests is no part of a release decision', () => {
  const packs = [packOf(holds), { ...packOf(fails), scope: 'request' as const }]
  const decided = decideRelease(gateOf([holds], [], { packs }))
  expect(decided.verdict).toBe('released')
  expect([...decided.results, ...decided.shadow].map(({ rule }) => rule.id)).toEqual(['GH-AAA-001'])
})
