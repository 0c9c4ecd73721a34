import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import type { JsonObject } from '../../base/json.ts'
import { readRpc, RPC_CODE, writeRpc, type RpcMessage } from './rpc-message.ts'

export type ServerReply =
  | { readonly kind: 'result'; readonly result: JsonObject }
  | { readonly kind: 'error'; readonly code: number; readonly message: string }
  | { readonly kind: 'broken'; readonly reason: string }

/** Requests that may wait for the server at once, in one session. */
const WAITING_MAX = 256

/** The MCP server's side of a relay: our own requests to it, and what it says unasked. */
export class McpServerSide {
  readonly #transport: Transport
  readonly #waiting = new Map<number, (reply: ServerReply) => void>()
  #lastId = 0
  #isClosed = false
  /** What the server says unasked. */
  onnotification: (method: string, params: JsonObject) => void = () => undefined
  onclose: () => void = () => undefined

  readonly #goodbye: () => Promise<void>

  /** `goodbye`: what is left to do before the connection is closed. */
  constructor(transport: Transport, goodbye: () => Promise<void> = async () => undefined) {
    this.#transport = transport
    this.#goodbye = goodbye
    transport.onmessage = (message) => this.#take(readRpc(message))
    transport.onclose = () => this.#closed()
    // A reply that cannot be read is one that never comes; the call ends by its deadline or by the session's end.
    transport.onerror = () => undefined
  }

  start(): Promise<void> {
    return this.#transport.start()
  }

  /** Asks the server; `signal` tells it that nobody waits any more. */
  async request(
    method: string,
    params: JsonObject,
    { signal, timeoutMs }: { readonly signal?: AbortSignal | undefined; readonly timeoutMs: number },
  ): Promise<ServerReply> {
    if (this.#isClosed) return { kind: 'broken', reason: 'the MCP server is gone' }
    if (this.#waiting.size >= WAITING_MAX) return { kind: 'broken', reason: 'too many calls are waiting' }
    const id = ++this.#lastId
    const { promise, resolve } = Promise.withResolvers<ServerReply>()
    this.#waiting.set(id, resolve)
    const giveUp = (reason: string): void => {
      if (!this.#waiting.delete(id)) return
      void this.notify('notifications/cancelled', { requestId: id, reason })
      resolve({ kind: 'broken', reason })
    }
    const timer = setTimeout(() => giveUp('the MCP server did not answer in time'), timeoutMs)
    const onAbort = (): void => giveUp('the call was cancelled')
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      if (signal?.aborted === true) onAbort()
      // The send of an HTTP transport ends when the answer's stream does: it is not waited for.
      else
        void this.#send({ kind: 'request', id, method, params }).catch(() =>
          resolve({ kind: 'broken', reason: 'the MCP server cannot be reached' }),
        )
      return await promise
    } finally {
      this.#waiting.delete(id)
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  async notify(method: string, params: JsonObject): Promise<void> {
    try {
      await this.#send({ kind: 'notification', method, params })
    } catch (error) {
      // Nobody waits for a notification; a server that is gone is noticed by its calls.
      if (!(error instanceof Error)) throw error
    }
  }

  setProtocolVersion(version: string): void {
    this.#transport.setProtocolVersion?.(version)
  }

  async close(): Promise<void> {
    this.#closed()
    await this.#goodbye()
    await this.#transport.close()
  }

  async #send(message: RpcMessage): Promise<void> {
    await this.#transport.send(writeRpc(message) as unknown as JSONRPCMessage)
  }

  #take(message: RpcMessage | undefined): void {
    switch (message?.kind) {
      case 'result':
      case 'error':
        if (typeof message.id === 'number') this.#waiting.get(message.id)?.(replyOf(message))
        return
      case 'notification':
        return this.onnotification(message.method, message.params)
      case 'request': {
        // Sampling, elicitation and roots would let the server reach model and user past the guard: none is offered.
        const reply: RpcMessage =
          message.method === 'ping'
            ? { kind: 'result', id: message.id, result: {} }
            : { kind: 'error', id: message.id, code: RPC_CODE.methodNotFound, message: 'not offered' }
        void this.#send(reply).catch(() => this.#closed())
        return
      }
      case undefined:
    }
  }

  #closed(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const resolve of this.#waiting.values()) resolve({ kind: 'broken', reason: 'the MCP server is gone' })
    this.#waiting.clear()
    this.onclose()
  }
}

function replyOf(message: Extract<RpcMessage, { kind: 'result' | 'error' }>): ServerReply {
  return message.kind === 'result'
    ? { kind: 'result', result: message.result }
    : { kind: 'error', code: message.code, message: message.message }
}
