import type { Clock } from '../../base/instant.ts'
import type { Problem, Result } from '../../base/result.ts'
import type { RetrievalScope } from '../../domain/retrieval/retrieval-scope.ts'

/** What is asked of a store: the caller's query, and the scope that the guard made. */
export interface ScopedQuery {
  readonly text: string | undefined
  readonly vector: readonly number[] | undefined
  /** Hits wanted, 1 or more. */
  readonly limit: number
  readonly scope: RetrievalScope
}

/** One search. Hits are whatever came back, in the store's order; the guard judges each. */
export type RetrievalStore = (query: ScopedQuery) => Promise<Result<readonly unknown[], Problem>>

/** How many chunks a session has had. Memory in one process, shared memory in many. */
export interface RetrievalSessions {
  /** Grants as many of `wanted` as stay under `max`, and counts them, in one step. */
  take(key: string, wanted: number, max: number): number
}

export interface RetrievalPorts {
  readonly store: RetrievalStore
  readonly sessions: RetrievalSessions
  readonly clock: Clock
  /** Keyed and stable, so that a record names ids without telling them: HMAC, as in decision records. */
  readonly hmac: (purpose: string, text: string) => string
}
