import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { JSONRPCMessage, MessageExtraInfo } from '@modelcontextprotocol/sdk/types.js'
import type {
  JudgedToolList,
  McpAnswer,
  McpAuthority,
  McpDenial,
  OfferedTool,
} from '../../application/gateway/mcp-authority.ts'
import { isJsonObject, parsedJson, type Json, type JsonObject } from '../../base/json.ts'
import { ok, type Result } from '../../base/result.ts'
import { readRpc, RPC_CODE, writeRpc, type RpcId, type RpcMessage } from './rpc-message.ts'
import type { McpServerSide, ServerReply } from './server-side.ts'
import { readToolList, type ListFailure } from './tool-list.ts'

export interface RelayOptions {
  readonly client: Transport
  readonly server: McpServerSide
  /** Who decides; what came beside a message of the client tells on whose behalf. */
  readonly authorityOf: (extra: MessageExtraInfo | undefined) => McpAuthority
  /** The ticket that came beside a message, not in it. */
  readonly approvalOf?: ((extra: MessageExtraInfo | undefined) => string | undefined) | undefined
  readonly log: (line: string) => void
  readonly callTimeoutMs?: number | undefined
}

const CALL_TIMEOUT_MS = 120_000
const START_TIMEOUT_MS = 30_000
const NOTICES_WAITING_MAX = 64

/** Keys of our own in a message's `_meta`; they never reach the server. */
const META = {
  approval: 'gatehouse.dev/approval',
  messages: 'gatehouse.dev/messages',
  denial: 'gatehouse.dev/denial',
} as const

interface RunningCall {
  readonly abort: AbortController
  readonly progressToken: Json | undefined
}

/**
 * What stands between an MCP client and a server. Only tools pass, each call judged before and each result after; resources,
 * prompts, sampling and elicitation are not offered, as nothing here can say whether they may pass.
 */
export class McpRelay {
  readonly #options: RelayOptions
  readonly #calls = new Map<RpcId, RunningCall>()
  /** Of the list as it was last read; undefined: it is to be read again. */
  #offered: ReadonlyMap<string, OfferedTool> | undefined
  #noticesWaiting = 0
  #isClosed = false
  #isEnding = false
  /** Requests of the client without an answer yet. */
  #answering = 0
  onclose: () => void = () => undefined

  constructor(options: RelayOptions) {
    this.#options = options
    const { client, server } = options
    client.onmessage = (message, extra) => this.#fromClient(readRpc(message), extra)
    client.onclose = () => void this.close()
    // What cannot be read is answered by the transport itself.
    client.onerror = () => undefined
    server.onnotification = (method, params) => void this.#fromServer(method, params)
    // What was under way is answered with an error first.
    server.onclose = () => this.end()
  }

  async start(): Promise<void> {
    await this.#options.server.start()
    await this.#options.client.start()
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const { abort } of this.#calls.values()) abort.abort()
    await Promise.all([this.#options.server.close(), this.#options.client.close()])
    this.onclose()
  }

  /** Ends once the calls that run have been answered. */
  end(): void {
    this.#isEnding = true
    if (this.#answering === 0) void this.close()
  }

  get isBusy(): boolean {
    return this.#answering > 0
  }

  #fromClient(message: RpcMessage | undefined, extra: MessageExtraInfo | undefined): void {
    if (message?.kind === 'notification') return this.#clientNotified(message.method, message.params)
    // Answers are for requests of the server, and none of these was passed on.
    if (message?.kind !== 'request') return
    const { id } = message
    this.#answering += 1
    void this.#answer(message, extra)
      .catch((error: unknown): McpAnswer => {
        this.#options.log(`bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
        return { kind: 'error', code: RPC_CODE.internal, message: 'internal error' }
      })
      .then((answer) => this.#reply(id, answer))
      .finally(() => {
        this.#answering -= 1
        if (this.#isEnding) this.end()
      })
  }

  async #reply(id: RpcId, answer: McpAnswer): Promise<void> {
    const message: RpcMessage =
      answer.kind === 'denied' ? { kind: 'result', id, result: deniedResult(answer.denial) } : { ...answer, id }
    await this.#toClient(message, id)
  }

  async #toClient(message: RpcMessage, relatedRequestId?: RpcId): Promise<void> {
    try {
      await this.#options.client.send(
        writeRpc(message) as unknown as JSONRPCMessage,
        relatedRequestId === undefined ? {} : { relatedRequestId },
      )
    } catch (error) {
      // The client is gone, or its stream is: what it missed it may ask for again by the id of its last event.
      if (!(error instanceof Error)) throw error
    }
  }

  #clientNotified(method: string, params: JsonObject): void {
    if (method === 'notifications/initialized') void this.#options.server.notify(method, {})
    if (method === 'notifications/cancelled') this.#calls.get(params['requestId'] as RpcId)?.abort.abort()
  }

