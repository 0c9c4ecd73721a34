import { mkdir, readdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { digestOfBytes } from '../../base/digest.ts'
import { SECOND_MS, type Clock } from '../../base/instant.ts'
import {
  spoolLineSchema,
  type DecisionIntent,
  type DecisionOutcome,
  type GapLine,
  type ReportLine,
  type ShadowLine,
  type SpoolLine,
} from '../../contract/decision/decision-record.ts'
import { ongoingClock } from '../clock/ongoing-clock.ts'
import { nodeSha256 } from '../crypto/node-crypto.ts'
import { errnoOf } from '../files/errno.ts'
import type { NewId } from '../ids/ulid-ids.ts'
import { DurableLines, type AppendOutcome } from './durable-lines.ts'
import { segmentDocument } from './segment-document.ts'

const SEGMENT_LINES_MAX = 2_000
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
  /** What all that is not shipped yet may take of the disk. */
  readonly bytesMax?: number | undefined
  readonly log: (line: string) => void
  /** Hands a sealed segment, as the JSON document that the control plane takes, over to it; true when it is kept there. */
  readonly ship: (document: Buffer) => Promise<boolean>
}

export interface Spool {
  intent(record: DecisionIntent): Promise<AppendOutcome>
  outcome(record: DecisionOutcome): Promise<AppendOutcome>
  /** A line that is about no single request on its way. */
  note(record: ReportLine | GapLine | ShadowLine): Promise<AppendOutcome>
  /** Why the last record could not be written; undefined while they can. */
  readonly problem: string | undefined
  /** Bytes on disk, those that wait to be shipped included. */
  readonly bytes: number
  /** Segments on disk that the control plane has not taken yet. */
  readonly unshipped: number
  close(): Promise<void>
}

/** Decision records on the gateway's own disk, sealed into segments and shipped until they are acknowledged. */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 })
  const recovered = await recover(options)
  return RunningSpool.start(options, recovered)
}

/** Segments that a crash left open: intents without an outcome become `unknown`. */
async function recover({ folder, clock }: SpoolOptions): Promise<SealedFile[]> {
  const names = (await readdir(folder)).toSorted().filter((file) => file.endsWith('.open'))
  const open = await Promise.all(
    names.map(async (name) => ({ name, lines: linesOf(await readFile(join(folder, name), 'utf8')) })),
  )
  // A crash while segments change leaves two open: the outcome, or a second copy of the intent, may stand in the other.
  const settled = new Set(
    open.flatMap(({ lines }) => lines.filter((line) => line.kind === 'outcome').map(({ id }) => id)),
  )
  for (const { name, lines } of open) {
    const orphans = new Set(lines.filter((line) => line.kind === 'intent' && !settled.has(line.id)).map(({ id }) => id))
    const outcomes: DecisionOutcome[] = [...orphans].map((id) => ({
      kind: 'outcome',
      id,
      at: clock(),
      outcome: 'unknown',
      code: null,
      rule: null,
      action: 'allow',
      findings: [],
      tools: [],
      guardMs: 0,
      totalMs: 0,
      inputTokens: null,
      outputTokens: null,
      modelAnswered: null,
    }))
    for (const id of orphans) settled.add(id)
    const sealed = join(folder, name.replace(/\.open$/, '.sealed'))
    const text = [...lines, ...outcomes].map((line) => `${JSON.stringify(line)}\n`).join('')
    if (text !== '') {
      await writeFile(`${sealed}.draft`, text, { mode: 0o600, flush: true })
      await rename(`${sealed}.draft`, sealed)
    }
    await unlink(join(folder, name))
  }
  const sealed = (await readdir(folder)).filter((file) => file.endsWith('.sealed')).toSorted()
  return Promise.all(sealed.map(async (name) => ({ name, bytes: (await stat(join(folder, name))).size })))
}

