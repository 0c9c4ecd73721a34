import { describe, expect, test } from 'vitest'
import type { ScopedQuery } from '../../application/retrieval/retrieval-ports.ts'
import { milvusSearch, milvusStore } from './milvus-store.ts'
import { openSearchBody, openSearchStore } from './opensearch-store.ts'
import { pgvectorStatement } from './pgvector-store.ts'
import { pineconeQuery, pineconeStore } from './pinecone-store.ts'
import { weaviateOptions, weaviateStore } from './weaviate-store.ts'

const HOSTILE = 'x" || true'
const QUERY: ScopedQuery = {
  text: 'returns',
  vector: [0.5, 1],
  limit: 3,
  scope: { tenantField: 'tenant', tenants: [HOSTILE], aclField: 'acl', permissions: ["a'] or [\\", 'user:p-1'] },
}
const PG = { schema: 'kb', table: 'chunks', id: 'id', text: 'body', vector: 'embedding', distance: 'cosine' } as const
const OPENSEARCH = { index: 'kb', text: 'body', vector: 'embedding' }
const MILVUS = { collection: 'kb', id: 'id', text: 'body', vector: 'embedding' }

describe('the request to pgvector', () => {
  test('has names quoted and every value as a parameter', () => {
    expect(pgvectorStatement(PG, QUERY)).toEqual({
      ok: true,
      value: {
        text:
          'SELECT "id"::text AS chunk_id, "body" AS chunk_text, "tenant" AS metadata_0, "acl" AS metadata_1 ' +
          'FROM "kb"."chunks" WHERE "tenant" = ANY($1::text[]) AND "acl" && $2::text[] ' +
          'ORDER BY "embedding" <=> $3::vector LIMIT $4',
        values: [[HOSTILE], QUERY.scope.permissions, '[0.5,1]', 3],
      },
    })
  })
})

describe('the request to OpenSearch', () => {
  test('filters inside the vector search', () => {
    expect(openSearchBody(OPENSEARCH, QUERY)).toEqual({
      ok: true,
      value: {
        size: 3,
        _source: { excludes: ['embedding'] },
        query: {
          knn: {
            embedding: {
              vector: [0.5, 1],
              k: 3,
              filter: {
                bool: { filter: [{ terms: { tenant: [HOSTILE] } }, { terms: { acl: QUERY.scope.permissions } }] },
              },
            },
          },
        },
      },
    })
  })

  test('filters a search by words too', () => {
    expect(openSearchBody(OPENSEARCH, { ...QUERY, vector: undefined })).toMatchObject({
      value: {
        query: {
          bool: {
            must: [{ match: { body: { query: 'returns' } } }],
            filter: [{ terms: { tenant: [HOSTILE] } }, { terms: { acl: QUERY.scope.permissions } }],
          },
        },
      },
    })
  })

  test('is answered with hits', async () => {
    const store = openSearchStore(
      {
        search: async () => ({
          body: { hits: { hits: [{ _id: '7', _score: 0.5, _source: { body: 'words', tenant: 'a', acl: ['b'] } }] } },
        }),
      },
      OPENSEARCH,
    )
    expect(await store(QUERY)).toEqual({
      ok: true,
      value: [{ id: '7', text: 'words', score: 0.5, metadata: { body: 'words', tenant: 'a', acl: ['b'] } }],
    })
  })
})

describe('the request to Weaviate', () => {
  test('has the filter as the client builds it', () => {
    expect(weaviateOptions({ text: 'body' }, QUERY)).toEqual({
      ok: true,
      value: {
        limit: 3,
        filters: {
          operator: 'And',
          value: null,
          filters: [
            { operator: 'ContainsAny', target: { property: 'tenant' }, value: [HOSTILE] },
            { operator: 'ContainsAny', target: { property: 'acl' }, value: QUERY.scope.permissions },
          ],
        },
        returnProperties: ['body', 'tenant', 'acl'],
        returnMetadata: ['distance'],
      },
    })
  })

  test.each<[string, string, unknown]>([
    ['JSON', '{"integrity":"curated","confidentiality":"tenant"}', { integrity: 'curated', confidentiality: 'tenant' }],
    ['no JSON', 'curated', 'curated'],
  ])('is answered with hits whose label is %s', async (_, written, label) => {
    const properties = { body: 'words', tenant: 'a', acl: ['b'], note: written }
    const store = weaviateStore(
      { query: { nearVector: async () => ({ objects: [{ uuid: 'u', properties, metadata: { distance: 0.1 } }] }) } },
      { text: 'body', label: 'note' },
    )
    expect(await store(QUERY)).toEqual({
      ok: true,
      value: [{ id: 'u', text: 'words', score: 0.1, metadata: { ...properties, label } }],
    })
  })
})

