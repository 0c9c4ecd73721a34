import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openCaseFile } from '../../../adapters/evaluation/case-file.ts'
import { FileJournal } from '../../../adapters/evaluation/file-journal.ts'
import { recordedClusters } from '../../../application/evaluation/recorded-clusters.ts'
import { drawnPlaces, type Shard } from '../../../application/evaluation/run-evaluation.ts'
import type { Problem } from '../../../base/result.ts'
import type { EvaluationReport } from '../../../domain/evaluation/evaluation-report.ts'
import type { ClusterResult } from '../../../domain/evaluation/trial-record.ts'
import { RUN_FILES, type RunHead } from './run-folders.ts'
import { listsCases, type ReportOutput } from './report-outputs.ts'

export interface FinishedRun {
  readonly id: string
  readonly folder: string
  readonly head: Pick<RunHead, 'run' | 'trials' | 'seed' | 'shard'>
  readonly report: EvaluationReport
}

/** Results of a run that is kept, read from its journal in the order of the suite; those behind its report, and no others. */
export async function* clustersOfRun({ folder, head, report }: FinishedRun): AsyncGenerator<ClusterResult> {
  const journal = await FileJournal.resume(join(folder, RUN_FILES.journal), head.run)
  if (!journal.ok) throw new Error(journal.failure.message)
  const cases = await openCaseFile(join(folder, RUN_FILES.cases))
  try {
    const drawn = drawnPlaces(head.seed, cases.count, shardOf(head.shard)).slice(0, report.cases.run)
    yield* recordedClusters(cases, journal.value, { trials: head.trials, places: drawn.toSorted() })
  } finally {
    await cases.close()
    await journal.value.close()
  }
}

function shardOf(text: string | null): Shard | undefined {
  const [part, of] = (text ?? '').split('/').map(Number)
  return part === undefined || of === undefined ? undefined : { part, of }
}

/** Why a format that lists cases cannot be written of this run; undefined when it can. */
export function casesGap(
  { id, folder }: Pick<FinishedRun, 'id' | 'folder'>,
  outputs: readonly ReportOutput[],
): Problem | undefined {
  const needing = outputs.find(listsCases)
  if (needing === undefined || existsSync(join(folder, RUN_FILES.journal))) return undefined
  return {
    code: 'eval/no-journal',
    message: `run \`${id}\` keeps no results of single cases, which \`${needing.path}\` would list`,
    next: 'write it when the shards are merged: `gatehouse eval merge … -o`',
  }
}