/** Whole, valid lines; a torn last line was never acknowledged. */
function linesOf(text: string): SpoolLine[] {
  const lines: SpoolLine[] = []
  for (const line of text.split('\n')) {
    if (line === '') continue
    try {
      const parsed = spoolLineSchema.safeParse(JSON.parse(line))
      if (parsed.success) lines.push(parsed.data)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
    }
  }
  return lines
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

interface SealedFile {
  readonly name: string
  readonly bytes: number
  /** Of what this process wrote into it; undefined where an earlier one did. */
  readonly written?: string | undefined
}

class RunningSpool implements Spool {
  readonly #options: SpoolOptions
  readonly #sealed: SealedFile[]
  #sealedBytes: number
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
  #timer: NodeJS.Timeout
  #turn: Promise<void> = Promise.resolve()
  #isTurning = false
  #isClosed = false

  private constructor(options: SpoolOptions, sealed: SealedFile[], current: DurableLines, id: string) {
    this.#options = options
    this.#sealed = sealed
    this.#bytesMax = options.bytesMax ?? BYTES_MAX
    this.#sealedBytes = sealed.reduce((sum, { bytes }) => sum + bytes, 0)
    this.#current = current
    this.#currentId = id
    this.#steady = ongoingClock(options.clock)
    this.#openedAt = this.#steady()
    this.#timer = setInterval(() => this.#tick(), TURN_MS)
    this.#timer.unref()
  }

  static async start(options: SpoolOptions, sealed: SealedFile[]): Promise<RunningSpool> {
    const id = options.newId()
    return new RunningSpool(options, sealed, await DurableLines.create(join(options.folder, `${id}.open`)), id)
  }

  get unshipped(): number {
    return this.#sealed.length + this.#closing.length
  }

  get problem(): string | undefined {
    return this.#problem
  }

  get bytes(): number {
    let bytes = this.#sealedBytes + this.#current.bytes
    for (const { lines } of this.#closing) bytes += lines.bytes
    return bytes
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
      this.#fresh += 1
    }
    return outcome
  }

  async outcome(record: DecisionOutcome): Promise<AppendOutcome> {
    const outcome = await this.#append(this.#current, JSON.stringify(record))
    if (this.#isKept(outcome)) {
      this.#settle(record.id)
      this.#fresh += 1
    }
    return outcome
  }

  async note(record: ReportLine | GapLine | ShadowLine): Promise<AppendOutcome> {
    const outcome = await this.#append(this.#current, JSON.stringify(record))
    if (this.#isKept(outcome)) this.#fresh += 1
    return outcome
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
    if (this.#isTurning) return
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
    const age = this.#steady() - this.#openedAt
    const isOld = age >= SEGMENT_AGE_MS && (this.#fresh > 0 || this.#current.isFailed)
    const isDue = isOld || (this.#fresh > 0 && this.#current.count >= SEGMENT_LINES_MAX)
    if (isDue && this.#closing.length < CLOSING_MAX) await this.#change()
    await this.#sealAll()
    await this.#shipAll()
  }

  async #probe(): Promise<void> {
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
  }

  /** Seals what is to be sealed. What the disk refuses stays in the list, in its place, for the next turn. */
  async #sealAll(): Promise<void> {
    for (let first = this.#closing[0]; first !== undefined; first = this.#closing[0]) {
      const { id, lines } = first
      // Once the file is closed, an intent that was on its way into it is pending too and is carried.
      await lines.close()
      const next = this.#current
      await Promise.all([...this.#pending].map(([requestId, waiting]) => this.#carry(requestId, waiting, next)))
      const name = `${id}.sealed`
      const isThere = await isMoved(lines.path, lines.count === 0 ? undefined : join(this.#options.folder, name))
      if (!isThere) this.#options.log(`records are gone: nobody but the gateway may touch ${lines.path}`)
      else if (lines.count > 0) {
        this.#sealed.push({ name, bytes: lines.bytes, written: lines.digest })
        this.#sealedBytes += lines.bytes
      }
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

  async #shipAll(): Promise<void> {
    while (this.#sealed.length > 0) {
      const { name, bytes, written } = this.#sealed[0] as SealedFile
      const path = join(this.#options.folder, name)
      const content = await readFile(path)
      const digest = digestOfBytes(nodeSha256, content)
      const head = { segmentId: name.replace(/\.sealed$/, ''), gateway: this.#options.gateway, digest }
      const document = segmentDocument(head, content, digest === written)
      if (document !== undefined && !(await this.#options.ship(document))) return
      await unlink(path)
      this.#sealed.shift()
      this.#sealedBytes -= bytes
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    clearInterval(this.#timer)
    await this.#turn
    await this.#change()
    await this.#sealAll()
    await this.#shipAll()
    await this.#current.close()
    // With a request that has not ended, or one that ended only now, the file stays: the next start settles and ships it.
    if (this.#pending.size === 0 && this.#fresh === 0) await unlink(this.#current.path)
  }
}

/** Gives the file its new name, or none; false where somebody else took it away, though not its folder. */
async function isMoved(path: string, to: string | undefined): Promise<boolean> {
  try {
    await (to === undefined ? unlink(path) : rename(path, to))
    return true
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
    // With the folder away it may come back.
    await stat(dirname(path))
    return false
  }
}
