import type { Problem } from '../../base/result.ts'
import type { EntryDraft, LedgerEntry } from '../ledger/ledger.ts'
import { projectEntry, SEGMENT_ENTRY, type RecordHead } from './entry-types.ts'
import type { RecordPut, RecordStore } from './records.ts'

/** Bytes of what a record is looked up by, at most: an index entry of the database holds 2,704 with its own parts. */
const HEAD_BYTES_MAX = 2_400

/**
 * Why an entry could never be projected; undefined when it can. SECURITY: what is in the ledger stays there, and nothing behind
 * an entry that cannot be projected would ever take effect; heads hold words of gateways and of files.
 */
export function refuseUnprojectable({
  type,
  releaseDigest,
  payload,
}: Pick<EntryDraft, 'type' | 'releaseDigest' | 'payload'>): Problem | undefined {
  const head = payload['head'] as unknown as RecordHead | undefined
  // An entry without a record changes nothing that is looked up.
  if (head !== undefined && payload['record'] !== undefined)
    return refuse([head.id, head.system, head.status, head.topic, releaseDigest])
  if (type !== SEGMENT_ENTRY) return undefined
  const lines = payload['lines'] as unknown as readonly Readonly<Record<string, unknown>>[]
  for (const line of lines) {
    const refused = refuse([line['id'], line['system'], line['outcome'], line['principal'], line['releaseDigest']])
    if (refused !== undefined) return refused
  }
  return undefined
}

/** What an entry changes; nothing where it is one that would not be taken today: whoever wrote it, what came after it counts. */
export async function boundedPuts(
  entry: LedgerEntry,
  store: RecordStore,
): Promise<{ readonly puts: readonly RecordPut[]; readonly refused?: Problem | undefined }> {
  const refused = refuseUnprojectable({ ...entry.leaf, payload: entry.payload })
  return refused === undefined ? { puts: await projectEntry(entry, store) } : { puts: [], refused }
}

function refuse(columns: readonly unknown[]): Problem | undefined {
  const texts = columns.filter((column) => typeof column === 'string')
  const bytes = texts.reduce((sum, text) => sum + bytesAtMost(text), 0)
  return bytes <= HEAD_BYTES_MAX
    ? undefined
    : {
        code: 'record/too-long',
        message: `what the record is looked up by is longer than ${HEAD_BYTES_MAX} bytes (\`${texts[0]?.slice(0, 80)}\`)`,
        next: 'shorten its id, its names or its version',
      }
}

/** A UTF-16 unit takes three bytes at most, and a control character, which is written with a sign before it, four. */
const bytesAtMost = (text: string): number => text.length + 3 * text.replaceAll(/[ -~]/g, '').length
