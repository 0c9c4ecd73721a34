import { assert } from '../../base/assert.ts'
import { epochMs } from '../../base/instant.ts'
import { LIST_MAX, type RecordFilter, type RecordKind, type RecordStore, type StateRecord } from './records.ts'

/** Every record of a kind, page by page: for what must not be decided on a part (kill switches, waivers, learned cases). */
export async function listAll(
  store: RecordStore,
  kind: RecordKind,
  filter: Omit<RecordFilter, 'limit' | 'before'>,
): Promise<readonly StateRecord[]> {
  const all = new Map<string, StateRecord>()
  let before = epochMs(253_402_300_799_999)
  for (;;) {
    const page = await store.list(kind, { ...filter, before, limit: LIST_MAX })
    const known = all.size
    for (const record of page) all.set(record.id, record)
    const oldest = page.at(-1)
    if (oldest === undefined || page.length < LIST_MAX) return [...all.values()]
    assert(all.size > known, 'fewer than a page of records share one millisecond')
    // The next page begins in the same millisecond: a record that shares it must not fall between two pages.
    before = epochMs(oldest.at + 1)
  }
}
