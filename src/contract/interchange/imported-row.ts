import type { ResultRow } from './result-report.ts'

/** What a tool says of one case; the rest has a plain default. */
export function importedRow(row: Pick<ResultRow, 'id' | 'suite' | 'outcome'> & Partial<ResultRow>): ResultRow {
  return {
    why: '',
    severity: 'medium',
    risks: [],
    tags: [],
    input: '',
    output: '',
    file: undefined,
    line: undefined,
    elapsedMs: undefined,
    costUsd: undefined,
    ...row,
  }
}

/** Scores from 0 to 1 pass from here, where a tool names no threshold of its own. */
export const SCORE_PASSES_FROM = 0.5

/** A score that is none gives no verdict. */
export function outcomeOfScore(score: number | undefined): ResultRow['outcome'] {
  if (score === undefined) return 'errored'
  return score >= SCORE_PASSES_FROM ? 'passed' : 'failed'
}