describe('the request to Milvus', () => {
  test('has values that cannot leave their literal', () => {
    expect(milvusSearch(MILVUS, QUERY)).toMatchObject({
      value: {
        collection_name: 'kb',
        filter: String.raw`tenant in ["x\" || true"] and array_contains_any(acl, ["a'] or [\\", "user:p-1"])`,
      },
    })
  })

  test('that was refused is a failure, not an empty result', async () => {
    const store = milvusStore(
      { search: async () => ({ status: { error_code: 'UnexpectedError' }, results: [] }) },
      MILVUS,
    )
    expect(await store(QUERY)).toMatchObject({ ok: false, failure: { code: 'retrieval/store' } })
  })

  test('is answered with hits', async () => {
    const row = { id: 7, body: 'words', tenant: 'a', acl: ['b'], score: 0.5 }
    const store = milvusStore({ search: async () => ({ status: { error_code: 'Success' }, results: [row] }) }, MILVUS)
    expect(await store(QUERY)).toEqual({
      ok: true,
      value: [{ id: '7', text: 'words', score: 0.5, metadata: row }],
    })
  })
})

describe('the request to Pinecone', () => {
  test('has the filter as an object', () => {
    expect(pineconeQuery({ text: 'body' }, QUERY)).toEqual({
      ok: true,
      value: {
        vector: [0.5, 1],
        topK: 3,
        filter: { $and: [{ tenant: { $in: [HOSTILE] } }, { acl: { $in: QUERY.scope.permissions } }] },
        includeMetadata: true,
      },
    })
  })

  test('is answered with hits and the label of their ingestion', async () => {
    const metadata = { body: 'words', tenant: 'a', acl: ['b'], trust: 'curated', secrecy: 'tenant' }
    const store = pineconeStore(
      { query: async () => ({ matches: [{ id: '7', score: 0.5, metadata }] }) },
      { text: 'body', integrity: 'trust', confidentiality: 'secrecy' },
    )
    expect(await store(QUERY)).toEqual({
      ok: true,
      value: [
        {
          id: '7',
          text: 'words',
          score: 0.5,
          metadata: { ...metadata, label: { integrity: 'curated', confidentiality: 'tenant' } },
        },
      ],
    })
  })
})

const BUILDERS: Readonly<Record<string, (query: ScopedQuery) => unknown>> = {
  pgvector: (query) => pgvectorStatement(PG, query),
  opensearch: (query) => openSearchBody(OPENSEARCH, query),
  weaviate: (query) => weaviateOptions({ text: 'body' }, query),
  milvus: (query) => milvusSearch(MILVUS, query),
  pinecone: (query) => pineconeQuery({ text: 'body' }, query),
}

describe.each(Object.entries(BUILDERS))('a name that is no plain field name goes into no request to %s', (_, build) => {
  test.each(['acl" || true', 'a b', '1a', '', 'a'.repeat(64), 'tenant; DROP TABLE x', '$where'])('%s', (name) => {
    expect(build({ ...QUERY, scope: { ...QUERY.scope, aclField: name } })).toMatchObject({
      ok: false,
      failure: { code: 'retrieval/field' },
    })
    expect(build({ ...QUERY, scope: { ...QUERY.scope, tenantField: name } })).toMatchObject({ ok: false })
  })
})

test('a search without a vector is refused where the store knows none', () => {
  const query = { ...QUERY, vector: undefined }
  const codes = [pgvectorStatement(PG, query), milvusSearch(MILVUS, query), pineconeQuery({ text: 'body' }, query)].map(
    (built) => (built.ok ? 'ok' : built.failure.code),
  )
  expect(codes).toEqual(['retrieval/no-vector', 'retrieval/no-vector', 'retrieval/no-vector'])
})
