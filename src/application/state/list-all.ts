import { LIST_MAX, type RecordFilter, type RecordKind, type RecordStore, type StateRecord } from './records.ts'

/** Every record of a kind, page by page: for what must not be decided on a part (kill switches, waivers, learned cases). */
export async function listAll(
  store: RecordStore,
  kind: RecordKind,
  filter: Omit<RecordFilter, 'limit' | 'before' | 'after'>,
): Promise<readonly StateRecord[]> {
  const all: StateRecord[] = []
  for (;;) {
    const page = await store.list(kind, { ...filter, after: all.at(-1), limit: LIST_MAX })
    all.push(...page)
    if (page.length < LIST_MAX) return all
  }
}
