import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { parseJson } from '../../base/json.ts'
import type { TrialRecord } from '../../domain/evaluation/trial-record.ts'
import { errnoOf } from '../files/errno.ts'
import { LineTooLong, readLines } from './line-file.ts'

const LINE_CHARS_MAX = 16 * 1_048_576

/** Hands on each trial of a journal, and changes nothing; a torn last line is left out. */
export async function readJournal(path: string, take: (record: TrialRecord) => void): Promise<Result<void, Problem>> {
  try {
    for await (const { text, number } of readLines(path, { withTail: false })) {
      if (number === 1) continue
      const json = parseJson(text, LINE_CHARS_MAX)
      const record = json.ok ? (json.value as unknown as Partial<TrialRecord> | null) : undefined
      if (!Array.isArray(record?.at) || record.result === undefined) return fail(damaged(path, number))
      take(record as TrialRecord)
    }
    return ok(undefined)
  } catch (error) {
    if (error instanceof LineTooLong) return fail(damaged(path, error.line))
    if (errnoOf(error) === undefined) throw error
    return fail({
      code: 'eval/no-journal',
      message: `\`${path}\` cannot be read (${errnoOf(error) ?? ''})`,
      next: 'run the suite again; a merged run has none: name its shards',
    })
  }
}

function damaged(path: string, line: number): Problem {
  return { code: 'eval/bad-journal', message: `\`${path}\` is damaged at line ${line}`, next: 'run the suite again' }
}
