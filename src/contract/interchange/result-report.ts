/** One case with its outcome, whichever tool ran it. */
export interface ResultRow {
  readonly id: string
  /** Suite, probe or task that the case belongs to. */
  readonly suite: string
  /** `errored`: no verdict, for example because the grader failed; `skipped`: not run. */
  readonly outcome: 'passed' | 'failed' | 'errored' | 'skipped'
  readonly why: string
  readonly severity: 'critical' | 'high' | 'medium' | 'low'
  readonly risks: readonly string[]
  readonly tags: readonly string[]
  readonly input: string
  readonly output: string
  /** Where the case is written. */
  readonly file: string | undefined
  readonly line: number | undefined
  readonly elapsedMs: number | undefined
  /** US dollars, as the tool states them. */
  readonly costUsd: number | undefined
}

/** What a tool reported, in one shape for every reader and writer of result formats. */
export interface ResultReport {
  readonly tool: string
  readonly toolVersion: string
  readonly title: string
  readonly isSimulated: boolean
  readonly rows: readonly ResultRow[]
}

export interface ResultCounts {
  readonly passed: number
  readonly failed: number
  readonly errored: number
  readonly skipped: number
}

export function countRows(rows: readonly ResultRow[]): ResultCounts {
  const counts = { passed: 0, failed: 0, errored: 0, skipped: 0 }
  for (const { outcome } of rows) counts[outcome] += 1
  return counts
}
