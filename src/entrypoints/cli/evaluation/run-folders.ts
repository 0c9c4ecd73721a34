import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readTextIfPresent, writeFileAtomic } from '../../../adapters/files/atomic-file.ts'
import { errnoOf } from '../../../adapters/files/errno.ts'
import { ulidIds } from '../../../adapters/ids/ulid-ids.ts'
import type { EvaluationReport } from '../../../domain/evaluation/evaluation-report.ts'

/** What a run was started with. */
export interface RunHead {
  readonly schemaVersion: 1
  /** Digest of suite, target, trials and seed: what a resumed run must share. */
  readonly run: string
  readonly suiteFile: string
  readonly suiteId: string
  readonly startedAt: string
  readonly target: unknown
  readonly trials: number
  readonly seed: number
  readonly shard: string | null
}

export interface StoredRun {
  readonly id: string
  readonly folder: string
  readonly head: RunHead
  /** Undefined while it runs, or when it was killed. */
  readonly report: EvaluationReport | undefined
}

export const RUN_FILES = {
  head: 'run.json',
  cases: 'cases.jsonl',
  journal: 'journal.jsonl',
  report: 'report.json',
} as const

const LISTED_MAX = 1_000

export function runsFolder(stateFolder: string): string {
  return join(stateFolder, 'evals')
}

export async function createRunFolder(stateFolder: string): Promise<{ readonly id: string; readonly folder: string }> {
  const id = ulidIds()
  const folder = join(runsFolder(stateFolder), id)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return { id, folder }
}

export async function writeRunHead(folder: string, head: RunHead): Promise<void> {
  await writeFileAtomic(join(folder, RUN_FILES.head), `${JSON.stringify(head, null, 2)}\n`, 0o600)
}

export async function dropRunFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}

/** Runs of a state folder, newest first; a folder without a head is one that never began. */
export async function listRuns(stateFolder: string): Promise<readonly StoredRun[]> {
  const names = await namesIn(runsFolder(stateFolder))
  const runs: StoredRun[] = []
  for (const id of names.toSorted().toReversed().slice(0, LISTED_MAX)) {
    const run = await readRun(stateFolder, id)
    if (run !== undefined) runs.push(run)
  }
  return runs
}

export async function readRun(stateFolder: string, id: string): Promise<StoredRun | undefined> {
  // An id is a name of ours, never a path.
  if (!/^[0-9A-Z]{26}$/.test(id)) return undefined
  const folder = join(runsFolder(stateFolder), id)
  const head = await readTextIfPresent(join(folder, RUN_FILES.head))
  if (head === undefined) return undefined
  const report = await readTextIfPresent(join(folder, RUN_FILES.report))
  return {
    id,
    folder,
    head: JSON.parse(head) as RunHead,
    report: report === undefined ? undefined : (JSON.parse(report) as EvaluationReport),
  }
}

/** The newest run with the same digest that has not come to its end. */
export async function findUnfinished(
  stateFolder: string,
  run: string,
  shard: string | null,
): Promise<StoredRun | undefined> {
  const runs = await listRuns(stateFolder)
  return runs.find(
    ({ head, report }) =>
      head.run === run &&
      head.shard === shard &&
      (report === undefined || (report.stopped !== 'completed' && report.stopped !== 'decided')),
  )
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return []
    throw error
  }
}
