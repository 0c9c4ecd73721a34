import { describe, expect, test } from 'vitest'
import type { Label } from '../manifest/manifest.ts'
import type { Subject } from '../session/conversation.ts'
import { judgeChunk } from './judge-chunk.ts'
import { scopeOf, type RetrievalScope } from './retrieval-scope.ts'

const SUBJECT: Subject = { tenant: 'acme', principal: 'p-1', roles: ['staff'], session: 's-1' }
const SOURCE: Label = { integrity: 'curated', confidentiality: 'tenant' }
const LABEL: Label = { integrity: 'curated', confidentiality: 'public' }
const FIELDS = { tenantField: 'tenant', aclField: 'acl' }

function scope(subject: Subject = SUBJECT, shared?: string): RetrievalScope {
  const made = scopeOf(subject, FIELDS, shared)
  if (!made.ok) throw new Error(made.failure.message)
  return made.value
}
const chunk = (metadata: Record<string, unknown>, rest: Record<string, unknown> = {}): unknown => ({
  id: 'c-1',
  text: 'words',
  metadata,
  ...rest,
})
/** A declaration that says nothing of labels that are missing, where a test is not about them. */
const outcome = (
  hit: unknown,
  within = scope(),
  retriever: object = { label: SOURCE, labelsAllChunks: true },
): string => {
  const judged = judgeChunk(hit, within, retriever)
  return judged.ok ? 'allowed' : judged.failure
}

describe('a hit of a store', () => {
  test.each<[string, unknown, string]>([
    ['own tenant and role', chunk({ tenant: 'acme', acl: ['staff'] }), 'allowed'],
    ['one permission as text', chunk({ tenant: 'acme', acl: 'staff' }), 'allowed'],
    ['the end user by name', chunk({ tenant: 'acme', acl: ['user:p-1'] }), 'allowed'],
    ['another end user', chunk({ tenant: 'acme', acl: ['user:p-2'] }), 'no-permission'],
    ['a role that the subject lacks', chunk({ tenant: 'acme', acl: ['board'] }), 'no-permission'],
    ['nobody', chunk({ tenant: 'acme', acl: [] }), 'no-permission'],
    ['another tenant', chunk({ tenant: 'other', acl: ['staff'] }), 'other-tenant'],
    ['another spelling of the tenant', chunk({ tenant: 'ACME', acl: ['staff'] }), 'other-tenant'],
    ['no tenant', chunk({ acl: ['staff'] }), 'tenant-missing'],
    ['a tenant of null', chunk({ tenant: null, acl: ['staff'] }), 'tenant-missing'],
    ['two tenants', chunk({ tenant: ['acme', 'other'], acl: ['staff'] }), 'tenant-malformed'],
    ['a number for a tenant', chunk({ tenant: 1, acl: ['staff'] }), 'tenant-malformed'],
    ['no permissions', chunk({ tenant: 'acme' }), 'permission-missing'],
    ['permissions as an object', chunk({ tenant: 'acme', acl: { staff: true } }), 'permission-malformed'],
    ['one permission of another type', chunk({ tenant: 'acme', acl: ['staff', 7] }), 'permission-malformed'],
    ['a label that is none', chunk({ tenant: 'acme', acl: ['staff'], label: 'trusted' }), 'label-malformed'],
    [
      'a label with an unknown word',
      chunk({ tenant: 'acme', acl: ['staff'], label: { integrity: 'gold', confidentiality: 'public' } }),
      'label-malformed',
    ],
    ['no id', chunk({ tenant: 'acme', acl: ['staff'] }, { id: '' }), 'malformed-chunk'],
    ['a text that is none', chunk({ tenant: 'acme', acl: ['staff'] }, { text: null }), 'malformed-chunk'],
    ['a lone surrogate', chunk({ tenant: 'acme', acl: ['staff'] }, { text: '\ud800' }), 'malformed-chunk'],
    ['no metadata', { id: 'c', text: 't' }, 'malformed-chunk'],
    ['nothing', undefined, 'malformed-chunk'],
  ])('with %s', (_, hit, expected) => {
    expect(outcome(hit)).toBe(expected)
  })

  test('does not take a field from the prototype', () => {
    const inherited = Object.create({ tenant: 'acme', acl: ['staff'] }) as Record<string, unknown>
    expect(outcome(chunk(inherited))).toBe('tenant-missing')
  })

  test('of the shared tenant is seen only where one is named', () => {
    const shared = chunk({ tenant: 'shared', acl: ['staff'] })
    expect([outcome(shared), outcome(shared, scope(SUBJECT, 'shared'))]).toEqual(['other-tenant', 'allowed'])
  })

  test('carries the worse of the label of its source and its own', () => {
    const judged = judgeChunk(
      chunk({ tenant: 'acme', acl: ['staff'], label: { integrity: 'untrusted', confidentiality: 'public' } }),
      scope(),
      { label: SOURCE },
    )
    expect(judged).toMatchObject({ ok: true, value: { label: { integrity: 'untrusted', confidentiality: 'tenant' } } })
  })

  test('gains no trust from a label that claims more than its source has', () => {
    const judged = judgeChunk(
      chunk({ tenant: 'acme', acl: ['staff'], label: { integrity: 'trusted', confidentiality: 'public' } }),
      scope(),
      { label: SOURCE },
    )
    expect(judged).toMatchObject({ ok: true, value: { label: SOURCE } })
  })

  test.each<[string, object, object, string]>([
    ['the retriever declares a label', {}, { label: SOURCE }, 'label-missing'],
    [
      'the retriever declares the best label',
      {},
      { label: { integrity: 'trusted', confidentiality: 'public' } },
      'label-missing',
    ],
    ['the retriever declares none', {}, {}, 'label-missing'],
    ['its label is null', { label: null }, { label: SOURCE }, 'label-missing'],
    ['the declaration says no', {}, { label: SOURCE, labelsAllChunks: false }, 'label-missing'],
    ['the declaration says that its label is every chunk’s', {}, { label: SOURCE, labelsAllChunks: true }, 'allowed'],
    ['it has one of its own', { label: LABEL }, { label: SOURCE }, 'allowed'],
    ['it has one of its own, and the retriever none', { label: LABEL }, {}, 'allowed'],
    [
      'its own is none, whatever is declared',
      { label: {} },
      { label: SOURCE, labelsAllChunks: true },
      'label-malformed',
    ],
  ])('without a label, where %s: %4$s', (_, metadata, retriever, expected) => {
    expect(outcome(chunk({ tenant: 'acme', acl: ['staff'], ...metadata }), scope(), retriever)).toBe(expected)
  })
})

describe('a scope', () => {
  test('does not let a role pass for an end user', () => {
    const impostor: Subject = { ...SUBJECT, principal: 'p-9', roles: ['user:p-1'] }
    expect(outcome(chunk({ tenant: 'acme', acl: ['user:p-1'] }), scope(impostor))).toBe('no-permission')
  })

  test.each<[string, Partial<Subject>]>([
    ['an empty tenant', { tenant: '' }],
    ['a tenant with a line break', { tenant: 'a\nb' }],
    ['a NUL in a role', { roles: ['a\u0000b'] }],
    ['a lone surrogate', { principal: '\udc00' }],
    ['no session', { session: '' }],
    ['too many roles', { roles: Array.from({ length: 101 }, (_, index) => `r${index}`) }],
    ['an overlong tenant', { tenant: 'a'.repeat(201) }],
  ])('is refused for %s', (_, change) => {
    expect(scopeOf({ ...SUBJECT, ...change }, FIELDS)).toMatchObject({
      ok: false,
      failure: { code: 'retrieval/subject' },
    })
  })
})
