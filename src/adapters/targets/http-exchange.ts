import { Agent, type Dispatcher } from 'undici'
import { SECOND_MS } from '../../base/instant.ts'
import type { TargetFailure } from '../../application/evaluation/trial-target.ts'
import { monotonicMs } from '../clock/system-clock.ts'

export interface Exchange {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
  /** From the moment the request was written to the last byte of the answer, waiting for a connection left out. */
  readonly latencyMs: number
}

export type ExchangeResult =
  | { readonly ok: true; readonly exchange: Exchange }
  | { readonly ok: false; readonly failure: TargetFailure }

export interface ExchangeRequest {
  readonly url: string
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  readonly timeoutMs: number
}

const BODY_BYTES_MAX = 8 * 1_048_576
const CONNECTIONS_MAX = 1_024

/** One pool of connections for a run. */
export class HttpExchanger {
  readonly #agent = new Agent({ connections: CONNECTIONS_MAX, pipelining: 1, connect: { timeout: 30 * SECOND_MS } })
  readonly #underWay = new Slots<ExchangeHandler>()
  readonly #signals = new WeakSet<AbortSignal>()
  #place: Place | undefined

  send(request: ExchangeRequest, signal: AbortSignal): Promise<ExchangeResult> {
    this.#listenTo(signal)
    return new Promise((resolve) => {
      const slot = this.#underWay.take()
      const handler = new ExchangeHandler(request.timeoutMs, signal, (result) => {
        this.#underWay.free(slot)
        resolve(result)
      })
      this.#underWay.put(slot, handler)
      if (signal.aborted) return handler.interrupt()
      const { origin, path } = this.#placeOf(request.url)
      // The handler's own deadline bounds the whole exchange.
      const timeouts = { headersTimeout: 0, bodyTimeout: 0 }
      const { method, headers, body } = request
      this.#agent.dispatch({ origin, path, method, headers, body, ...timeouts }, handler)
    })
  }

  /** One listener for all exchanges of a run: a signal looks through its listeners each time that one is added or taken away. */
  #listenTo(signal: AbortSignal): void {
    if (this.#signals.has(signal)) return
    this.#signals.add(signal)
    signal.addEventListener(
      'abort',
      () => {
        for (const handler of this.#underWay.all()) if (handler.signal === signal) handler.interrupt()
      },
      { once: true },
    )
  }

  /** A run asks one address, nearly always. */
  #placeOf(address: string): Place {
    if (this.#place?.address === address) return this.#place
    const { origin, pathname, search } = new URL(address)
    this.#place = { address, origin, path: `${pathname}${search}` }
    return this.#place
  }

  async close(): Promise<void> {
    await this.#agent.destroy()
  }
}

interface Place {
  readonly address: string
  readonly origin: string
  readonly path: string
}

/**
 * What is under way, in places that are used again. A set that entries come into and go out of for ever leaves a chain of old
 * tables behind, and with them everything that was in them, until the next full collection.
 */
class Slots<Entry> {
  readonly #entries: (Entry | undefined)[] = []
  readonly #free: number[] = []

  take(): number {
    return this.#free.pop() ?? this.#entries.push(undefined) - 1
  }

  put(slot: number, entry: Entry): void {
    this.#entries[slot] = entry
  }

  free(slot: number): void {
    this.#entries[slot] = undefined
    this.#free.push(slot)
  }

  all(): readonly Entry[] {
    return this.#entries.filter((entry) => entry !== undefined)
  }
}

/** Collects one answer within bounds; the times are taken where bytes leave and arrive. */
class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly signal: AbortSignal
  readonly #onEnd: (result: ExchangeResult) => void
  readonly #chunks: Buffer[] = []
  readonly #timer: NodeJS.Timeout
  #controller: Dispatcher.DispatchController | undefined
  #stopped: TargetFailure | undefined
  #startedMs = monotonicMs()
  #length = 0
  #status = 0
  #headers: Exchange['headers'] = {}

  // oxlint-disable-next-line max-params -- where the result goes and the two things that end it early
  constructor(timeoutMs: number, signal: AbortSignal, onEnd: (result: ExchangeResult) => void) {
    this.#onEnd = onEnd
    this.signal = signal
    const message = `no whole answer within ${timeoutMs / SECOND_MS} s`
    this.#timer = setTimeout(() => this.#stop({ kind: 'timeout', message }), timeoutMs)
  }

