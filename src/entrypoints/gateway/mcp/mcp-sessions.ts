import type { IncomingMessage, ServerResponse } from 'node:http'
import type { MessageExtraInfo } from '@modelcontextprotocol/sdk/types.js'
import type { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { SessionEventLog } from '../../../adapters/mcp/event-log.ts'
import { MESSAGE_BYTES_MAX } from '../../../adapters/mcp/bounded-fetch.ts'
import type { McpPlace } from '../../../adapters/mcp/mcp-place.ts'
import { openMcpServer } from '../../../adapters/mcp/open-server.ts'
import { McpRelay } from '../../../adapters/mcp/relay.ts'
import { MINUTE_MS } from '../../../base/instant.ts'
import { OwnedPlaces, type FreePlace, type PlaceOwner } from '../../../base/owned-places.ts'
import type { McpAuthority } from '../../../application/gateway/mcp-authority.ts'
import type { Subject } from '../../../domain/session/conversation.ts'

const SESSIONS_MAX = 1_000
const IDLE_MS = 30 * MINUTE_MS
const SWEEP_MS = MINUTE_MS

interface McpSession {
  readonly transport: StreamableHTTPServerTransport
  readonly relay: McpRelay
  /** Where its server ran when it began. */
  readonly placeKey: string
  /** Whose it is: no other credential and no other end user may speak in it. */
  readonly owner: string
  /** Of the newest request. */
  visit: McpVisit
  readonly free: FreePlace
  usedAtMs: number
}

/** One request, by its credentials. */
export interface McpVisit {
  readonly owner: string
  /** Whose places a session of it takes, of so many in all. */
  readonly placesOf: (placesMax: number) => readonly PlaceOwner[]
  readonly server: string
  readonly subject: Subject | undefined
  readonly authorityOf: (subject: Subject | undefined) => McpAuthority
}

export interface McpHttp {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly body: unknown
}

/** What came beside a message, as the transport carries it along. */
interface Beside {
  readonly subject: Subject | undefined
  readonly approval: string | undefined
}

export interface McpSessionPorts {
  readonly monotonicMs: () => number
  readonly newId: () => string
  readonly log: (line: string) => void
  readonly sessionsMax?: number
}

export type SessionRefusal = 'full' | 'unknown' | 'unreachable' | 'ending'

/** Sessions between MCP clients and servers, in this process. */
export class McpSessions {
  readonly #sessions = new Map<string, McpSession>()
  readonly #monotonicMs: () => number
  readonly #log: (line: string) => void
  readonly #sweep: NodeJS.Timeout
  #isEnding = false

  readonly #newId: () => string
  readonly #sessionsMax: number
  readonly #places: OwnedPlaces

  constructor({ monotonicMs, newId, log, sessionsMax = SESSIONS_MAX }: McpSessionPorts) {
    this.#sessionsMax = sessionsMax
    this.#places = new OwnedPlaces(sessionsMax)
    this.#monotonicMs = monotonicMs
    this.#newId = newId
    this.#log = log
    this.#sweep = setInterval(() => this.#endIdle(), SWEEP_MS)
    this.#sweep.unref()
  }

  /** A request in a session that there is. */
  async resume(
    id: string,
    visit: McpVisit,
    place: McpPlace | undefined,
    http: McpHttp,
  ): Promise<SessionRefusal | undefined> {
    const session = this.#sessions.get(id)
    // SECURITY: whoever learned of another's session learns here not even that there is one.
    if (session === undefined || session.owner !== visit.owner) return 'unknown'
    // The operator has moved or removed the server, or its secret is another: the client begins anew, or cannot.
    if (place === undefined || JSON.stringify(place) !== session.placeKey) {
      await session.relay.close()
      return 'unknown'
    }
    session.usedAtMs = this.#monotonicMs()
    session.visit = visit
    await handle(session.transport, visit, http)
    return undefined
  }

  /** A session begins with its first request. */
  async begin(visit: McpVisit, place: McpPlace, http: McpHttp): Promise<SessionRefusal | undefined> {
    if (this.#isEnding) return 'ending'
    const free = this.#places.take(visit.placesOf(this.#sessionsMax))
    if (free === undefined) return 'full'
    let session: McpSession | undefined
    try {
      session = await this.#open(visit, place, free)
      if (session === undefined) return 'unreachable'
      await handle(session.transport, visit, http)
      // What was no `initialize` began no session.
      if (session.transport.sessionId === undefined) await session.relay.close()
      return undefined
    } finally {
      if (session === undefined || this.#sessions.get(session.transport.sessionId ?? '') !== session) free()
    }
  }

  async #open(visit: McpVisit, place: McpPlace, free: FreePlace): Promise<McpSession | undefined> {
    const { StreamableHTTPServerTransport } = await import('@modelcontextprotocol/sdk/server/streamableHttp.js')
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => void this.#sessions.set(id, session),
      onsessionclosed: (id) => this.#forget(id),
      eventStore: new SessionEventLog(this.#newId),
      maxRequestBodySize: MESSAGE_BYTES_MAX,
    })
    const relay = new McpRelay({
      client: transport,
      server: await openMcpServer(place),
      authorityOf: (extra) => {
        const beside = besideOf(extra)
        return session.visit.authorityOf(beside === undefined ? session.visit.subject : beside.subject)
      },
      approvalOf: (extra) => besideOf(extra)?.approval,
      log: (line) => this.#log(`mcp ${visit.server}: ${line}`),
    })
    const session: McpSession = {
      transport,
      relay,
      placeKey: JSON.stringify(place),
      owner: visit.owner,
      visit,
      free,
      usedAtMs: this.#monotonicMs(),
    }
    relay.onclose = () => this.#forget(transport.sessionId ?? '')
    try {
      await relay.start()
      return session
    } catch (error) {
      if (!(error instanceof Error)) throw error
      this.#log(`mcp ${visit.server}: cannot be started: ${error.message}`)
      await relay.close()
      return undefined
    }
  }

  #forget(id: string): void {
    this.#sessions.get(id)?.free()
    this.#sessions.delete(id)
  }

  #endIdle(): void {
    const now = this.#monotonicMs()
    for (const { relay, usedAtMs } of this.#sessions.values())
      if (now - usedAtMs > IDLE_MS && !relay.isBusy) void relay.close()
  }

  /** No new session; each that there is ends once its running calls have been answered. */
  end(): void {
    this.#isEnding = true
    for (const { relay } of this.#sessions.values()) relay.end()
  }

  async close(): Promise<void> {
    this.end()
    clearInterval(this.#sweep)
    await Promise.all([...this.#sessions.values()].map(({ relay }) => relay.close()))
  }
}

async function handle(
  transport: StreamableHTTPServerTransport,
  { subject }: McpVisit,
  { request, response, body }: McpHttp,
): Promise<void> {
  const ticket = request.headers['gatehouse-approval']
  const beside: Beside = { subject, approval: typeof ticket === 'string' ? ticket : undefined }
  const auth = { token: '', clientId: '', scopes: [], extra: { ...beside } }
  await transport.handleRequest(Object.assign(request, { auth }), response, body)
}

function besideOf(extra: MessageExtraInfo | undefined): Beside | undefined {
  return extra?.authInfo?.extra as Beside | undefined
}
