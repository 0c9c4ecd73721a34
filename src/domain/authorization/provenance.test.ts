import { describe, expect, test } from 'vitest'
import type { Json } from '../../base/json.ts'
import type { Destination } from '../manifest/manifest.ts'
import type { Subject } from '../session/conversation.ts'
import { hasTrustedSource } from './provenance.ts'

const SUBJECT: Subject = {
  tenant: 'northwind',
  principal: 'author-a',
  roles: ['customer'],
  session: 's1',
  email: 'Author-A@Example.com',
}

interface Given {
  readonly users?: readonly string[]
  readonly results?: readonly { readonly tool: string; readonly value: Json | undefined }[]
  readonly subject?: Subject | undefined
}

const trusted = (
  value: Json,
  destination: Destination,
  { users = [], results = [], subject = SUBJECT }: Given = {},
): boolean =>
  hasTrustedSource(value, destination, {
    subject,
    userTexts: users,
    toolResults: results.map((result) => ({ ...result, text: JSON.stringify(result.value) ?? '' })),
  })

const FROM_USER: Destination = { from: ['user-message'] }

describe('a value from the user', () => {
  test.each([
    ['NW-1', 'Refund NW-1 please', true],
    ['NW-1', 'NW-1', true],
    ['NW-1', 'Refund NW-1.', true],
    ['NW-1', '(NW-1), please', true],
    ['NW-1', 'Refund "nw-1"!', true],
    ['NW-1', 'Refund NW-10001 please', false],
    ['NW-1', 'Refund XNW-1 please', false],
    ['NW-1', 'Refund NW-1-B please', false],
    ['NW-1', 'Refund A-NW-1 please', false],
    ['NW-1', 'Refund NW-1_2 please', false],
    ['NW-1', 'Refund NW-1.5 please', false],
    ['NW-1', 'Refund NW-10001, I mean NW-1', true],
    ['NW-10001', 'Refund NW-1 please', false],
    ['bob@example.com', 'Write to bob@example.com.', true],
    ['bob@example.com', 'Write to BOB@EXAMPLE.COM', true],
    ['bob@example.com', 'Write to mailto:bob@example.com', true],
    ['bob@example.com', 'Write to notbob@example.com', false],
    ['bob@example.com', 'Write to not.bob@example.com', false],
    ['bob@example.com', 'Write to not-bob@example.com', false],
    ['bob@example.com', 'Write to x+bob@example.com', false],
    ['bob@example.com', 'Write to bob@example.com.evil.example', false],
    ['bob@example.com', 'Write to bob@example.company', false],
    ['bob@example.com', 'Write to bob@example.com-evil.example', false],
    ['example.com', 'Write to bob@example.com', false],
    ['bob', 'Write to bob@example.com', false],
    ['é', 'caféé', false],
    ['25', 'pay 25 EUR', true],
    ['25', 'pay 250 EUR', false],
    ['25', 'pay 1.25 EUR', false],
    ['', 'anything', false],
    ['  ', 'any  thing', false],
  ])('`%s` in `%s` is trusted: %s', (value, text, expected) => {
    expect(trusted(value, FROM_USER, { users: [text] })).toBe(expected)
  })

  test('may stand in any of the user’s messages and in no other text', () => {
    expect(trusted('NW-1', FROM_USER, { users: ['hello', 'it is NW-1'] })).toBe(true)
    expect(trusted('NW-1', FROM_USER, { results: [{ tool: 'lookup_order', value: 'NW-1' }] })).toBe(false)
    expect(trusted('NW-1', FROM_USER)).toBe(false)
  })

  test('is not put together from two messages', () => {
    expect(trusted('NW-1', FROM_USER, { users: ['NW', '-1'] })).toBe(false)
  })

  test.each<[string, Json, boolean]>([
    ['a number', 25, true],
    ['a list of trusted values', ['NW-1', 25], true],
    ['a list with one other value', ['NW-1', 'NW-2'], false],
    ['a nested list', [['NW-1'], [25]], true],
    ['an empty list', [], false],
    ['an object', { id: 'NW-1' }, false],
    ['true', true, false],
    ['null', null, false],
  ])('%s', (_, value, expected) => {
    expect(trusted(value, FROM_USER, { users: ['order NW-1 for 25 EUR'] })).toBe(expected)
  })
})

