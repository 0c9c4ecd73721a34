import { mkdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { SECOND_MS, type Clock } from '../../base/instant.ts'
import type {
  DecisionIntent,
  DecisionOutcome,
  GapLine,
  ReportLine,
  ShadowLine,
} from '../../contract/decision/decision-record.ts'
import { ongoingClock } from '../clock/ongoing-clock.ts'
import { systemDeadline } from '../clock/system-deadline.ts'
import { errnoOf } from '../files/errno.ts'
import type { NewId } from '../ids/ulid-ids.ts'
import { DurableLines, type AppendOutcome } from './durable-lines.ts'
import { goneText, isMoved } from './moved-file.ts'
import { recoverSpool } from './recover-spool.ts'
import { SEALED, SegmentQueue, type SealedFile, type ShipSegment } from './segment-queue.ts'

/** The control plane takes 50,000 lines and 16 MiB; what is written while a segment is changed comes on top. */
const SEGMENT_LINES_MAX = 2_000
const SEGMENT_CHARS_MAX = 1_048_576
const SEGMENT_AGE_MS = SECOND_MS / 2
const TURN_MS = 100
/** Segments that the disk does not let be sealed; the open one grows meanwhile. */
const CLOSING_MAX = 16
const BYTES_MAX = 4 * 1_073_741_824
const FULL = 'the spool is full'
/** Once full it takes nothing until a tenth of it is free again: not now a small record and now no large one. */
const ROOM_AGAIN = 0.9

export interface SpoolOptions {
  readonly folder: string
  readonly gateway: string
  readonly clock: Clock
  readonly newId: NewId
  /** What all that is not shipped yet may take of the disk, with what is set aside. */
  readonly bytesMax?: number | undefined
  readonly log: (line: string) => void
  readonly ship: ShipSegment
  readonly deadline?: typeof systemDeadline | undefined
}

export interface Spool {
  intent(record: DecisionIntent): Promise<AppendOutcome>
  outcome(record: DecisionOutcome): Promise<AppendOutcome>
  /** A line that is about no single request on its way. */
  note(record: ReportLine | GapLine | ShadowLine): Promise<AppendOutcome>
  /** Why the last record could not be written; undefined while they can. */
  readonly problem: string | undefined
  /** Segments on disk that the control plane refused. */
  readonly refused: number
  /** Bytes on disk, with those that wait to be shipped and those that are set aside. */
  readonly bytes: number
  /** Segments on disk that the control plane has not taken yet. */
  readonly unshipped: number
  close(): Promise<void>
}

/** Decision records on the gateway's own disk, sealed into segments and shipped until they are acknowledged. */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 })
  const recovered = await recoverSpool(options.folder, options.clock)
  return RunningSpool.start(options, recovered)
}

/** An intent on disk. */
interface Waiting {
  line: string
  readonly file: DurableLines
}

interface ClosingFile {
  readonly id: string
  readonly lines: DurableLines
}

class RunningSpool implements Spool {
  readonly #options: SpoolOptions
  readonly #queue: SegmentQueue
  #problem: string | undefined
  #isFull = false
  readonly #bytesMax: number
  #current: DurableLines
  /** On their way to be sealed, oldest first: they take room of the disk until they are shipped. */
  readonly #closing: ClosingFile[] = []
  #currentId: string
  #openedAt: number
  /** For the age of a segment: one must not wait for a clock that was set back. */
  readonly #steady: Clock
  /** Intents that still wait for their outcome; they are copied into each new segment, so the newest one knows them all. */
  readonly #pending = new Map<string, Waiting>()
  /** Lines of the open segment besides the carried intents: without any there is nothing to seal. */
  #fresh = 0
  #freshChars = 0
  #timer: NodeJS.Timeout
  #turn: Promise<void> = Promise.resolve()
  #isTurning = false
  #isClosed = false

