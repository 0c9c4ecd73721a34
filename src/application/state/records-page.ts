import { epochMs } from '../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { cursorOf, positionOf } from './page-cursor.ts'
import { LIST_MAX, type RecordFilter, type RecordKind, type RecordStore, type StateRecord } from './records.ts'

/** What a caller says of the page that it wants. */
export interface PageRequest {
  readonly limit?: number | undefined
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined
  readonly before?: number | undefined
}

/** Records of a page where the caller names no number. */
export const PAGE_DEFAULT = 100

/** One page of a kind, newest first. */
export async function recordsPage(
  store: Pick<RecordStore, 'list'>,
  kind: RecordKind,
  filter: Omit<RecordFilter, 'before' | 'after' | 'limit'>,
  { before, cursor, limit = PAGE_DEFAULT }: PageRequest,
): Promise<{ readonly records: readonly StateRecord[]; readonly nextCursor: string | null }> {
  const listed = await store.list(kind, {
    ...filter,
    ...(before === undefined ? {} : { before: epochMs(before) }),
    ...(cursor === undefined ? {} : { after: positionOf(cursor) }),
    // One more than the page holds says whether there is a next one.
    limit: Math.min(limit + 1, LIST_MAX),
  })
  const records = listed.slice(0, limit)
  const last = records.at(-1)
  const hasMore = listed.length > limit || (limit === LIST_MAX && records.length === LIST_MAX)
  return { records, nextCursor: last !== undefined && hasMore ? cursorOf(last) : null }
}

/** One page of what was put together in memory; `keyOf` names an item for good. */
export function windowOf<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  { cursor, limit = LIST_MAX }: PageRequest,
): Result<{ readonly items: readonly Item[]; readonly nextCursor: string | null }, Problem> {
  const key = cursor === undefined ? undefined : positionOf(cursor)?.id
  const place = key === undefined ? -1 : items.findIndex((item) => keyOf(item) === key)
  if (key !== undefined && place < 0)
    return fail({
      code: 'http/cursor',
      message: 'the list has changed since the page before',
      next: 'ask for the first page again',
    })
  const page = items.slice(place + 1, place + 1 + limit)
  const last = page.at(-1)
  const hasMore = last !== undefined && place + 1 + limit < items.length
  return ok({ items: page, nextCursor: hasMore ? cursorOf({ at: epochMs(0), id: keyOf(last) }) : null })
}