  async #answer(
    { id, method, params }: Extract<RpcMessage, { kind: 'request' }>,
    extra: MessageExtraInfo | undefined,
  ): Promise<McpAnswer> {
    const authority = this.#options.authorityOf(extra)
    switch (method) {
      case 'initialize':
        return this.#initialize(params, authority)
      case 'ping':
        return { kind: 'result', result: {} }
      case 'tools/list':
        return this.#listTools(params, authority)
      case 'tools/call':
        return this.#callTool(id, params, authority, this.#options.approvalOf?.(extra))
      case 'logging/setLevel':
        return emptyAnswer(
          await this.#options.server.request(
            method,
            { level: params['level'] ?? null },
            { timeoutMs: START_TIMEOUT_MS },
          ),
        )
      default:
        return { kind: 'error', code: RPC_CODE.methodNotFound, message: `\`${printable(method)}\` is not offered here` }
    }
  }

  async #initialize(params: JsonObject, authority: McpAuthority): Promise<McpAnswer> {
    const { server } = this.#options
    const reply = await server.request(
      'initialize',
      // No capability of the client is told: the server must not ask for sampling, elicitation or roots.
      {
        protocolVersion: params['protocolVersion'] ?? null,
        clientInfo: params['clientInfo'] ?? null,
        capabilities: {},
      },
      { timeoutMs: START_TIMEOUT_MS },
    )
    if (reply.kind !== 'result') return emptyAnswer(reply)
    const { protocolVersion, serverInfo, capabilities, instructions } = reply.result
    // SECURITY: what is passed on unjudged is a date and nothing else.
    if (typeof protocolVersion !== 'string' || !VERSION.test(protocolVersion))
      return { kind: 'error', code: RPC_CODE.unavailable, message: 'the MCP server names no version of the protocol' }
    server.setProtocolVersion(protocolVersion)
    const judged = await authority.judgeTools([], typeof instructions === 'string' ? instructions : undefined)
    const { tools, logging } = isJsonObject(capabilities) ? capabilities : {}
    return {
      kind: 'result',
      result: {
        protocolVersion,
        serverInfo: await judgedInfo(serverInfo, authority),
        capabilities: {
          ...(isJsonObject(tools) ? { tools: { listChanged: tools['listChanged'] === true } } : {}),
          ...(isJsonObject(logging) ? { logging: {} } : {}),
        },
        ...(judged.instructions === undefined ? {} : { instructions: judged.instructions }),
      },
    }
  }

  async #listTools(params: JsonObject, authority: McpAuthority): Promise<McpAnswer> {
    // All pages are judged at once, so there is one page.
    if (params['cursor'] !== undefined)
      return { kind: 'error', code: RPC_CODE.invalidParams, message: 'there is no such page' }
    const list = await this.#readTools(authority)
    if (!list.ok) return { kind: 'error', ...list.failure }
    return { kind: 'result', result: { tools: list.value.offered.map(({ descriptor }) => descriptor) } }
  }

  async #readTools(authority: McpAuthority): Promise<Result<JudgedToolList, ListFailure>> {
    const found = await readToolList(this.#options.server)
    if (!found.ok) return found
    const list = await authority.judgeTools(found.value, undefined)
    for (const { name, rule, reason } of list.refused)
      this.#options.log(`tool \`${printable(name)}\` is not offered: ${reason} (${rule})`)
    this.#offered = new Map(list.offered.map((tool) => [tool.name, tool]))
    return ok(list)
  }

  // oxlint-disable-next-line max-params -- a message, who decides, and the ticket that came beside it
  async #callTool(
    id: RpcId,
    params: JsonObject,
    authority: McpAuthority,
    ticket: string | undefined,
  ): Promise<McpAnswer> {
    const { name, arguments: args = {}, _meta: meta = {} } = params
    if (typeof name !== 'string' || !isJsonObject(args) || !isJsonObject(meta))
      return { kind: 'error', code: RPC_CODE.invalidParams, message: 'a call has a name and an object of arguments' }
    const call: RunningCall = { abort: new AbortController(), progressToken: meta['progressToken'] }
    this.#calls.set(id, call)
    try {
      // What is not offered may have been added since, by the server or by a release.
      if (this.#offered?.get(name) === undefined) {
        const list = await this.#readTools(authority)
        if (!list.ok) return { kind: 'error', ...list.failure }
      }
      const { [META.messages]: messages, [META.approval]: inMeta } = meta
      const forwarded = await this.#forwardedMeta(meta, authority)
      const verdict = await authority.judgeCall({
        name,
        arguments: args,
        offered: this.#offered?.get(name),
        messages: Array.isArray(messages) ? messages : undefined,
        approval: typeof inMeta === 'string' ? inMeta : ticket,
      })
      if (verdict.kind === 'denied') {
        // The gateway's word was for another release: the list is to be judged again.
        if (verdict.denial.rule === 'mcp/not-offered') this.#offered = undefined
        return verdict
      }
      const reply = await this.#options.server.request(
        'tools/call',
        { name, arguments: verdict.arguments ?? args, ...forwarded },
        { signal: call.abort.signal, timeoutMs: this.#options.callTimeoutMs ?? CALL_TIMEOUT_MS },
      )
      return await verdict.finish(call.abort.signal.aborted ? { kind: 'gone' } : reply)
    } finally {
      this.#calls.delete(id)
    }
  }

  /** SECURITY: what a client says to the gateway about a call is not for the server, and the rest is judged like any text. */
  async #forwardedMeta(meta: JsonObject, authority: McpAuthority): Promise<JsonObject> {
    const { [META.approval]: _, [META.messages]: __, progressToken, ...rest } = meta
    const judged = Object.keys(rest).length === 0 ? undefined : await authority.judgeText(JSON.stringify(rest))
    const left = judged === undefined ? undefined : parsedJson(judged)
    const forwarded = {
      ...(isJsonObject(left) ? left : {}),
      ...(isToken(progressToken) ? { progressToken } : {}),
    }
    return Object.keys(forwarded).length === 0 ? {} : { _meta: forwarded }
  }

  async #fromServer(method: string, params: JsonObject): Promise<void> {
    switch (method) {
      case 'notifications/tools/list_changed':
        this.#offered = undefined
        return this.#toClient({ kind: 'notification', method, params: {} })
      case 'notifications/progress':
        return this.#progress(params)
      case 'notifications/message':
        return this.#logged(params)
      default:
        // Of resources and prompts, which are not offered.
        return undefined
    }
  }

  /** Progress of a call that runs, and of nothing else. */
  async #progress({ progressToken, progress, total, message }: JsonObject): Promise<void> {
    const [id] = [...this.#calls].find(([, call]) => call.progressToken === progressToken) ?? []
    if (id === undefined || progressToken === undefined || typeof progress !== 'number') return
    const text = typeof message === 'string' ? await this.#judged(message) : undefined
    const params: JsonObject = {
      progressToken,
      progress,
      ...(typeof total === 'number' ? { total } : {}),
      ...(text === undefined ? {} : { message: text }),
    }
    await this.#toClient({ kind: 'notification', method: 'notifications/progress', params }, id)
  }

  async #logged({ level, logger, data }: JsonObject): Promise<void> {
    const text = await this.#judged(JSON.stringify({ logger: logger ?? null, data: data ?? null }))
    if (text === undefined || typeof level !== 'string' || !LEVELS.has(level)) return
    const left = JSON.parse(text) as JsonObject
    const params: JsonObject = {
      level,
      data: left['data'] ?? null,
      ...(typeof left['logger'] === 'string' ? { logger: left['logger'] } : {}),
    }
    await this.#toClient({ kind: 'notification', method: 'notifications/message', params })
  }

  /** Undefined: stopped, or more came at once than can be judged. */
  async #judged(text: string): Promise<string | undefined> {
    if (this.#noticesWaiting >= NOTICES_WAITING_MAX) return undefined
    this.#noticesWaiting += 1
    try {
      return await this.#options.authorityOf(undefined).judgeText(text)
    } finally {
      this.#noticesWaiting -= 1
    }
  }
}

