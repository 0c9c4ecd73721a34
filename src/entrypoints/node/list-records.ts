import type { OwnerNode } from '../../application/state/owner-node.ts'
import type { RecordFilter, RecordKind } from '../../application/state/records.ts'
import { recordsPage, type PageRequest } from '../../application/state/records-page.ts'
import { ok, type Problem, type Result } from '../../base/result.ts'

type ListInput = Omit<RecordFilter, 'before' | 'after' | 'limit'> & PageRequest

/** One page of a kind as operations give it out: documents with their heads, and where the next page begins. */
export async function listOf(
  node: OwnerNode,
  kind: RecordKind,
  { before, cursor, limit, ...filter }: ListInput,
): Promise<Result<object, Problem>> {
  const { records, nextCursor } = await recordsPage(node.store, kind, filter, { before, cursor, limit })
  return ok({
    items: records.map(({ id, at, status, system, document }) => ({ ...document, id, at, status, system })),
    nextCursor,
  })
}
