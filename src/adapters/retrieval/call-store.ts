import { fail, ok, type Problem, type Result } from '../../base/result.ts'

const FIELD = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/

/** Names that go into a request as names, not as values: plain identifiers only. Undefined names are left out. */
export function fieldProblem(...names: readonly (string | undefined)[]): Problem | undefined {
  const bad = names.find((name) => name !== undefined && !FIELD.test(name))
  if (bad === undefined) return undefined
  return {
    code: 'retrieval/field',
    message: `\`${bad.slice(0, 80)}\` is no plain field name`,
    next: 'use letters, digits and `_`, 63 at most, not a digit first',
  }
}

/** A search needs a vector unless the store can search words. */
export const NO_VECTOR: Problem = { code: 'retrieval/no-vector', message: 'this store searches by vector only' }

/** Runs a client's search. Clients reject for reasons of their own; a rejection is a failure, never an empty result. */
export async function callStore(
  search: () => Promise<readonly unknown[]>,
): Promise<Result<readonly unknown[], Problem>> {
  try {
    return ok(await search())
  } catch (error) {
    // Only the kind: a client's message may quote the query or a connection string.
    const kind = error instanceof Error ? error.name : typeof error
    return fail({ code: 'retrieval/store', message: `the store did not answer the search (${kind})` })
  }
}