/** A token of the protocol is a text or a number. */
function isToken(token: Json | undefined): token is string | number {
  return typeof token === 'number' || (typeof token === 'string' && token.length <= 200)
}

const VERSION = /^\d{4}-\d{2}-\d{2}$/
/** Of RFC 5424, as the protocol has them. */
const LEVELS: ReadonlySet<string> = new Set([
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
])

async function judgedInfo(info: Json | undefined, authority: McpAuthority): Promise<JsonObject> {
  const { name, version } = isJsonObject(info) ? info : {}
  const plain = async (value: Json | undefined): Promise<string> =>
    typeof value === 'string' ? ((await authority.judgeText(value.slice(0, 200))) ?? 'withheld') : 'unknown'
  return { name: await plain(name), version: await plain(version) }
}

function emptyAnswer(reply: ServerReply): McpAnswer {
  if (reply.kind === 'broken') return { kind: 'error', code: RPC_CODE.unavailable, message: reply.reason }
  if (reply.kind === 'result') return { kind: 'result', result: {} }
  return { kind: 'error', code: reply.code, message: 'the MCP server refused the request' }
}

/** A denial as models and clients understand it: a result that says it is an error. */
function deniedResult({ code, rule, message, request, approval, retryAfterSeconds }: McpDenial): JsonObject {
  return {
    isError: true,
    content: [{ type: 'text', text: `${message} (rule ${rule}, request ${request})` }],
    _meta: {
      [META.denial]: {
        code,
        rule,
        request,
        ...(approval === undefined ? {} : { approval }),
        ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      },
    },
  }
}

const printable = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 100)
