import type { Ledger } from '../ledger/ledger.ts'
import { boundedPuts } from './entry-bounds.ts'
import type { RecordStore } from './records.ts'

/** Forgets every record and reads the whole ledger again. In one transaction: nobody sees a part of it. */
export async function rebuildProjection(
  ledger: Pick<Ledger, 'read' | 'size'>,
  store: RecordStore,
  onEntry: () => void,
): Promise<void> {
  await store.reset()
  for await (const entry of ledger.read(0, ledger.size)) {
    const { puts } = await boundedPuts(entry, store)
    if (!(await store.apply(entry.index, puts)))
      throw new Error(`entry ${entry.index} was projected by somebody else meanwhile`)
    onEntry()
  }
}
