import type { ClusterResult, TrialRecord } from '../../domain/evaluation/trial-record.ts'
import type { CaseSource } from './run-trials.ts'
import type { TrialJournal } from './trial-journal.ts'

/** What a journal holds of these cases, one after the other: nothing of it is kept in memory. */
export async function* recordedClusters(
  cases: CaseSource,
  journal: Pick<TrialJournal, 'recorded'>,
  { trials, places }: { readonly trials: number; readonly places: Iterable<number> },
): AsyncGenerator<ClusterResult> {
  for (const caseIndex of places) {
    const variants = (await cases.at(caseIndex)).map((suiteCase, variant) => ({
      suiteCase,
      trials: Array.from({ length: trials }, (_, trial) => journal.recorded([caseIndex, variant, trial])).filter(
        (record): record is TrialRecord => record !== undefined,
      ),
    }))
    yield { caseIndex, variants }
  }
}