  private constructor(options: SpoolOptions, sealed: SealedFile[], current: DurableLines, id: string) {
    this.#options = options
    this.#queue = new SegmentQueue({ deadline: systemDeadline, ...options }, sealed)
    this.#bytesMax = options.bytesMax ?? BYTES_MAX
    this.#current = current
    this.#currentId = id
    this.#steady = ongoingClock(options.clock)
    this.#openedAt = this.#steady()
    this.#timer = setInterval(() => {
      this.#tick()
      this.#queue.turn()
    }, TURN_MS)
    this.#timer.unref()
  }

  static async start(options: SpoolOptions, sealed: SealedFile[]): Promise<RunningSpool> {
    const id = options.newId()
    return new RunningSpool(options, sealed, await DurableLines.create(join(options.folder, `${id}.open`)), id)
  }

  get unshipped(): number {
    return this.#queue.unshipped + this.#closing.length
  }

  get problem(): string | undefined {
    return this.#problem
  }

  get bytes(): number {
    let bytes = this.#queue.bytes + this.#current.bytes
    for (const { lines } of this.#closing) bytes += lines.bytes
    return bytes
  }

  get refused(): number {
    return this.#queue.refused
  }

  #append(file: DurableLines, line: string): Promise<AppendOutcome> {
    if (this.bytes + line.length > this.#bytesMax) this.#isFull = true
    return this.#isFull ? Promise.resolve({ kept: false, reason: FULL }) : file.append(line)
  }

  #isKept(outcome: AppendOutcome): boolean {
    this.#problem = outcome.kept ? undefined : outcome.reason
    return outcome.kept
  }

  async intent(record: DecisionIntent): Promise<AppendOutcome> {
    const line = JSON.stringify(record)
    const file = this.#current
    const outcome = await this.#append(file, line)
    if (this.#isKept(outcome)) {
      this.#pending.set(record.id, { line, file })
      this.#added(line)
    }
    return outcome
  }

  async outcome(record: DecisionOutcome): Promise<AppendOutcome> {
    const line = JSON.stringify(record)
    const outcome = await this.#append(this.#current, line)
    if (this.#isKept(outcome)) {
      this.#settle(record.id)
      this.#added(line)
    }
    return outcome
  }

  async note(record: ReportLine | GapLine | ShadowLine): Promise<AppendOutcome> {
    const line = JSON.stringify(record)
    const outcome = await this.#append(this.#current, line)
    if (this.#isKept(outcome)) this.#added(line)
    return outcome
  }

  #added({ length }: string): void {
    const wasLarge = this.#isLarge()
    this.#fresh += 1
    this.#freshChars += length
    // Once: where the disk does not let it be sealed, the turns by time go on.
    if (!wasLarge && this.#isLarge()) this.#tick()
  }

  #isLarge(): boolean {
    return this.#fresh >= SEGMENT_LINES_MAX || this.#freshChars >= SEGMENT_CHARS_MAX
  }

  /**
   * The line goes at once: a `Map` that is added to and deleted from is made anew every few entries, and each old one keeps
   * the next one, with what stood in it, until the collector has been through the whole heap.
   */
  #settle(id: string): void {
    const waiting = this.#pending.get(id)
    if (waiting === undefined) return
    waiting.line = ''
    this.#pending.delete(id)
  }

  #tick(): void {
    if (this.#isTurning || this.#isClosed) return
    this.#isTurning = true
    this.#turn = this.#work()
      .catch((error: unknown) => {
        // No room, or a folder that is gone: what is on disk stays there, and the next turn tries again. Requests whose
        // records cannot be written are refused by then.
        if (errnoOf(error) === undefined) throw error
      })
      .finally(() => {
        this.#isTurning = false
      })
  }

  async #work(): Promise<void> {
    // Nobody may send a request while this says that none can be recorded: whether it can is found out here.
    if (this.#problem !== undefined) await this.#probe()
    const isOld = this.#steady() - this.#openedAt >= SEGMENT_AGE_MS && (this.#fresh > 0 || this.#current.isFailed)
    if ((isOld || this.#isLarge()) && this.#closing.length < CLOSING_MAX) await this.#change()
    await this.#sealAll()
    this.#queue.turn()
  }

  async #probe(): Promise<void> {
    if (this.#isFull && this.refused > 0) await this.#queue.recount()
    if (this.#isFull && this.bytes > this.#bytesMax * ROOM_AGAIN) return
    this.#isFull = false
    if (await this.#current.probe()) this.#problem = undefined
  }

  /** Starts the next segment; the open one is to be sealed. */
  async #change(): Promise<void> {
    const { folder, newId } = this.#options
    const id = newId()
    const next = await DurableLines.create(join(folder, `${id}.open`))
    this.#closing.push({ id: this.#currentId, lines: this.#current })
    this.#current = next
    this.#currentId = id
    this.#openedAt = this.#steady()
    this.#fresh = 0
    this.#freshChars = 0
  }

  /** Seals what is to be sealed. What the disk refuses stays in the list, in its place, for the next turn. */
  async #sealAll(): Promise<void> {
    for (let first = this.#closing[0]; first !== undefined; first = this.#closing[0]) {
      const { id, lines } = first
      // Once the file is closed, an intent that was on its way into it is pending too and is carried.
      await lines.close()
      const next = this.#current
      await Promise.all([...this.#pending].map(([requestId, waiting]) => this.#carry(requestId, waiting, next)))
      const name = `${id}${SEALED}`
      const isThere = await isMoved(lines.path, lines.count === 0 ? undefined : join(this.#options.folder, name))
      if (!isThere) this.#options.log(goneText(lines.path))
      else if (lines.count > 0) this.#queue.push({ name, bytes: lines.bytes, written: lines.digest })
      this.#closing.shift()
    }
  }

  async #carry(
    requestId: string,
    { line, file }: { readonly line: string; readonly file: DurableLines },
    next: DurableLines,
  ): Promise<void> {
    if (file === next) return
    const { kept } = await next.append(line)
    if (kept && this.#pending.has(requestId)) this.#pending.set(requestId, { line, file: next })
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    clearInterval(this.#timer)
    await this.#turn
    await this.#change()
    await this.#sealAll()
    await this.#queue.close()
    await this.#current.close()
    // With a request that has not ended, or one that ended only now, the file stays: the next start settles and ships it.
    if (this.#pending.size === 0 && this.#fresh === 0) await unlink(this.#current.path)
  }
}