  interrupt(): void {
    this.#stop({ kind: 'interrupted', message: 'interrupted' })
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    this.#startedMs = monotonicMs()
    if (this.#stopped !== undefined) controller.abort(new Error(this.#stopped.message))
  }

  // oxlint-disable-next-line max-params -- the interface of undici
  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.#status = status
    this.#headers = headers
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#length += chunk.length
    if (this.#length > BODY_BYTES_MAX)
      this.#stop({ kind: 'malformed', message: `the answer is longer than ${BODY_BYTES_MAX} bytes` })
    else this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    const latencyMs = monotonicMs() - this.#startedMs
    this.#settle({
      ok: true,
      exchange: {
        status: this.#status,
        headers: this.#headers,
        body: this.#text(),
        latencyMs,
      },
    })
  }

  #text(): string {
    const [first, ...more] = this.#chunks
    if (first === undefined) return ''
    return (more.length === 0 ? first : Buffer.concat(this.#chunks)).toString('utf8')
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#settle({ ok: false, failure: this.#stopped ?? failureOf(error) })
  }

  #stop(failure: TargetFailure): void {
    this.#stopped ??= failure
    if (this.#controller === undefined) this.#settle({ ok: false, failure: this.#stopped })
    else this.#controller.abort(new Error(failure.message))
  }

  #settle(result: ExchangeResult): void {
    clearTimeout(this.#timer)
    this.#onEnd(result)
  }
}

/** What a broken connection means: a time-out of the library, or a server that is away. */
function failureOf(error: Error): TargetFailure {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.message
  return /TIMEOUT/.test(code)
    ? { kind: 'timeout', message: `the target does not answer (${code})` }
    : { kind: 'unavailable', message: `the target cannot be reached (${code})` }
}

/** The failure that a status means; undefined for a good one. */
export function failureOfStatus({ status, headers, body }: Exchange): TargetFailure | undefined {
  if (status >= 200 && status < 300) return undefined
  const message = `the target answered ${status}${excerpt(body)}`
  const retryAfterMs = retryAfterOf(headers)
  if (status === 429) return { kind: 'rate-limited', message, retryAfterMs }
  if (status === 401 || status === 403) return { kind: 'unauthorized', message }
  if (status === 408) return { kind: 'timeout', message, retryAfterMs }
  // 529 is Anthropic's "overloaded".
  if (status >= 500 || status === 425)
    return { kind: status === 529 ? 'rate-limited' : 'unavailable', message, retryAfterMs }
  return { kind: 'rejected', message }
}

function excerpt(body: string): string {
  const text = body.replace(/\s+/g, ' ').trim().slice(0, 160)
  return text === '' ? '' : `: ${text}`
}

/** `retry-after-ms` of OpenAI, `retry-after` in seconds or as a date (RFC 9110, section 10.2.3). */
function retryAfterOf(headers: Exchange['headers']): number | undefined {
  const [ms, after] = [headers['retry-after-ms'], headers['retry-after']]
  if (typeof ms === 'string' && /^\d{1,9}(?:\.\d+)?$/.test(ms)) return Number(ms)
  if (typeof after !== 'string') return undefined
  if (/^\d{1,7}(?:\.\d+)?$/.test(after)) return Number(after) * SECOND_MS
  const date = Date.parse(after)
  const now = typeof headers['date'] === 'string' ? Date.parse(headers['date']) : Number.NaN
  // Relative to the server's own clock: ours may be wrong.
  return Number.isFinite(date) && Number.isFinite(now) ? Math.max(0, date - now) : undefined
}

/** Says a cache answered: a provider's header, or one of a proxy. */
export function isFromCache(headers: Exchange['headers']): boolean {
  const said = [
    headers['x-cache'],
    headers['cf-cache-status'],
    headers['x-litellm-cache-hit'],
    headers['x-portkey-cache-status'],
  ]
  return (
    said.some((value) => typeof value === 'string' && /^(?:hit|true)/i.test(value)) || Number(headers['age'] ?? 0) > 0
  )
}
