import { assert, constantFrom, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { guardedManifest, TOOLS } from '../../../test/support/guarded-manifest.ts'
import { celEngine } from '../../adapters/policy-cel/cel-engine.ts'
import type { Json } from '../../base/json.ts'
import { CONFIDENTIALITIES, INTEGRITIES, type Tool } from '../manifest/manifest.ts'
import type { Subject } from '../session/conversation.ts'
import { authorizeToolCall, type ToolCallContext, type ToolDecision } from './authorize-tool-call.ts'

const engine = celEngine()
const SUBJECT: Subject = {
  tenant: 'northwind',
  principal: 'author-a',
  roles: ['customer'],
  session: 's1',
  email: 'author-a@example.com',
}

type ToolOverride = Partial<Tool> & { readonly id: string }

function context(tool: ToolOverride | undefined, overrides: Partial<ToolCallContext> = {}): ToolCallContext {
  return {
    manifest: tool === undefined ? guardedManifest() : guardedManifest(tool),
    deniedTools: new Set(),
    subject: SUBJECT,
    label: { integrity: 'user', confidentiality: 'public' },
    userTexts: [],
    toolResults: [],
    pastCalls: [],
    sessionCalls: {},
    dayCalls: () => 0,
    engine,
    checkArguments: () => undefined,
    ...overrides,
  }
}

const decide = (name: string, args: Json | string, given: ToolCallContext): ToolDecision =>
  authorizeToolCall({ id: 'call-1', name, arguments: typeof args === 'string' ? args : JSON.stringify(args) }, given)
const result = (tool: string, value: Json = {}): ToolCallContext['toolResults'][number] => ({
  tool,
  value,
  text: JSON.stringify(value),
})

test('a call that breaks no rule is allowed, and says of which call that holds', () => {
  expect(decide('lookup_order', {}, context(undefined))).toEqual({
    tool: 'lookup_order',
    callId: 'call-1',
    decision: 'allow',
    rule: 'manifest',
    reason: expect.any(String),
  })
})

describe('which tools there are', () => {
  test.each(['nope', '', 'LOOKUP_ORDER', 'lookup_order ', 'constructor', '__proto__', 'toString'])(
    '`%s` is undeclared and blocked',
    (name) => {
      expect(decide(name, {}, context(undefined))).toMatchObject({
        tool: name,
        decision: 'block',
        rule: 'undeclared-tool',
      })
    },
  )

  test('a manifest without tools allows none', () => {
    const manifest = guardedManifest()
    const { tools: _, ...components } = manifest.components
    expect(decide('lookup_order', {}, context(undefined, { manifest: { ...manifest, components } })).rule).toBe(
      'undeclared-tool',
    )
  })

  test('a tool that is switched off is blocked, and only that one', () => {
    const off = context(undefined, { deniedTools: new Set(['lookup_order']) })
    expect(decide('lookup_order', {}, off)).toMatchObject({ decision: 'block', rule: 'kill-switch' })
    expect(decide('search_web', {}, off).decision).toBe('allow')
  })
})

describe('without a verified end user', () => {
  test.each(TOOLS)('$id with effect $effect', ({ id, effect }) => {
    const decision = decide(id, {}, context(undefined, { subject: undefined }))
    expect(decision).toMatchObject(
      effect === 'read' ? { decision: 'allow' } : { decision: 'block', rule: 'no-subject' },
    )
  })
})

describe('arguments', () => {
  test.each([
    '[]',
    '"x"',
    '1',
    'null',
    'true',
    '{',
    '{"a":1}{',
    "{'a':1}",
    'undefined',
    `{"a":"${'x'.repeat(100_000)}"}`,
    '{"order":"1","order":"2"}',
    '{"a":{"b":1,"\\u0062":2}}',
  ])('that are no JSON object are blocked (%#)', (text) => {
    expect(decide('lookup_order', text, context(undefined))).toMatchObject({ decision: 'block', rule: 'arguments' })
  })

  test('that are left out are an empty object', () => {
    expect(decide('lookup_order', '', context(undefined)).decision).toBe('allow')
  })

  test('that do not fit the schema are blocked with what is wrong', () => {
    const checkArguments: ToolCallContext['checkArguments'] = (tool, args) =>
      tool === 'lookup_order' && !('order_id' in args) ? 'order_id is missing' : undefined
    const given = context(undefined, { checkArguments })
    expect(decide('lookup_order', {}, given)).toMatchObject({
      decision: 'block',
      rule: 'arguments',
      reason: expect.stringContaining('order_id is missing'),
    })
    expect(decide('lookup_order', { order_id: 'NW-1' }, given).decision).toBe('allow')
  })
})

describe('order and limits', () => {
  const needs: ToolOverride = { id: 'issue_refund', requires: ['lookup_order', 'read_salary'] }

  test.each([
    [[], 'block'],
    [['lookup_order'], 'block'],
    [['lookup_order', 'search_web'], 'block'],
    [['read_salary', 'lookup_order'], 'allow'],
  ] as const)('with results of %j a tool that needs two others gets: %s', (tools, decision) => {
    const got = decide('issue_refund', {}, context(needs, { toolResults: tools.map((tool) => result(tool)) }))
    expect(got).toMatchObject({ decision, rule: decision === 'block' ? 'requires' : 'manifest' })
  })

  test.each([
    [0, 'allow'],
    [1, 'allow'],
    [2, 'block'],
    [3, 'block'],
  ] as const)('after %i of 2 calls in the session: %s', (calls, decision) => {
    const limited: ToolOverride = { id: 'lookup_order', limits: { perSession: 2 } }
    const got = decide('lookup_order', {}, context(limited, { sessionCalls: { lookup_order: calls, search_web: 9 } }))
    expect(got).toMatchObject({ decision, rule: decision === 'block' ? 'limits.perSession' : 'manifest' })
  })

  test.each([
    [4, 'allow'],
    [5, 'block'],
  ] as const)('after %i of 5 calls of the tenant today: %s', (calls, decision) => {
    const limited: ToolOverride = { id: 'lookup_order', limits: { perDayPerTenant: 5 } }
    const got = decide(
      'lookup_order',
      {},
      context(limited, { dayCalls: (tool) => (tool === 'lookup_order' ? calls : 99) }),
    )
    expect(got).toMatchObject({ decision, rule: decision === 'block' ? 'limits.perDayPerTenant' : 'manifest' })
  })
})

describe('destinations', () => {
  const mail: ToolOverride = { id: 'send_email', clearance: { confidentiality: 'restricted' } }

  test.each([
    ['user-message', 'bob@example.com', 'allow'],
    ['user-message', 'fifth@evil.example', 'block'],
    ['subject.email', 'author-a@example.com', 'allow'],
    ['subject.email', 'bob@example.com', 'block'],
    ['tool:lookup_order.email', 'carl@example.com', 'allow'],
    ['tool:lookup_order.email', 'bob@example.com', 'block'],
    ['tool:search_web.email', 'carl@example.com', 'block'],
  ] as const)('from %s: %s gets %s', (source, to, decision) => {
    const given = context(
      { ...mail, destinations: { to: { from: [source] } } },
      { userTexts: ['write to bob@example.com'], toolResults: [result('lookup_order', { email: 'carl@example.com' })] },
    )
    expect(decide('send_email', { to }, given)).toMatchObject({
      decision,
      rule: decision === 'block' ? 'destinations.to' : 'manifest',
    })
  })

  test('an allow-list stands beside the sources', () => {
    const given = context({ ...mail, destinations: { to: { allow: ['*@northwind.example'] } } })
    expect(decide('send_email', { to: 'help@northwind.example' }, given).decision).toBe('allow')
    expect(decide('send_email', { to: 'help@northwind.example.evil' }, given).decision).toBe('block')
  })

  test('every declared destination must hold, and null is no destination', () => {
    const given = context({ ...mail, destinations: { to: { allow: ['a@x'] }, cc: { allow: ['b@x'] } } })
    expect(decide('send_email', { to: 'a@x', cc: 'b@x' }, given).decision).toBe('allow')
    expect(decide('send_email', { to: 'a@x' }, given).decision).toBe('allow')
    expect(decide('send_email', { to: 'a@x', cc: 'a@x' }, given).rule).toBe('destinations.cc')
    expect(decide('send_email', { to: null }, given).rule).toBe('destinations.to')
    expect(decide('send_email', { to: ['a@x', 'fifth@x'] }, given).rule).toBe('destinations.to')
  })
})

describe('untrusted context', () => {
  test.each(TOOLS.flatMap(({ id, effect }) => INTEGRITIES.map((integrity) => ({ id, effect, integrity }))))(
    '$effect tool $id after $integrity content',
    ({ id, effect, integrity }) => {
      const got = decide(id, {}, context(undefined, { label: { integrity, confidentiality: 'public' } }))
      const isBlocked = integrity === 'untrusted' && (effect === 'irreversible' || effect === 'external')
      expect(got).toMatchObject(isBlocked ? { decision: 'block', rule: 'untrusted-context' } : { decision: 'allow' })
    },
  )

  test('declared destinations are the way out', () => {
    const given = context(
      { id: 'send_email', destinations: { to: { from: ['subject.email'] } } },
      { label: { integrity: 'untrusted', confidentiality: 'public' } },
    )
    expect(decide('send_email', { to: 'author-a@example.com' }, given).decision).toBe('allow')
    expect(decide('send_email', { to: 'fifth@evil.example' }, given).decision).toBe('block')
  })
})

describe('clearance', () => {
  test.each(
    CONFIDENTIALITIES.flatMap((clearance, level) =>
      CONFIDENTIALITIES.map((held, rank) => ({ clearance, held, isAllowed: rank <= level })),
    ),
  )('a tool cleared for $clearance with $held data: allowed $isAllowed', ({ clearance, held, isAllowed }) => {
    const got = decide(
      'save_note',
      {},
      context(
        { id: 'save_note', clearance: { confidentiality: clearance } },
        { label: { integrity: 'user', confidentiality: held } },
      ),
    )
    expect(got).toMatchObject(isAllowed ? { decision: 'allow' } : { decision: 'block', rule: 'clearance' })
  })

  test('undeclared, an external tool is cleared for public data only', () => {
    for (const confidentiality of CONFIDENTIALITIES) {
      const label = { integrity: 'user', confidentiality } as const
      expect(decide('send_email', {}, context(undefined, { label })).decision).toBe(
        confidentiality === 'public' ? 'allow' : 'block',
      )
      expect(decide('save_note', {}, context(undefined, { label })).decision).toBe('allow')
    }
  })
})

describe('expressions', () => {
  test.each([
    ['args.tenant == subject.tenant', { tenant: 'northwind' }, 'allow'],
    ['args.tenant == subject.tenant', { tenant: 'fabrikam' }, 'block'],
    ['args.tenant == subject.tenant', {}, 'block'],
    ['"customer" in subject.roles', {}, 'allow'],
    ['"admin" in subject.roles', {}, 'block'],
    ['session.calls.lookup_order < 3', {}, 'allow'],
    ['session.calls.absent < 3', {}, 'block'],
    ['labels.integrity == "user"', {}, 'allow'],
    ['user.text.contains("refund")', {}, 'allow'],
    ['user.text.contains("Refund")', {}, 'block'],
    ['args.amount', { amount: 1 }, 'block'],
    ['args.amount ==', {}, 'block'],
    ['environment == "local"', {}, 'block'],
    ['subject.email.matches(".*")', {}, 'block'],
    ['true', {}, 'allow'],
    ['false', {}, 'block'],
  ] as const)('`%s` with %j: %s', (authorize, args, decision) => {
    const got = decide(
      'lookup_order',
      args,
      context({ id: 'lookup_order', authorize }, { sessionCalls: { lookup_order: 2 }, userTexts: ['A REFUND please'] }),
    )
    expect(got).toMatchObject({ decision, rule: decision === 'block' ? 'authorize' : 'manifest' })
  })

  test('an expression about the subject is no leak of it: an absent subject has no fields', () => {
    const given = context({ id: 'lookup_order', authorize: 'subject.tenant == "northwind"' }, { subject: undefined })
    expect(decide('lookup_order', {}, given)).toMatchObject({ decision: 'block', rule: 'authorize' })
  })

  test('a reason never quotes argument values', () => {
    const secret = 'sk-very-secret-value'
    for (const authorize of ['args.x == subject.tenant', 'args.x < 3', 'args.x.y == 1', 'args.x[0] == "a"'])
      expect(
        JSON.stringify(decide('lookup_order', { x: secret }, context({ id: 'lookup_order', authorize }))),
      ).not.toContain(secret)
  })
})

describe('approval', () => {
  const approval = { roles: ['support-lead', 'finance'] }

  test.each([
    [undefined, {}, 'require-approval'],
    ['args.amount > 25.0', { amount: 30.5 }, 'require-approval'],
    ['args.amount > 25.0', { amount: 10.5 }, 'allow'],
    ['args.amount > 25.0', {}, 'block'],
    ['args.amount > 25.0', { amount: 'ten' }, 'block'],
    ['args.amount', { amount: 1.5 }, 'block'],
  ] as const)('when `%s` with %j: %s', (when, args, decision) => {
    const got = decide('issue_refund', args, context({ id: 'issue_refund', approval: { ...approval, when } }))
    expect(got).toMatchObject({ decision, rule: decision === 'allow' ? 'manifest' : 'approval' })
  })

  test('names the roles that may give it', () => {
    expect(decide('issue_refund', {}, context({ id: 'issue_refund', approval })).reason).toBe(
      'needs approval by support-lead or finance',
    )
  })

  test('is asked for only where nothing blocks', () => {
    const tool: ToolOverride = { id: 'issue_refund', approval, authorize: 'false' }
    expect(decide('issue_refund', {}, context(tool))).toMatchObject({ decision: 'block', rule: 'authorize' })
  })
})

describe('laws', () => {
  test('whatever the model writes, an undeclared tool and broken arguments are blocked, and nothing throws', () => {
    assert(
      property(
        string({ unit: 'binary' }),
        string({ unit: 'binary' }),
        constantFrom('', ...TOOLS.map(({ id }) => id)),
        (noise, args, known) => {
          const name = known === '' ? noise : known
          const { decision } = decide(name, args, context(undefined))
          if (!TOOLS.some(({ id }) => id === name)) expect(decision).toBe('block')
        },
      ),
    )
  })
})

test.each([
  ['limits.perSession', { perSession: 2 }, { sessionCalls: { lookup_order: Number.NaN } }],
  ['limits.perDayPerTenant', { perDayPerTenant: 2 }, { dayCalls: () => Number.NaN }],
])('a count that is no number leaves nothing of `%s`', (rule, limits, counts) => {
  expect(decide('lookup_order', {}, context({ id: 'lookup_order', limits }, counts))).toMatchObject({
    decision: 'block',
    rule,
  })
})
