import { array, assert, asyncProperty, constantFrom, integer, oneof, record, string, subarray } from 'fast-check'
import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { functionStore } from '../../adapters/retrieval/function-store.ts'
import { memoryRetrievalSessions } from '../../adapters/retrieval/memory-retrieval-sessions.ts'
import { epochMs, HOUR_MS } from '../../base/instant.ts'
import type { Retriever } from '../../domain/manifest/manifest.ts'
import type { Subject } from '../../domain/session/conversation.ts'
import { createRetrievalGuard, type RetrievalGuard, type RetrievalGuardConfig } from './create-retrieval-guard.ts'
import type { ScopedQuery } from './retrieval-ports.ts'

const SUBJECT: Subject = { tenant: 'acme', principal: 'p-1', roles: ['staff'], session: 's-1' }
const RETRIEVER: Retriever = {
  id: 'kb',
  source: { kind: 'function' },
  tenantField: 'tenant',
  aclField: 'acl',
  label: { integrity: 'curated', confidentiality: 'tenant' },
  labelsAllChunks: true,
}
const hmac = (purpose: string, text: string): string =>
  createHmac('sha256', 'key of the test').update(`${purpose}\n${text}`).digest('hex').slice(0, 16)
const doc = (id: string, tenant: unknown = 'acme', acl: unknown = ['staff']): object => ({
  id,
  text: `text of ${id}`,
  metadata: { tenant, acl },
})

function guard(
  hits: readonly unknown[] | (() => Promise<readonly unknown[]>),
  config: Partial<RetrievalGuardConfig> = {},
  nowMs: () => number = () => 1_000,
): { guard: RetrievalGuard; queries: ScopedQuery[] } {
  const queries: ScopedQuery[] = []
  const clock = (): ReturnType<typeof epochMs> => epochMs(nowMs())
  const made = createRetrievalGuard(
    { organization: 'local', system: 'support', retriever: RETRIEVER, multiTenant: true, ...config },
    {
      store: functionStore(async (query) => {
        queries.push(query)
        return typeof hits === 'function' ? hits() : hits
      }),
      sessions: memoryRetrievalSessions(clock),
      clock,
      hmac,
    },
  )
  if (!made.ok) throw new Error(made.failure.message)
  return { guard: made.value, queries }
}

async function ids(within: RetrievalGuard, subject = SUBJECT, limit?: number): Promise<readonly string[]> {
  const found = await within.retrieve(subject, { text: 'returns', limit })
  if (!found.ok) throw new Error(found.failure.message)
  return found.value.chunks.map(({ id }) => id)
}

