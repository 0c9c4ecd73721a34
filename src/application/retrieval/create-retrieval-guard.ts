import { toRfc3339 } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { Retriever } from '../../domain/manifest/manifest.ts'
import { CHUNK_DENIALS, type ChunkDenial, type RetrievedChunk } from '../../domain/retrieval/chunk.ts'
import { judgeChunk } from '../../domain/retrieval/judge-chunk.ts'
import { scopeOf } from '../../domain/retrieval/retrieval-scope.ts'
import type { Subject } from '../../domain/session/conversation.ts'
import type { RetrievalPorts, RetrievalStore, ScopedQuery } from './retrieval-ports.ts'

export interface RetrievalGuardConfig {
  readonly organization: string
  readonly system: string
  readonly retriever: Retriever
  /** `intake.multiTenant` of the manifest. */
  readonly multiTenant: boolean
  /** Tenant of documents that every tenant may see; without it there are none. */
  readonly sharedTenant?: string | undefined
}

/** The caller's wish. It has no filter: what may be seen comes from the subject alone. */
export interface RetrievalQuery {
  readonly text?: string | undefined
  readonly vector?: readonly number[] | undefined
  /** Chunks wanted; `limits.chunksPerQuery` caps it. */
  readonly limit?: number | undefined
}

export interface RetrievalDecision {
  readonly retriever: string
  /** RFC 3339. */
  readonly at: string
  readonly enforcedAt: 'sdk'
  /** Keyed hashes. */
  readonly subject: { readonly tenant: string; readonly principal: string; readonly session: string }
  readonly allowed: readonly string[]
  readonly denied: Readonly<Partial<Record<ChunkDenial, readonly string[]>>>
  /** False: the manifest declares no such field, so nothing was asked. */
  readonly checks: { readonly tenant: boolean; readonly permission: boolean }
}

export interface Retrieval {
  readonly chunks: readonly RetrievedChunk[]
  readonly decision: RetrievalDecision
}

export interface RetrievalGuard {
  /** Fails with `retrieval/no-subject`, `retrieval/subject`, `retrieval/query`, `retrieval/failed` or what the store reports. Never rejects. */
  retrieve(subject: Subject | undefined, query: RetrievalQuery): Promise<Result<Retrieval, Problem>>
}

const CHUNKS_PER_QUERY_DEFAULT = 20
const CHUNKS_PER_SESSION_DEFAULT = 1_000
/** Hits of one search that are looked at; a store that returns more is cut. */
const HITS_MAX = 1_000
const QUERY_CHARS_MAX = 10_000
const VECTOR_MAX = 16_384

/**
 * Retrieval that an end user's rights bound: filter before the search, second look after it, caps on volume.
 * A boundary for what is read through it, given a verified subject and honest metadata.
 * Fails with `retrieval/no-tenant-field` for a retriever of several tenants without `tenantField`.
 */
export function createRetrievalGuard(
  config: RetrievalGuardConfig,
  ports: RetrievalPorts,
): Result<RetrievalGuard, Problem> {
  const { retriever } = config
  if (config.multiTenant && retriever.tenantField === undefined)
    return fail({
      code: 'retrieval/no-tenant-field',
      message: `retriever \`${retriever.id}\` serves several tenants and declares no \`tenantField\``,
      next: 'declare `tenantField` in the manifest and store the tenant with each chunk',
    })
  return ok({
    retrieve: async (subject, query) => {
      try {
        return await retrieve(config, ports, subject, query)
      } catch (error) {
        // Whatever broke (a count, a key, a hit that throws when it is read): nothing is returned. Only the kind is told.
        const kind = error instanceof Error ? error.name : typeof error
        return fail({ code: 'retrieval/failed', message: `the retrieval could not be decided (${kind})` })
      }
    },
  })
}

