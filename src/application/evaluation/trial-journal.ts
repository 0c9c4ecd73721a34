import type { TrialRecord } from '../../domain/evaluation/trial-record.ts'

/** Finished trials on durable storage: what is recorded is not run again. */
export interface TrialJournal {
  recorded(at: TrialRecord['at']): TrialRecord | undefined
  /** Resolves at once unless the disk has fallen behind. */
  append(record: TrialRecord): Promise<void> | undefined
  /** Everything appended is on disk afterwards. */
  flush(): Promise<void>
}
