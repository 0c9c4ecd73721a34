import { createHash } from 'node:crypto'
import { constants, write } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { platform } from 'node:os'
import type { Digest } from '../../base/digest.ts'
import { errnoOf } from '../files/errno.ts'

const WAITING_MAX = 20_000

/**
 * On Linux a write to a file that was opened so returns once its bytes are as durable as after `fdatasync`: one way to the
 * thread pool and back for each group in place of two. Elsewhere the flag may mean less, so the call is made.
 */
const SYNCED = platform() === 'linux' ? constants.O_DSYNC : 0

export type AppendOutcome = { readonly kept: true } | { readonly kept: false; readonly reason: string }

/** Lines in a file, by group commit: those that wait together share one durable write. */
export class DurableLines {
  readonly path: string
  readonly #file: FileHandle
  readonly #waiting: { line: string; resolve: (outcome: AppendOutcome) => void }[] = []
  readonly #sum = createHash('sha256')
  #running: Promise<void> | undefined
  #failed: string | undefined
  #length = 0
  #count = 0

  private constructor(path: string, file: FileHandle) {
    this.path = path
    this.#file = file
  }

  static async create(path: string): Promise<DurableLines> {
    const { O_APPEND, O_CREAT, O_EXCL, O_WRONLY } = constants
    return new DurableLines(path, await open(path, O_APPEND | O_CREAT | O_EXCL | O_WRONLY | SYNCED, 0o600))
  }

  /** Lines kept so far. */
  get count(): number {
    return this.#count
  }

  /** Bytes kept so far. */
  get bytes(): number {
    return this.#length
  }

  /** Of the bytes kept so far. */
  get digest(): Digest {
    return `sha256:${this.#sum.copy().digest('hex')}` as Digest
  }

  /** Lines that wait for the disk. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** It takes nothing more: what could not be taken back stands behind its lines, or it is closed. */
  get isFailed(): boolean {
    return this.#failed !== undefined
  }

  /** Whether the disk takes a byte; it is taken back at once. */
  async probe(): Promise<boolean> {
    if (this.#failed !== undefined) return false
    // Something is being written: its outcome tells as much.
    if (this.#running !== undefined) return false
    let isTaken = false
    this.#running = (async () => {
      try {
        isTaken = await this.#look()
      } finally {
        await this.#run()
      }
    })()
    await this.#running
    return isTaken
  }

  async #look(): Promise<boolean> {
    if (!(await this.#write(Buffer.from('\n'), 0)).kept) return false
    this.#length -= 1
    return this.#cutOff('EIO')
  }

  append(line: string): Promise<AppendOutcome> {
    if (this.#failed !== undefined) return Promise.resolve({ kept: false, reason: this.#failed })
    if (this.#waiting.length >= WAITING_MAX)
      return Promise.resolve({ kept: false, reason: 'too many records wait for the disk' })
    return new Promise((resolve) => {
      this.#waiting.push({ line, resolve })
      this.#running ??= this.#run()
    })
  }

  async #run(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        await nextTurn()
        const group = this.#waiting.splice(0)
        let text = ''
        for (const { line } of group) text += `${line}\n`
        const bytes = Buffer.from(text)
        const outcome = await this.#write(bytes, group.length)
        if (outcome.kept) this.#sum.update(bytes)
        for (const { resolve } of group) resolve(outcome)
      }
    } finally {
      this.#running = undefined
    }
  }

  async #write(bytes: Buffer, lines: number): Promise<AppendOutcome> {
    if (this.#failed !== undefined) return { kept: false, reason: this.#failed }
    try {
      for (let from = 0; from < bytes.length;) from += await writeSome(this.#file.fd, bytes, from)
      if (SYNCED === 0) await this.#file.datasync()
      this.#length += bytes.length
      this.#count += lines
      return { kept: true }
    } catch (error) {
      const code = errnoOf(error)
      if (code === undefined) throw error
      return this.#undo(code)
    }
  }

  /** A group that is not wholly on disk is cut off again. */
  async #undo(code: string): Promise<AppendOutcome> {
    await this.#cutOff(code)
    return { kept: false, reason: unwritable(code) }
  }

  /** Takes back what stands behind the lines that are kept; if that fails, the file takes nothing more. */
  async #cutOff(code: string): Promise<boolean> {
    try {
      await this.#file.truncate(this.#length)
      return true
    } catch (error) {
      this.#failed = unwritable(errnoOf(error) ?? code)
      return false
    }
  }

  async close(): Promise<void> {
    await this.#running
    this.#failed ??= 'the spool is closed'
    await this.#file.close()
  }
}

/** Once all that is ready now has been read: the records that it brings share one write, and none waits for that of another. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}

function unwritable(code: string): string {
  return `the spool cannot be written (${code})`
}

/** Bytes that the file took; fewer than were given where a limit cuts them off. The file's handle makes three promises for it. */
function writeSome(descriptor: number, bytes: Buffer, from: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(descriptor, bytes, from, bytes.length - from, null, (error, written) => {
      if (error === null) resolve(written)
      else reject(error)
    })
  })
}