describe('retrieval through the guard', () => {
  test('searches in the scope of the verified subject', async () => {
    const { guard: within, queries } = guard([], { sharedTenant: 'shared' })
    await ids(within)
    expect(queries).toEqual([
      {
        text: 'returns',
        vector: undefined,
        limit: 20,
        scope: {
          tenantField: 'tenant',
          tenants: ['acme', 'shared'],
          aclField: 'acl',
          permissions: ['staff', 'user:p-1'],
        },
      },
    ])
  })

  test('tells in its record what was let through and why the rest was not, with ids as keyed hashes', async () => {
    const { guard: within } = guard([doc('a'), doc('b', 'other'), doc('c', 'acme', ['board']), { id: 'd' }, doc('a')])
    const found = await within.retrieve(SUBJECT, { text: 'returns' })
    expect(found).toEqual({
      ok: true,
      value: {
        chunks: [{ id: 'a', text: 'text of a', label: { integrity: 'curated', confidentiality: 'tenant' } }],
        decision: {
          retriever: 'kb',
          at: '1970-01-01T00:00:01.000Z',
          enforcedAt: 'sdk',
          subject: {
            tenant: hmac('tenant', 'acme'),
            principal: hmac('principal', 'acme/p-1'),
            session: hmac('session', 'acme/s-1'),
          },
          allowed: [hmac('chunk', 'a')],
          denied: {
            'malformed-chunk': [hmac('chunk', 'd')],
            'other-tenant': [hmac('chunk', 'b')],
            'no-permission': [hmac('chunk', 'c')],
            duplicate: [hmac('chunk', 'a')],
          },
          checks: { tenant: true, permission: true },
        },
      },
    })
  })

  test('gives nothing back without a verified end user, and does not search', async () => {
    const { guard: within, queries } = guard([doc('a')])
    expect(await within.retrieve(undefined, { text: 'x' })).toMatchObject({ failure: { code: 'retrieval/no-subject' } })
    expect(queries).toEqual([])
  })

  test('is not made for several tenants without a tenant field', () => {
    const { tenantField: _, ...open } = RETRIEVER
    const made = createRetrievalGuard(
      { organization: 'local', system: 'support', retriever: open, multiTenant: true },
      {
        store: functionStore(async () => []),
        sessions: memoryRetrievalSessions(() => epochMs(0)),
        clock: () => epochMs(0),
        hmac,
      },
    )
    expect(made).toMatchObject({ ok: false, failure: { code: 'retrieval/no-tenant-field' } })
  })

  test('labels as untrusted what a retriever without a label returns', async () => {
    const { label: _, ...bare } = RETRIEVER
    const found = await guard([doc('a')], { retriever: bare }).guard.retrieve(SUBJECT, { text: 'x' })
    expect(found).toMatchObject({
      value: { chunks: [{ label: { integrity: 'untrusted', confidentiality: 'tenant' } }] },
    })
  })

  test('reports a store that fails as a failure, not as an empty result', async () => {
    const { guard: within } = guard(() => Promise.reject(new Error('password=hunter2 refused')))
    const found = await within.retrieve(SUBJECT, { text: 'x' })
    expect(found).toMatchObject({ ok: false, failure: { code: 'retrieval/store' } })
    expect(JSON.stringify(found)).not.toContain('hunter2')
  })

  test.each([
    ['neither text nor vector', {}],
    ['an empty vector', { vector: [] }],
    ['a vector with no number', { vector: [1, Number.NaN] }],
    ['a limit of zero', { text: 'x', limit: 0 }],
    ['a fractional limit', { text: 'x', limit: 1.5 }],
    ['an overlong text', { text: 'x'.repeat(10_001) }],
  ])('refuses a query with %s', async (_, query) => {
    expect(await guard([]).guard.retrieve(SUBJECT, query)).toMatchObject({ failure: { code: 'retrieval/query' } })
  })
})

describe('the volume', () => {
  const many = Array.from({ length: 60 }, (_, index) => doc(`d${index}`))
  const limited = { retriever: { ...RETRIEVER, limits: { chunksPerQuery: 5, chunksPerSession: 12 } } }

  test('of a query stays under the cap of the manifest, whatever the caller or the store says', async () => {
    const { guard: within, queries } = guard(many, limited)
    expect(await ids(within, SUBJECT, 50)).toHaveLength(5)
    expect(queries[0]?.limit).toBe(5)
    expect(await ids(within, SUBJECT, 2)).toHaveLength(2)
  })

  test('of a session ends at its cap, and other sessions have their own', async () => {
    const { guard: within } = guard(many, limited)
    const lengths: number[] = []
    for (let turn = 0; turn < 4; turn++) lengths.push((await ids(within)).length)
    expect(lengths).toEqual([5, 5, 2, 0])
    expect(await ids(within, { ...SUBJECT, session: 's-2' })).toHaveLength(5)
  })

  test('of a session is not stretched by separators in names', async () => {
    const { guard: within } = guard([doc('a', 'acme'), doc('b', 'acme","s-1')], {
      retriever: { ...RETRIEVER, limits: { chunksPerSession: 1 } },
    })
    expect(await ids(within, { ...SUBJECT, tenant: 'acme', session: 's-1","x' })).toEqual(['a'])
    expect(await ids(within, { ...SUBJECT, tenant: 'acme","s-1', session: 'x' })).toEqual(['b'])
  })

  test('of a session starts anew after twelve idle hours', async () => {
    let now = 1_000
    const { guard: within } = guard(many, limited, () => now)
    for (let turn = 0; turn < 3; turn++) await ids(within)
    now += 13 * HOUR_MS
    expect(await ids(within)).toHaveLength(5)
  })
})

