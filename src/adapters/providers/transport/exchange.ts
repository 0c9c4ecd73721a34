import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import type { BodyEnd, ResponseBody, TransportFailure } from './transport.ts'
import { failureOfError, transportFailure } from './transport-failure.ts'

export interface ExchangeTimes {
  /** From the call, waiting for a connection included, to the head of the answer. */
  readonly firstByteMs: number
  /** Longest pause within the answer, while the reader keeps up. */
  readonly interTokenMs: number
  readonly totalMs: number
}

export interface ExchangeRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly signal: AbortSignal
  readonly times: ExchangeTimes
  readonly bodyBytesMax: number
  readonly monotonicMs: () => number
  /** Told the status of the answer before anything of its body is there. */
  readonly onHead: (status: number) => void
  /** Told once, when the last byte came or nothing more will come. */
  readonly onClose: (failure: TransportFailure | undefined) => void
}

export type ExchangeOutcome =
  | {
      readonly kind: 'response'
      readonly status: number
      readonly headers: IncomingHttpHeaders
      readonly body: ResponseBody
    }
  | { readonly kind: 'failed'; readonly failure: TransportFailure }

/** One request on one connection of a pool, without streams: bytes go from the parser to the reader. */
export function exchange(pool: Dispatcher, request: ExchangeRequest): Promise<ExchangeOutcome> {
  return new Promise((resolve) => {
    const handler = new ExchangeHandler(request, resolve)
    if (request.signal.aborted) return handler.fail(transportFailure('upstream/cancelled'))
    handler.watch()
    pool.dispatch(
      {
        method: 'POST',
        path: request.path,
        headers: request.headers,
        body: request.body,
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      handler,
    )
  })
}

/** What may wait for its reader before the upstream is held back. */
const UNREAD_BYTES_MAX = 65_536

type Reader = (bytes: Buffer) => void | Promise<void>

/** The state of one exchange: what came, who reads, and until when. */
class ExchangeHandler implements Dispatcher.DispatchHandler, ResponseBody {
  readonly #request: ExchangeRequest
  readonly #resolve: (outcome: ExchangeOutcome) => void
  readonly #startMs: number
  #lastMs: number
  #timer: NodeJS.Timeout | undefined
  #controller: Dispatcher.DispatchController | undefined
  #hasHead = false
  #end: BodyEnd | undefined
  #queued: Buffer[] = []
  #bytes = 0
  #reader: Reader | undefined
  #isHeld = false
  /** What is queued is handed over once the parser has told of all that it has. */
  #isDue = false
  #done: ((end: BodyEnd) => void) | undefined
  #thrown: ((error: unknown) => void) | undefined

  constructor(request: ExchangeRequest, resolve: (outcome: ExchangeOutcome) => void) {
    this.#request = request
    this.#resolve = resolve
    this.#startMs = request.monotonicMs()
    this.#lastMs = this.#startMs
  }

  watch(): void {
    this.#request.signal.addEventListener('abort', this.#onAbort, { once: true })
    // Due at the shortest limit, so that the head of the answer arms no other: who is due is asked when it fires.
    const { firstByteMs, interTokenMs, totalMs } = this.#request.times
    this.#timer = setTimeout(this.#onTime, Math.min(firstByteMs, interTokenMs, totalMs))
  }

  readonly #onAbort = (): void => this.fail(transportFailure('upstream/cancelled'))

  /** One timer for all limits: it looks who is due and sleeps until the next, so that a piece of an answer costs none. */
  readonly #onTime = (): void => {
    const { times, monotonicMs } = this.#request
    const now = monotonicMs()
    const totalLeft = this.#startMs + times.totalMs - now
    if (totalLeft <= 0) return this.fail(transportFailure('upstream/total-timeout'))
    const stepLeft = this.#hasHead
      ? this.#isWaitingForReader
        ? times.interTokenMs
        : this.#lastMs + times.interTokenMs - now
      : this.#startMs + times.firstByteMs - now
    if (stepLeft <= 0)
      return this.fail(transportFailure(this.#hasHead ? 'upstream/inter-token-timeout' : 'upstream/first-byte-timeout'))
    // The head may come at any time, and the pauses behind it may be bounded more tightly than the one before it.
    this.#timer = setTimeout(this.#onTime, Math.ceil(Math.min(totalLeft, stepLeft, times.interTokenMs)))
  }

  get #isWaitingForReader(): boolean {
    return this.#isHeld || this.#reader === undefined
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // It ended while it waited for a connection.
    if (this.#end !== undefined) controller.abort(new Error('ended'))
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    // 1xx heads announce; the answer's own head is still to come.
    if (status < 200 || this.#end !== undefined) return
    this.#hasHead = true
    this.#lastMs = this.#request.monotonicMs()
    this.#request.onHead(status)
    this.#resolve({ kind: 'response', status, headers, body: this })
  }

  onResponseData(controller: Dispatcher.DispatchController, bytes: Buffer): void {
    if (this.#end !== undefined) return
    this.#lastMs = this.#request.monotonicMs()
    this.#bytes += bytes.length
    if (this.#bytes > this.#request.bodyBytesMax) return this.fail(transportFailure('upstream/too-large'))
    this.#queued.push(bytes)
    if (this.#reader === undefined || this.#isHeld) {
      // What came with the head is there before anybody can have asked for it: a little of it holds nobody up.
      if (this.#isHeld || this.#bytes > UNREAD_BYTES_MAX) controller.pause()
      return
    }
    if (this.#isDue) return
    // The parser tells of each chunk by itself: all that one read of the socket brought is handed over in one piece.
    this.#isDue = true
    queueMicrotask(this.#onDue)
  }

  readonly #onDue = (): void => {
    if (!this.#isDue) return
    this.#isDue = false
    if (!this.#isHeld) this.#letGo()
  }

  onResponseEnd(): void {
    this.#finish({ kind: 'end' })
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.fail(failureOfError(error))
  }

  /** Ends the exchange, whatever state it is in; only the first end counts. */
  fail(failure: TransportFailure): void {
    if (this.#end !== undefined) return
    this.#finish({ kind: 'broken', failure })
    if (!this.#hasHead) this.#resolve({ kind: 'failed', failure })
    this.#controller?.abort(new Error(failure.code))
  }

  #finish(end: BodyEnd): void {
    if (this.#end !== undefined) return
    this.#end = end
    clearTimeout(this.#timer)
    this.#request.signal.removeEventListener('abort', this.#onAbort)
    this.#request.onClose(end.kind === 'broken' ? end.failure : undefined)
    // What came before a break is the reader's all the same.
    if (end.kind === 'broken') this.#onDue()
    this.#settleReader()
  }

  /** The reader learns of the end once it has had every piece before it; of a break at once. */
  #settleReader(): void {
    if (this.#end === undefined || this.#done === undefined) return
    if (this.#end.kind === 'end' && (this.#queued.length > 0 || this.#isHeld)) return
    const done = this.#done
    this.#done = undefined
    this.#queued = []
    done(this.#end)
  }

  #hand(bytes: Buffer): void {
    let pending: void | Promise<void>
    try {
      pending = this.#reader?.(bytes)
    } catch (error) {
      return this.#throwOut(error)
    }
    if (pending === undefined) return
    this.#isHeld = true
    this.#controller?.pause()
    pending.then(
      () => this.#letGo(),
      (error: unknown) => this.#throwOut(error),
    )
  }

  #letGo(): void {
    this.#isHeld = false
    this.#lastMs = this.#request.monotonicMs()
    const [first, ...rest] = this.#queued
    this.#queued = []
    if (first !== undefined) this.#hand(rest.length === 0 ? first : Buffer.concat([first, ...rest]))
    if (this.#isHeld) return
    if (this.#end === undefined) this.#controller?.resume()
    else this.#settleReader()
  }

  #throwOut(error: unknown): void {
    const thrown = this.#thrown
    this.#done = undefined
    this.cancel()
    thrown?.(error)
  }

  read(onBytes: Reader): Promise<BodyEnd> {
    return new Promise((resolve, reject) => {
      this.#reader = onBytes
      this.#done = resolve
      this.#thrown = reject
      this.#letGo()
    })
  }

  async text(bytesMax: number): ReturnType<ResponseBody['text']> {
    const parts: Buffer[] = []
    let length = 0
    const end = await this.read((bytes) => {
      length += bytes.length
      if (length > bytesMax) return this.fail(transportFailure('upstream/too-large'))
      parts.push(bytes)
    })
    if (end.kind === 'broken') return end
    // It may have been there to its end before anybody counted.
    if (length > bytesMax) return { kind: 'broken', failure: transportFailure('upstream/too-large') }
    return { kind: 'text', text: (parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)).toString('utf8') }
  }

  cancel(): void {
    this.fail(transportFailure('upstream/cancelled'))
  }
}
