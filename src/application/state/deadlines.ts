import type { EpochMs } from '../../base/instant.ts'
import { INSTANT_MAX, type RecordKind, type StateRecord } from './records.ts'

const RISKS_IN_WORK = ['open', 'assessed', 'treating', 'acceptance-asked']
const ENDED_FINDINGS = ['closed', 'dismissed']
const INTAKES_IN_REVIEW = ['in-review', 'changes-asked']

/** Kinds whose records somebody should see to by a day that stands in them. */
const DUE: Readonly<Partial<Record<RecordKind, (record: Pick<StateRecord, 'status' | 'document'>) => unknown>>> = {
  // An accepted finding stays listed: it is work again once its waiver ends, which the waiver's record says.
  findings: ({ status, document }) => (ENDED_FINDINGS.includes(status) ? null : document['dueAt']),
  risks: ({ status, document }) => {
    if (RISKS_IN_WORK.includes(status)) return document['dueAt']
    // What is carried for a time is work again on the day that ends it.
    const acceptance = document['acceptance'] as { readonly expiresAt?: unknown } | null | undefined
    return status === 'accepted' ? acceptance?.expiresAt : null
  },
  intake_requests: ({ status, document }) => (INTAKES_IN_REVIEW.includes(status) ? document['dueAt'] : null),
}

export const DUE_KINDS = Object.keys(DUE) as readonly RecordKind[]

/** The day from which a record is overdue; null for one that nobody has to see to. */
export function deadlineOf(kind: RecordKind, record: Pick<StateRecord, 'status' | 'document'>): EpochMs | null {
  const dueAt = DUE[kind]?.(record)
  return typeof dueAt === 'number' && Number.isInteger(dueAt) && dueAt >= 0 && dueAt <= INSTANT_MAX
    ? (dueAt as EpochMs)
    : null
}