test('no chunk of another tenant or without permission comes back, even from a store that ignores the filter', async () => {
  const tenants = ['acme', 'other', 'x" || true', "x' OR 1=1 --", '*', 'acme ', '__proto__']
  const roles = ['staff', 'board', 'user:p-1', 'user:p-2', '*', '']
  const metadata = record(
    {
      tenant: oneof(constantFrom<unknown>(...tenants, null, 1, ['acme'], {}), string()),
      acl: oneof(array(constantFrom(...roles), { maxLength: 4 }), constantFrom<unknown>(...roles, null, {}, [1])),
    },
    { requiredKeys: [] },
  )
  const hits = array(
    oneof(
      record({ id: integer({ min: 0, max: 200 }).map(String), text: string(), metadata }),
      constantFrom<unknown>(null, 'text', {}, { id: 'a', text: 'b' }),
    ),
    { maxLength: 40 },
  )
  await assert(
    asyncProperty(hits, constantFrom(...tenants), subarray(roles.slice(0, 5)), async (stored, tenant, held) => {
      const subject = { ...SUBJECT, tenant, roles: held }
      const found = await guard(stored).guard.retrieve(subject, { text: 'x', limit: 20 })
      if (!found.ok) throw new Error(found.failure.message)
      for (const { id, text } of found.value.chunks) {
        const allowed = stored.some((hit) => {
          const {
            id: hitId,
            text: hitText,
            metadata: fields,
          } = (hit ?? {}) as Record<string, unknown> & {
            metadata?: Record<string, unknown>
          }
          const acl = fields?.['acl']
          const entries = Array.isArray(acl) ? acl : [acl]
          const mine = [...held.filter((role) => !role.startsWith('user:')), 'user:p-1']
          return (
            hitId === id &&
            hitText === text &&
            fields?.['tenant'] === tenant &&
            entries.some((entry) => mine.includes(entry as string))
          )
        })
        expect(allowed).toBe(true)
      }
    }),
    { numRuns: 500 },
  )
})

describe('what a port does wrong', () => {
  const sound = {
    store: async () => ({ ok: true as const, value: [doc('a'), doc('b')] }),
    sessions: { take: (_key: string, wanted: number) => wanted },
    clock: () => epochMs(1_000),
    hmac,
  }
  const throws = (): never => {
    throw new Error('postgres://app:secret@db')
  }

  test.each<readonly [string, object, string]>([
    ['a store that rejects', { store: async () => throws() }, 'retrieval/store'],
    ['a store that throws at once', { store: throws }, 'retrieval/store'],
    ['a store that resolves nothing', { store: async () => undefined }, 'retrieval/store'],
    ['a store that resolves its hits bare', { store: async () => [doc('a')] }, 'retrieval/store'],
    ['a store whose hits are no list', { store: async () => ({ ok: true, value: 'hits' }) }, 'retrieval/store'],
    ['a store that fails without a problem', { store: async () => ({ ok: false }) }, 'retrieval/store'],
    [
      'hits that throw when they are read',
      {
        store: async () => ({
          ok: true,
          value: [
            {
              get id() {
                return throws()
              },
            },
          ],
        }),
      },
      'retrieval/failed',
    ],
    ['sessions that throw', { sessions: { take: throws } }, 'retrieval/failed'],
    ['sessions that grant nothing at all', { sessions: { take: () => undefined } }, 'retrieval/failed'],
    ['sessions that grant less than none', { sessions: { take: () => -1 } }, 'retrieval/failed'],
    ['sessions that grant NaN', { sessions: { take: () => Number.NaN } }, 'retrieval/failed'],
    ['a hash that throws', { hmac: throws }, 'retrieval/failed'],
    ['a clock that throws', { clock: throws }, 'retrieval/failed'],
  ])('%s: a failure, no chunk, no exception and none of its words', async (_what, wrong, code) => {
    const made = createRetrievalGuard(
      { organization: 'local', system: 'support', retriever: RETRIEVER, multiTenant: true },
      { ...sound, ...wrong } as never,
    )
    const found = made.ok ? await made.value.retrieve(SUBJECT, { text: 'q' }) : made
    expect(found).toMatchObject({ ok: false, failure: { code } })
    expect(JSON.stringify(found)).not.toContain('secret')
  })
})
