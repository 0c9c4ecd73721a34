import { once } from 'node:events'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { readEvents } from '../../application/events/read-events.ts'
import type { StateEvent } from '../../application/events/state-event.ts'
import type { Principal } from '../../application/state/owner-node.ts'
import { isStillValid, type Credentials } from './authenticate.ts'
import type { LedgerTail } from './ledger-tail.ts'
import { sendProblem } from './send-problem.ts'

export interface EventStreamTimes {
  /** How often a silent stream shows that it lives, and its credential is looked at again. */
  readonly heartbeatMs: number
  /** How long a reader may leave what was sent unread. */
  readonly slowMs: number
}

export const STREAM_TIMES: EventStreamTimes = { heartbeatMs: 10_000, slowMs: 15_000 }
const STREAMS_MAX = 256
const STREAMS_PER_CALLER_MAX = 8
/** Events that are written before the reader is waited for: what a stream holds in memory is bounded by it. */
const BATCH = 50
const RECONNECT_MS = 1_000
const LAST_WORD_MS = 1_000

/** Why a stream ends, as its last event says. A client that comes back with `Last-Event-ID` goes on where it was. */
type EndCode = 'events/slow-reader' | 'events/credential-ended' | 'events/closing' | 'events/failed'

interface StreamRequest {
  readonly principal: Principal
  /** Place of the last event that the caller has. */
  readonly after: number
}

/** The open streams of one server. */
export class EventStreams {
  readonly #credentials: Credentials
  readonly #tail: LedgerTail
  readonly #times: EventStreamTimes
  readonly #callers = new Map<string, number>()
  readonly #running = new Set<Promise<void>>()
  readonly #closing = new AbortController()

  constructor(credentials: Credentials, tail: LedgerTail, times: EventStreamTimes) {
    this.#credentials = credentials
    this.#tail = tail
    this.#times = times
  }

  get open(): number {
    return this.#running.size
  }

  /** Each stream ends with a last word. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.all(this.#running)
  }

  async start(
    request: FastifyRequest,
    reply: FastifyReply,
    principal: Principal,
    after: number | undefined,
  ): Promise<FastifyReply> {
    const caller = callerOf(principal)
    const own = this.#callers.get(caller) ?? 0
    if (this.#running.size >= STREAMS_MAX || own >= STREAMS_PER_CALLER_MAX || this.#closing.signal.aborted)
      return sendProblem(reply, {
        code: 'http/too-many',
        message: 'too many event streams are open',
        next: 'close one first',
      })
    const position = resumeFrom(request, after, this.#tail.end)
    if (position === undefined)
      return sendProblem(reply, {
        code: 'http/invalid-input',
        message: '`Last-Event-ID` is no place in the ledger',
        next: 'send the id of the last event, or none',
      })
    reply.hijack()
    this.#callers.set(caller, own + 1)
    const running = this.#run(request, reply, { principal, after: position }).finally(() => {
      this.#running.delete(running)
      const left = (this.#callers.get(caller) ?? 1) - 1
      if (left === 0) this.#callers.delete(caller)
      else this.#callers.set(caller, left)
    })
    this.#running.add(running)
    return reply
  }

  async #run(request: FastifyRequest, reply: FastifyReply, stream: StreamRequest): Promise<void> {
    const { raw } = reply
    const gone = new AbortController()
    raw.on('close', () => gone.abort())
    raw.on('error', () => gone.abort())
    raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    raw.write(`retry: ${RECONNECT_MS}\n\n`)
    const signal = AbortSignal.any([gone.signal, this.#closing.signal])
    let end: EndCode | undefined
    try {
      end = await this.#pump(request, raw, stream, signal)
    } catch (error) {
      this.#credentials.node.report('an event stream failed', error)
      end = 'events/failed'
    }
    if (!gone.signal.aborted) await lastWord(raw, end ?? 'events/closing')
  }

  // oxlint-disable-next-line max-params -- who asked, where to, from where and until when
  async #pump(
    request: FastifyRequest,
    raw: FastifyReply['raw'],
    { principal, after: begin }: StreamRequest,
    signal: AbortSignal,
  ): Promise<EndCode | undefined> {
    let after = begin
    const { ledger } = this.#credentials.node
    // The caller may have had it from another server, which knew it first.
    if (after >= ledger.size) await ledger.refresh()
    // A place behind the end is of a ledger that was since restored from an older copy.
    if (after >= ledger.size) {
      after = ledger.size - 1
      raw.write(`event: reset\ndata: {"after":${after}}\nid: ${after}\n\n`)
    }
    while (!signal.aborted) {
      await this.#tail.beyond(after + 1, this.#times.heartbeatMs, signal)
      if (signal.aborted) break
      // Before anything is told: a credential that has ended hears nothing more.
      if (!(await isStillValid(request, principal, this.#credentials))) return 'events/credential-ended'
      if (this.#tail.end <= after + 1) {
        raw.write(': alive\n\n')
        continue
      }
      const page = await readEvents(this.#credentials.node, principal, { after, to: this.#tail.end, limit: BATCH })
      for (const event of page.items) raw.write(textOf(event))
      // An id without data moves the place of resumption over what this caller may not hear of.
      if (page.items.at(-1)?.index !== page.next) raw.write(`: alive\nid: ${page.next}\n\n`)
      after = page.next
      if (!(await this.#isRead(raw, signal))) return 'events/slow-reader'
    }
    return undefined
  }

  /** False when the reader left it unread for too long. */
  async #isRead(raw: FastifyReply['raw'], signal: AbortSignal): Promise<boolean> {
    if (!raw.writableNeedDrain) return true
    const patience = AbortSignal.timeout(this.#times.slowMs)
    try {
      await once(raw, 'drain', { signal: AbortSignal.any([patience, signal]) })
      return true
    } catch (error) {
      if (error instanceof Error && error.name === 'AbortError') return !patience.aborted
      throw error
    }
  }
}

function callerOf({ name, credential }: Principal): string {
  return credential === undefined ? `=${name}` : `${credential.kind}/${credential.id}`
}

/** The header comes from a client that reconnects, and is newer than the address that it was first given. */
function resumeFrom(request: FastifyRequest, after: number | undefined, end: number): number | undefined {
  const header = request.headers['last-event-id']
  if (header === undefined || header === '') return after ?? end - 1
  if (typeof header !== 'string' || !/^(?:-1|\d{1,15})$/.test(header)) return undefined
  return Number(header)
}

function textOf({ index, ...event }: StateEvent): string {
  return `id: ${index}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}

/** A reader that goes on in time still gets it; one that does not is cut off. */
async function lastWord(raw: FastifyReply['raw'], code: EndCode): Promise<void> {
  const finished = new Promise<void>((resolve) => raw.once('close', () => resolve()))
  raw.end(`event: end\ndata: {"code":"${code}"}\n\n`)
  const timer = setTimeout(() => raw.destroy(), LAST_WORD_MS)
  await finished
  clearTimeout(timer)
}
