import { ReadBuffer, serializeMessage } from '@modelcontextprotocol/sdk/shared/stdio.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import { MESSAGE_BYTES_MAX } from '../../../adapters/mcp/bounded-fetch.ts'
import type { Terminal } from '../terminal.ts'

/** The MCP client that started this process: a message a line, on standard input and output. */
export class TerminalTransport implements Transport {
  readonly #terminal: Terminal
  readonly #buffer = new ReadBuffer({ maxBufferSize: MESSAGE_BYTES_MAX })
  #isClosed = false
  readonly #ended = Promise.withResolvers<void>()
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: (message: JSONRPCMessage) => void

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  async start(): Promise<void> {
    void this.#read().then(() => this.close())
  }

  /** Resolves once the client has closed its side, or the transport was closed. */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#isClosed) throw new Error('the client is gone')
    this.#terminal.out(serializeMessage(message))
    await this.#terminal.drain()
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#ended.resolve()
    this.onclose?.()
  }

  async #read(): Promise<void> {
    try {
      for await (const chunk of this.#terminal.stdin) {
        if (this.#isClosed) return
        this.#buffer.append(Buffer.from(chunk))
        this.#takeLines()
      }
    } catch (error) {
      // Longer than any message may be: the client cannot be followed any more.
      if (!(error instanceof Error)) throw error
      this.onerror?.(error)
    }
  }

  #takeLines(): void {
    for (;;) {
      try {
        const message = this.#buffer.readMessage()
        if (message === null) return
        this.onmessage?.(message)
      } catch (error) {
        // A line that is no message; the next one may be.
        if (!(error instanceof Error)) throw error
        this.onerror?.(error)
      }
    }
  }
}
