import { array, assert, constantFrom, integer, option, property, record, dictionary } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { guardedManifest } from '../../../test/support/guarded-manifest.ts'
import { epochMs } from '../../base/instant.ts'
import { CONFIDENTIALITIES, type Agent, type Label } from '../manifest/manifest.ts'
import { attenuate, grantDenial, grantOfAgent, spendCall, type AgentGrant } from './attenuate.ts'
import { confidentialityRank } from './labels.ts'

const NOW = epochMs(1_000)
const CLEAN: Label = { integrity: 'user', confidentiality: 'public' }
const grant = (change: Partial<AgentGrant> = {}): AgentGrant => ({
  tools: { lookup_order: { calls: 5 }, issue_refund: { calls: 2, amount: 100 } },
  clearance: 'tenant',
  expiresAt: epochMs(2_000),
  depth: 2,
  ...change,
})
const call = (tool: string, change: object = {}): Parameters<typeof grantDenial>[1] => ({
  tool,
  label: CLEAN,
  now: NOW,
  ...change,
})

describe('a grant', () => {
  test.each<[string, Partial<AgentGrant>, Parameters<typeof grantDenial>[1], string | undefined]>([
    ['a tool that it names', {}, call('lookup_order'), undefined],
    ['an amount within its bound', {}, call('issue_refund', { amount: 100 }), undefined],
    ['an amount above its bound', {}, call('issue_refund', { amount: 100.01 }), 'grant.amount'],
    ['an unknown amount', {}, call('issue_refund'), 'grant.amount'],
    ['a negative amount', {}, call('issue_refund', { amount: -1 }), 'grant.amount'],
    ['an amount that is no number', {}, call('issue_refund', { amount: Number.NaN }), 'grant.amount'],
    ['a tool that it does not name', {}, call('send_email'), 'grant.tool'],
    ['a name that every object has', {}, call('constructor'), 'grant.tool'],
    ['the instant at which it ends', {}, call('lookup_order', { now: epochMs(2_000) }), 'grant.expired'],
    [
      'data above its clearance',
      {},
      call('lookup_order', { label: { integrity: 'user', confidentiality: 'restricted' } }),
      'grant.clearance',
    ],
    ['calls that are spent', { tools: { lookup_order: { calls: 0 } } }, call('lookup_order'), 'grant.calls'],
    [
      'a number of calls that is none',
      { tools: { lookup_order: { calls: Number.NaN } } },
      call('lookup_order'),
      'grant.calls',
    ],
    [
      'an end that is none',
      { expiresAt: Number.NaN as AgentGrant['expiresAt'] },
      call('lookup_order'),
      'grant.expired',
    ],
  ])('judges %s', (_, change, made, rule) => {
    expect(grantDenial(grant(change), made)?.rule).toBe(rule)
  })

  test('shrinks by what is spent', () => {
    const once = spendCall(grant(), { tool: 'issue_refund', amount: 60 })
    expect(once.tools['issue_refund']).toEqual({ calls: 1, amount: 40 })
    expect(grantDenial(once, call('issue_refund', { amount: 60 }))?.rule).toBe('grant.amount')
    const twice = spendCall(once, { tool: 'issue_refund', amount: 40 })
    expect(grantDenial(twice, call('issue_refund', { amount: 0 }))?.rule).toBe('grant.calls')
    expect(spendCall(twice, { tool: 'toString' })).toEqual(twice)
  })
})

test('the first agent has the tools of the manifest, with their calls', () => {
  const manifest = guardedManifest({ id: 'issue_refund', limits: { perSession: 1 } })
  const agent: Agent = {
    id: 'main',
    model: 'main',
    tools: ['lookup_order', 'issue_refund', 'not_declared'],
    delegates: ['b'],
    maxDepth: 3,
  }
  expect(grantOfAgent(manifest, agent, epochMs(9))).toEqual({
    tools: { lookup_order: { calls: 100 }, issue_refund: { calls: 1 } },
    clearance: 'restricted',
    expiresAt: 9,
    depth: 3,
  })
  expect(grantOfAgent(manifest, { id: 'leaf', model: 'main' }, epochMs(9)).depth).toBe(0)
})

