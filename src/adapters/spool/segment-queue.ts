import { open, readdir, stat, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Digest } from '../../base/digest.ts'
import { SECOND_MS } from '../../base/instant.ts'
import type { systemDeadline } from '../clock/system-deadline.ts'
import { errnoOf } from '../files/errno.ts'
import { goneText, isGone, isMoved } from './moved-file.ts'
import { segmentDocument } from './segment-document.ts'
import { readPart, type SegmentPart } from './segment-part.ts'

/** How long the control plane may take for one request; what it has kept by then is known to it when it comes again. */
const SHIP_MS = 30 * SECOND_MS
export const SEALED = '.sealed'
/** What the control plane does not take. */
export const REFUSED = '.refused'

export type ShipOutcome =
  | { readonly kind: 'kept' }
  /** Away, busy, or not for this credential: it is offered again. */
  | { readonly kind: 'later' }
  /** This very document is not taken, however often it is offered. */
  | { readonly kind: 'refused'; readonly reason: string }

/** Hands a segment, as the JSON document that the control plane takes, over to it. */
export type ShipSegment = (document: Buffer, signal: AbortSignal) => Promise<ShipOutcome>

export interface SealedFile {
  readonly name: string
  readonly bytes: number
  /** Of what this process wrote into it; undefined where an earlier one did. */
  readonly written?: Digest | undefined
}

export interface SegmentQueueOptions {
  readonly folder: string
  readonly gateway: string
  readonly ship: ShipSegment
  readonly deadline: typeof systemDeadline
  readonly log: (line: string) => void
}

/**
 * Sealed segments on their way to the control plane, in order, in a loop of its own: nothing that writes records waits for it.
 * One that the control plane refuses for good is set aside, so that it does not stop those behind it.
 */
export class SegmentQueue {
  readonly #options: SegmentQueueOptions
  readonly #files: SealedFile[]
  #bytes: number
  /** Bytes of the first file that the control plane has. */
  #sent = 0
  #refused = 0
  #refusedBytes = 0
  #running: Promise<void> | undefined

  constructor(options: SegmentQueueOptions, files: readonly SealedFile[]) {
    this.#options = options
    this.#files = [...files]
    this.#bytes = files.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  get unshipped(): number {
    return this.#files.length
  }

  /** Segments that are set aside. */
  get refused(): number {
    return this.#refused
  }

  /** Bytes on disk, with what is set aside. */
  get bytes(): number {
    return this.#bytes + this.#refusedBytes
  }

  push(file: SealedFile): void {
    this.#files.push(file)
    this.#bytes += file.bytes
  }

  /** Goes on handing over, unless it is at it. */
  turn(): void {
    this.#running ??= this.#shipAll()
      .catch((error: unknown) => {
        // What is on disk stays there, and the next turn tries again.
        if (errnoOf(error) === undefined) throw error
      })
      .finally(() => {
        this.#running = undefined
      })
  }

  /** Looks at what is set aside: an operator may have taken it away. */
  async recount(): Promise<void> {
    const names = (await readdir(this.#options.folder)).filter((name) => name.endsWith(REFUSED))
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(this.#options.folder, name))).size))
    this.#refused = sizes.length
    this.#refusedBytes = sizes.reduce((sum, bytes) => sum + bytes, 0)
  }

  /** Hands over what the control plane takes now. */
  async close(): Promise<void> {
    await this.#running
    await this.#shipAll()
  }

  async #shipAll(): Promise<void> {
    for (let file = this.#files[0]; file !== undefined; file = this.#files[0]) {
      const path = join(this.#options.folder, file.name)
      const outcome = await this.#shipFile(file, path)
      if (outcome?.kind === 'later') return
      if (outcome?.kind === 'refused') await this.#setAside(file, path, outcome.reason)
      else if (outcome === undefined || !(await isMoved(path, undefined))) this.#options.log(goneText(path))
      this.#files.shift()
      this.#bytes -= file.bytes
      this.#sent = 0
    }
  }

  /**
   * In parts where it is too large for one request: what is sent again is on record once, by the ids of its records. Undefined
   * where the file is gone.
   */
  async #shipFile({ name, written }: SealedFile, path: string): Promise<ShipOutcome | undefined> {
    await using file = await openUnlessGone(path)
    if (file === undefined) return undefined
    for (;;) {
      const part = await readPart(file, name.slice(0, -SEALED.length), this.#sent)
      if (part === undefined) return { kind: 'refused', reason: 'a record in it is too large to be handed over' }
      const outcome = await this.#shipPart(part, written)
      if (outcome.kind !== 'kept' || part.isLast) return outcome
      this.#sent += part.bytes.length
    }
  }

  async #setAside({ bytes }: SealedFile, path: string, reason: string): Promise<void> {
    const aside = `${path.slice(0, -SEALED.length)}${REFUSED}`
    if (!(await isMoved(path, aside))) return this.#options.log(goneText(path))
    this.#refused += 1
    this.#refusedBytes += bytes
    this.#options.log(`records set aside: the control plane does not take ${aside}: ${reason}`)
  }

  async #shipPart({ id, bytes, digest }: SegmentPart, written: Digest | undefined): Promise<ShipOutcome> {
    const { gateway, ship, deadline } = this.#options
    const document = segmentDocument({ segmentId: id, gateway, digest }, bytes, digest === written)
    if (document === undefined) return { kind: 'kept' }
    const { signal, release } = deadline(SHIP_MS, new AbortController().signal)
    try {
      return await Promise.race([ship(document, signal), givenUp(signal)])
    } finally {
      release()
    }
  }
}

/** Whether or not what is waited for heeds the signal. */
function givenUp(signal: AbortSignal): Promise<ShipOutcome> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve({ kind: 'later' }), { once: true })
  })
}

async function openUnlessGone(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path)
  } catch (error) {
    if (await isGone(error, path)) return undefined
    throw error
  }
}
