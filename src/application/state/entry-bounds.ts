import type { Problem } from '../../base/result.ts'
import type { EntryDraft } from '../ledger/ledger.ts'
import { SEGMENT_ENTRY, type RecordHead } from './entry-types.ts'

/** Bytes of what a record is looked up by, at most: an index entry of the database holds 2,704 with its own parts. */
const HEAD_BYTES_MAX = 2_400

/**
 * Why an entry could never be projected; undefined when it can. SECURITY: what is in the ledger stays there, and nothing behind
 * an entry that cannot be projected would ever take effect; heads hold words of gateways and of files.
 */
export function refuseUnprojectable({ type, releaseDigest, payload }: EntryDraft): Problem | undefined {
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
