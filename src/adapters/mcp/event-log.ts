import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'

const EVENTS_MAX = 500
const CHARS_MAX = 4 * 1_048_576

interface KeptEvent {
  readonly id: string
  readonly stream: string
  readonly message: JSONRPCMessage
  readonly chars: number
}

/** What a session's streams have said of late, so that a client that lost its connection can go on from its last event. */
export class SessionEventLog implements EventStore {
  readonly #newId: () => string
  readonly #events: KeptEvent[] = []
  #chars = 0

  constructor(newId: () => string) {
    this.#newId = newId
  }

  async storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    const chars = JSON.stringify(message).length
    const event: KeptEvent = { id: this.#newId(), stream, message, chars }
    this.#events.push(event)
    this.#chars += chars
    while (this.#events.length > EVENTS_MAX || (this.#chars > CHARS_MAX && this.#events.length > 1))
      this.#chars -= this.#events.shift()?.chars ?? 0
    return event.id
  }

  async getStreamIdForEventId(id: string): Promise<string | undefined> {
    return this.#events.find((event) => event.id === id)?.stream
  }

  /** Throws for an event that is not kept any more: what lies between cannot be told, so nothing is. */
  async replayEventsAfter(
    lastId: string,
    { send }: { readonly send: (id: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const at = this.#events.findIndex(({ id }) => id === lastId)
    const stream = this.#events[at]?.stream
    if (stream === undefined) throw new Error('the event is not kept any more')
    for (const event of this.#events.slice(at + 1))
      // A stream is opened by an event without content.
      if (event.stream === stream && Object.keys(event.message).length > 0) await send(event.id, event.message)
    return stream
  }
}
