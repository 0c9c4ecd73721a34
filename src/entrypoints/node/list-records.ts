import type { OwnerNode } from '../../application/state/owner-node.ts'
import { cursorOf, positionOf } from '../../application/state/page-cursor.ts'
import { LIST_MAX, type RecordFilter, type RecordKind } from '../../application/state/records.ts'
import { epochMs } from '../../base/instant.ts'
import { ok, type Problem, type Result } from '../../base/result.ts'

/** Records of a page where the caller names no number. */
export const PAGE_DEFAULT = 100

type ListInput = Omit<RecordFilter, 'before' | 'after'> & {
  readonly before?: number | undefined
  readonly cursor?: string | undefined
}

/** One page of a kind as operations give it out: documents with their heads, and where the next page begins. */
export async function listOf(
  node: OwnerNode,
  kind: RecordKind,
  { before, cursor, limit = PAGE_DEFAULT, ...filter }: ListInput,
): Promise<Result<object, Problem>> {
  const records = await node.store.list(kind, {
    ...filter,
    ...(before === undefined ? {} : { before: epochMs(before) }),
    ...(cursor === undefined ? {} : { after: positionOf(cursor) }),
    // One more than the page holds says whether there is a next one.
    limit: Math.min(limit + 1, LIST_MAX),
  })
  const page = records.slice(0, limit)
  const last = page.at(-1)
  const hasMore = records.length > limit || (limit === LIST_MAX && page.length === LIST_MAX)
  return ok({
    items: page.map(({ id, at, status, system, document }) => ({ ...document, id, at, status, system })),
    nextCursor: last !== undefined && hasMore ? cursorOf(last) : null,
  })
}