// oxlint-disable-next-line max-params -- two that the guard was made with, two of the call
async function retrieve(
  config: RetrievalGuardConfig,
  ports: RetrievalPorts,
  subject: Subject | undefined,
  query: RetrievalQuery,
): Promise<Result<Retrieval, Problem>> {
  const { retriever } = config
  if (subject === undefined)
    return fail({ code: 'retrieval/no-subject', message: 'retrieval needs a verified end user' })
  const scope = scopeOf(subject, retriever, config.sharedTenant)
  if (!scope.ok) return scope
  const perQuery = retriever.limits?.chunksPerQuery ?? CHUNKS_PER_QUERY_DEFAULT
  const wrong = queryProblem(query)
  if (wrong !== undefined) return fail({ code: 'retrieval/query', message: wrong })
  const limit = Math.min(query.limit ?? perQuery, perQuery, HITS_MAX)
  const hits = await search(ports.store, { text: query.text, vector: query.vector, limit, scope: scope.value })
  if (!hits.ok) return hits

  const denied = new Map<ChunkDenial, string[]>()
  const deny = (reason: ChunkDenial, hit: unknown): void => {
    const ids = denied.get(reason) ?? []
    ids.push(ports.hmac('chunk', idOf(hit)))
    denied.set(reason, ids)
  }
  const readable = new Map<string, RetrievedChunk>()
  for (const hit of hits.value.slice(0, HITS_MAX)) {
    const judged = judgeChunk(hit, scope.value, retriever)
    if (!judged.ok) deny(judged.failure, hit)
    else if (readable.has(judged.value.id)) deny('duplicate', hit)
    else readable.set(judged.value.id, judged.value)
  }
  const wanted = [...readable.values()].slice(0, limit)
  for (const chunk of [...readable.values()].slice(limit)) deny('over-query-limit', chunk)
  const granted = ports.sessions.take(
    JSON.stringify([config.organization, config.system, retriever.id, subject.tenant, subject.session]),
    wanted.length,
    retriever.limits?.chunksPerSession ?? CHUNKS_PER_SESSION_DEFAULT,
  )
  if (!Number.isInteger(granted) || granted < 0) throw new TypeError('sessions granted no number of chunks')
  const chunks = wanted.slice(0, granted)
  for (const chunk of wanted.slice(granted)) deny('over-session-limit', chunk)
  return ok({
    chunks,
    decision: {
      retriever: retriever.id,
      at: toRfc3339(ports.clock()),
      enforcedAt: 'sdk',
      subject: {
        tenant: ports.hmac('tenant', subject.tenant),
        principal: ports.hmac('principal', `${subject.tenant}/${subject.principal}`),
        session: ports.hmac('session', `${subject.tenant}/${subject.session}`),
      },
      allowed: chunks.map(({ id }) => ports.hmac('chunk', id)),
      denied: Object.fromEntries(
        CHUNK_DENIALS.filter((reason) => denied.has(reason)).map((reason) => [reason, denied.get(reason)]),
      ),
      checks: { tenant: retriever.tenantField !== undefined, permission: retriever.aclField !== undefined },
    },
  })
}

/** A store is a plug-in: that it throws, or answers with no list and no problem, is its failure. */
async function search(store: RetrievalStore, query: ScopedQuery): Promise<Result<readonly unknown[], Problem>> {
  try {
    const found: unknown = await store(query)
    const { ok: isGood, value, failure } = (found ?? {}) as { ok?: unknown; value?: unknown; failure?: unknown }
    if (isGood === true && Array.isArray(value)) return ok(value as readonly unknown[])
    if (isGood === false && isProblem(failure)) return fail(failure)
    return fail({ code: 'retrieval/store', message: 'the store answered with no list of hits' })
  } catch (error) {
    // Only the kind: a client's message may quote the query or a connection string.
    const kind = error instanceof Error ? error.name : typeof error
    return fail({ code: 'retrieval/store', message: `the store did not answer the search (${kind})` })
  }
}

const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string' && 'message' in value

function queryProblem({ text, vector, limit }: RetrievalQuery): string | undefined {
  if (text === undefined && vector === undefined) return 'the query has neither text nor vector'
  if (text !== undefined && (text.length > QUERY_CHARS_MAX || !text.isWellFormed()))
    return `the query text is above ${QUERY_CHARS_MAX} characters or not well-formed`
  if (vector !== undefined && (vector.length === 0 || vector.length > VECTOR_MAX || !vector.every(Number.isFinite)))
    return `the query vector is empty, above ${VECTOR_MAX} numbers or not finite`
  if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 1)) return 'the limit is no whole number above 0'
  return undefined
}

/** For the record only: a hit without an id is named by nothing. */
function idOf(hit: unknown): string {
  const id = typeof hit === 'object' && hit !== null && 'id' in hit ? hit.id : undefined
  return typeof id === 'string' ? id : ''
}
