import { access, open, type FileHandle } from 'node:fs/promises'
import { parsedJson } from '../../base/json.ts'
import type { TrialJournal } from '../../application/evaluation/trial-journal.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { TrialRecord } from '../../domain/evaluation/trial-record.ts'
import { errnoOf } from '../files/errno.ts'
import { LineBuffer } from './line-buffer.ts'
import { LineIndex, LineTooLong, readLines } from './line-file.ts'

/** Records that may wait for the disk before the run waits for it. */
const WAITING_BYTES_MAX = 524_288
const VERSION = 1
const VARIANTS_RADIX = 128
const TRIALS_RADIX = 64

interface Head {
  readonly journal: number
  readonly run: string
}

/**
 * Finished trials, a line each, behind a head that names the run. A group of lines shares one write and one fdatasync while
 * the run goes on; a torn last line is cut off at the next start. What the journal holds is not run again.
 */
export class FileJournal implements TrialJournal {
  readonly #file: FileHandle
  readonly #index = new LineIndex()
  readonly #places = new Map<number, number>()
  readonly #waiting = new LineBuffer()
  #writing: Promise<void> | undefined
  #failure: Error | undefined

  private constructor(file: FileHandle) {
    this.#file = file
  }

  /** A new journal; one that exists is not overwritten. */
  static async create(path: string, run: string): Promise<FileJournal> {
    const file = await open(path, 'ax+', 0o600)
    const journal = new FileJournal(file)
    journal.#push(JSON.stringify({ journal: VERSION, run } satisfies Head))
    await journal.flush()
    return journal
  }

  /** Opens the journal of the same run and takes up what it holds. */
  static async resume(path: string, run: string): Promise<Result<FileJournal, Problem>> {
    const file = await openExisting(path)
    if (file === undefined)
      return fail({
        code: 'eval/no-journal',
        message: `\`${path}\` does not exist`,
        next: 'start the run without --resume',
      })
    const journal = new FileJournal(file)
    const read = await journal.#takeUp(path, run)
    if (read.ok) return ok(journal)
    await file.close()
    return read
  }

  async #takeUp(path: string, run: string): Promise<Result<undefined, Problem>> {
    let end = 0
    try {
      for await (const { text, number, offset, length } of readLines(path, { withTail: false })) {
        end = offset + length + 1
        const value = parsedJson(text)
        if (number === 1) {
          if ((value as Head | undefined)?.run === run) continue
          return fail({
            code: 'eval/other-run',
            message: `\`${path}\` belongs to another suite, target, seed or number of trials`,
            next: 'resume with what the run was started with, or start a new one',
          })
        }
        if (!isRecord(value)) return damaged(path, number)
        this.#places.set(keyOf(value.at), this.#index.count)
        this.#index.add(offset, length)
      }
    } catch (error) {
      if (error instanceof LineTooLong) return damaged(path, error.line)
      throw error
    }
    // The head is on disk before a run begins: without one, this is what is left of a journal.
    if (end === 0) return damaged(path, 1)
    await this.#file.truncate(end)
    return ok(undefined)
  }

  get count(): number {
    return this.#places.size
  }

  recorded(at: TrialRecord['at']): TrialRecord | undefined {
    const place = this.#places.get(keyOf(at))
    return place === undefined ? undefined : (JSON.parse(this.#index.read(this.#file, place)) as TrialRecord)
  }

  append(record: TrialRecord): Promise<void> | undefined {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    this.#push(JSON.stringify(record))
    return this.#waiting.length > WAITING_BYTES_MAX ? this.flush() : undefined
  }

  #push(line: string): void {
    this.#waiting.push(line)
    this.#writing ??= this.#write()
  }

  async #write(): Promise<void> {
    // Whatever is pushed in this turn of the event loop joins the group.
    await Promise.resolve()
    try {
      while (this.#waiting.length > 0) {
        await this.#file.appendFile(this.#waiting.take())
        await this.#file.datasync()
      }
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
    } finally {
      this.#writing = undefined
    }
  }

  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing
    if (this.#failure !== undefined) throw this.#failure
  }

  async close(): Promise<void> {
    try {
      await this.flush()
    } finally {
      await this.#file.close()
    }
  }
}

/** Several journals of one run, read together: the parts of a sharded run. */
export function joinedJournals(journals: readonly FileJournal[]): TrialJournal {
  return {
    recorded(at) {
      for (const journal of journals) {
        const record = journal.recorded(at)
        if (record !== undefined) return record
      }
      return undefined
    },
    append: () => undefined,
    flush: async () => undefined,
  }
}

function damaged(path: string, line: number): Result<never, Problem> {
  return fail({
    code: 'eval/bad-journal',
    message: `\`${path}\` is damaged at line ${line}`,
    next: 'start a new run',
    at: { file: path, line, column: 1 },
  })
}

/** What a resumed run rests on: a damaged line must not stand for a result. */
function isRecord(value: unknown): value is TrialRecord {
  if (typeof value !== 'object' || value === null) return false
  const { at, id, result } = value as Partial<TrialRecord>
  if (!Array.isArray(at) || at.length !== 3 || !at.every((place) => Number.isInteger(place) && place >= 0)) return false
  if (typeof id !== 'string' || typeof result !== 'object' || result === null) return false
  if (result.kind === 'errored') return typeof result.failure === 'string' && typeof result.why === 'string'
  const { score, reply } = result
  const lists = [score?.misses, score?.noVerdicts, score?.values]
  return result.kind === 'scored' && typeof reply === 'string' && lists.every((list) => Array.isArray(list))
}

async function openExisting(path: string): Promise<FileHandle | undefined> {
  try {
    await access(path)
    // Appending, so that every write goes to the end that the cut leaves.
    return await open(path, 'a+')
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function keyOf([caseIndex, variant, trial]: TrialRecord['at']): number {
  return (caseIndex * VARIANTS_RADIX + variant) * TRIALS_RADIX + trial
}
