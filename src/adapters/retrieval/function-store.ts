import type { RetrievalStore, ScopedQuery } from '../../application/retrieval/retrieval-ports.ts'
import { callStore } from './call-store.ts'

/**
 * A search of your own as a store. Return hits as `{ id, text, metadata, score? }`, with the tenant and permission fields in
 * `metadata`; use `query.scope` to filter before the search. The guard judges each hit whether it was filtered or not.
 */
export function functionStore(search: (query: ScopedQuery) => Promise<readonly unknown[]>): RetrievalStore {
  return (query) => callStore(() => search(query))
}