describe('confused deputy', () => {
  // A deputy that pays, asked by an agent that read a hostile page and may only look things up.
  const deputy = grant({ tools: { issue_refund: { calls: 10, amount: 10_000 }, send_email: { calls: 10 } } })

  test('a caller without a tool does not reach it through an agent that has it', () => {
    const caller = grant({ tools: { lookup_order: { calls: 5 } } })
    const effective = attenuate(caller, deputy)
    expect(effective?.tools).toEqual({})
    expect(effective && grantDenial(effective, call('issue_refund', { amount: 1 }))?.rule).toBe('grant.tool')
  })

  test('a caller with a small bound does not get a larger one', () => {
    const effective = attenuate(grant(), deputy)
    expect(effective?.tools).toEqual({ issue_refund: { calls: 2, amount: 100 } })
  })

  test('a long way round through three agents adds nothing', () => {
    const first = attenuate(grant({ depth: 3 }), deputy)
    const second = first && attenuate(first, deputy)
    const third = second && attenuate(second, grant({ clearance: 'restricted', expiresAt: epochMs(99_999) }))
    expect(third).toEqual({
      tools: { issue_refund: { calls: 2, amount: 100 } },
      clearance: 'tenant',
      expiresAt: 2_000,
      depth: 0,
    })
    expect(third && attenuate(third, deputy)).toBeUndefined()
  })

  test('an own tool named like a member of every object is not inherited', () => {
    expect(attenuate(grant({ tools: {} }), grant({ tools: { constructor: { calls: 1 } } }))?.tools).toEqual({})
  })
})

test('no agent of any chain has more than any agent above it', () => {
  const tool = record({
    calls: integer({ min: 0, max: 9 }),
    amount: option(integer({ min: 0, max: 99 }), { nil: undefined }),
  })
  const grants = record({
    tools: dictionary(constantFrom('a', 'b', 'c', '__proto__'), tool),
    clearance: constantFrom(...CONFIDENTIALITIES),
    expiresAt: integer({ min: 0, max: 99 }).map(epochMs),
    depth: integer({ min: 0, max: 5 }),
  })
  assert(
    property(grants, array(grants, { maxLength: 6 }), (first, asked) => {
      const chain: AgentGrant[] = [first]
      for (const next of asked) {
        const effective = attenuate(chain.at(-1)!, next)
        if (effective === undefined) break
        for (const above of [...chain, next]) {
          for (const [id, granted] of Object.entries(effective.tools)) {
            const held = Object.hasOwn(above.tools, id) ? above.tools[id] : undefined
            expect(held).toBeDefined()
            expect(granted.calls).toBeLessThanOrEqual(held!.calls)
            expect(granted.amount ?? Infinity).toBeLessThanOrEqual(held!.amount ?? Infinity)
          }
          expect(confidentialityRank(effective.clearance)).toBeLessThanOrEqual(confidentialityRank(above.clearance))
          expect(effective.expiresAt).toBeLessThanOrEqual(above.expiresAt)
          expect(effective.depth).toBeLessThanOrEqual(above.depth)
        }
        chain.push(effective)
      }
      expect(chain.length).toBeLessThanOrEqual(first.depth + 1)
    }),
  )
})

test('of two ends of which one is no number nothing is handed down', () => {
  const none = grant({ expiresAt: Number.NaN as AgentGrant['expiresAt'] })
  for (const [caller, asked] of [
    [none, grant()],
    [grant(), none],
  ] as const) {
    const handed = attenuate(caller, asked)
    expect(handed === undefined ? 'nothing' : grantDenial(handed, call('lookup_order'))?.rule).toBe('grant.expired')
  }
})
