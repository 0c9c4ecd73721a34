import { open, type FileHandle } from 'node:fs/promises'
import type { CaseSource } from '../../application/evaluation/run-trials.ts'
import { clusterOf } from '../../application/evaluation/run-suite.ts'
import type { SuiteCase } from '../../domain/evaluation/suite.ts'
import { LineBuffer } from './line-buffer.ts'
import { LineIndex, readLines } from './line-file.ts'

const BATCH_BYTES = 65_536

/** Compiled cases on disk, one a line: a suite of any size takes twelve bytes a case in memory. */
export class CaseFileWriter {
  readonly #file: FileHandle
  readonly #waiting = new LineBuffer()

  private constructor(file: FileHandle) {
    this.#file = file
  }

  static async create(path: string): Promise<CaseFileWriter> {
    return new CaseFileWriter(await open(path, 'w', 0o600))
  }

  async add(suiteCase: SuiteCase): Promise<void> {
    this.#waiting.push(JSON.stringify(suiteCase))
    if (this.#waiting.length >= BATCH_BYTES) await this.#file.appendFile(this.#waiting.take())
  }

  async close(): Promise<void> {
    await this.#file.appendFile(this.#waiting.take())
    await this.#file.sync()
    await this.#file.close()
  }
}

export interface OpenCaseFile extends CaseSource {
  close(): Promise<void>
}

/** Cases that are read ahead in their order: a run asks for them one after the other, or nearly so. */
export async function openCaseFile(path: string): Promise<OpenCaseFile> {
  const index = new LineIndex()
  for await (const line of readLines(path, { withTail: false })) index.add(line.offset, line.length)
  const file = await open(path, 'r')
  return {
    count: index.count,
    at: (place) => clusterOf(JSON.parse(index.read(file, place)) as SuiteCase),
    close: () => file.close(),
  }
}
