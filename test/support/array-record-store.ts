import type { RecordKind, RecordStore, StateRecord } from '../../src/application/state/records.ts'

/** Records in arrays, read-only: the port's lists without a database. */
export function arrayRecordStore(records: Partial<Record<RecordKind, readonly StateRecord[]>>): RecordStore {
  const refuse = async (): Promise<never> => {
    throw new Error('this store is only read')
  }
  return {
    get: async (kind, id) => records[kind]?.find((record) => record.id === id),
    getMany: async (kind, ids) => records[kind]?.filter(({ id }) => ids.includes(id)) ?? [],
    tally: refuse,
    newestOfEach: refuse,
    due: refuse,
    excerpts: refuse,
    list: async (kind, filter) =>
      (records[kind] ?? [])
        .filter(({ system }) => filter.system === undefined || system === filter.system)
        .filter(({ topic }) => filter.topic === undefined || topic === filter.topic)
        .filter(({ at }) => filter.before === undefined || at < filter.before)
        .filter(
          ({ at, id }) =>
            filter.after === undefined || at < filter.after.at || (at === filter.after.at && id < filter.after.id),
        )
        .toSorted((left, right) => right.at - left.at || (left.id < right.id ? 1 : -1))
        .slice(0, filter.limit ?? 100),
    count: async (kind) => records[kind]?.length ?? 0,
    cursor: async () => 0,
    apply: refuse,
    reset: refuse,
    close: async () => undefined,
  }
}