describe('a value of the subject', () => {
  test.each([
    ['subject.email', 'author-a@example.com', true],
    ['subject.email', 'fifth@example.com', false],
    ['subject.principal', 'author-a', true],
    ['subject.principal', 'an', false],
    ['subject.tenant', 'northwind', true],
    ['subject.session', 's1', false],
    ['subject.roles', 'customer', false],
    ['subject.constructor', 'x', false],
  ])('from %s: `%s` is trusted: %s', (source, value, expected) => {
    expect(trusted(value, { from: [source] })).toBe(expected)
  })

  test('needs a subject, and an email that it has', () => {
    expect(
      hasTrustedSource(
        'author-a',
        { from: ['subject.principal'] },
        { subject: undefined, userTexts: [], toolResults: [] },
      ),
    ).toBe(false)
    expect(trusted('undefined', { from: ['subject.email'] }, { subject: { ...SUBJECT, email: undefined } })).toBe(false)
  })
})

describe('a value from a tool', () => {
  const results = [
    {
      tool: 'lookup_order',
      value: { order_id: 'NW-1', total: 25, lines: [{ sku: 'A' }, { sku: 'B' }], note: { 'a.b': 'x' } },
    },
    { tool: 'search_web', value: { order_id: 'NW-9' } },
    { tool: 'broken', value: undefined },
  ]

  test.each<[string, Json, boolean]>([
    ['tool:lookup_order.order_id', 'NW-1', true],
    ['tool:lookup_order.order_id', 'nw-1', false],
    ['tool:lookup_order.order_id', 'NW', false],
    ['tool:lookup_order.order_id', 'NW-9', false],
    ['tool:lookup_order.total', 25, true],
    ['tool:lookup_order.total', '25', true],
    ['tool:lookup_order.lines.sku', 'B', true],
    ['tool:lookup_order.lines.sku', 'C', false],
    ['tool:lookup_order.lines', 'A', false],
    ['tool:lookup_order', 'NW-1', false],
    ['tool:lookup_order.absent', 'NW-1', false],
    ['tool:lookup_order.constructor', 'NW-1', false],
    ['tool:lookup_order.__proto__', 'NW-1', false],
    ['tool:broken.order_id', 'undefined', false],
    ['tool:nope.order_id', 'NW-1', false],
  ])('%s: %j is trusted: %s', (source, value, expected) => {
    expect(trusted(value, { from: [source] }, { results })).toBe(expected)
  })

  test('is one of several sources', () => {
    const destination = { from: ['user-message', 'tool:lookup_order.order_id'], allow: ['NW-5'] }
    for (const [value, expected] of [
      ['NW-1', true],
      ['NW-2', true],
      ['NW-5', true],
      ['NW-9', false],
    ] as const)
      expect(trusted(value, destination, { users: ['NW-2'], results }), value).toBe(expected)
  })
})

test('a destination that names no source trusts nothing', () => {
  expect(trusted('x', {}, { users: ['x'] })).toBe(false)
  expect(trusted('x', { from: [], allow: [] }, { users: ['x'] })).toBe(false)
})

test.each([
  ['https://a.example.com', 'https://*.example.com', true],
  ['https://evil.test#.example.com', 'https://*.example.com', false],
  ['https://evil.test?.example.com', 'https://*.example.com', false],
  ['https://evil.test\\.example.com', 'https://*.example.com', false],
  ['evil,bob@example.com', '*@example.com', false],
  ['docs/..', 'docs/*', false],
])('`%s` is allowed by `%s`: %s', (value, allowed, expected) => {
  expect(trusted(value, { allow: [allowed] }, {})).toBe(expected)
})
