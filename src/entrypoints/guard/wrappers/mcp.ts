// `@gatehouse/guard/mcp`.
import type { JsonObject } from '../../../base/json.ts'
import type { ConversationMessage, Subject } from '../../../domain/session/conversation.ts'
import { GuardDenied } from '../guard-denied.ts'
import type { Guard } from '../guard-setup.ts'
import { isFields, unsupported, type Fields } from './content.ts'
import { guardResult } from './mcp-result.ts'
import { pinOf, judgeDescriptor, type RefusedTool } from './mcp-tools.ts'
import { admitCalls, denialFrom, guardOfAnswer, type WrapperOptions } from './wrapper-options.ts'

export type { RefusedTool }

/** What of an MCP client (`@modelcontextprotocol/sdk` 1) is used, by shape. */
export interface McpClient {
  listTools(params?: never, options?: never): Promise<unknown>
  callTool(params: never, resultSchema?: never, options?: never): Promise<unknown>
}

export interface McpOptions extends Pick<WrapperOptions, 'nonText' | 'onDecision'> {
  /** Name of the server: tools are offered and authorised as `SERVER__TOOL`. Letters, digits and `-`, 30 at most. */
  readonly server: string
  /** Descriptor pins by the server's own tool names. Without them the first list that is seen pins. */
  readonly pins?: Readonly<Record<string, string>> | undefined
}

export interface GuardedMcpTool {
  /** Namespaced: what the model is told, and what the guard's `tools` declare. */
  readonly name: string
  readonly description?: string | undefined
  readonly inputSchema: JsonObject
  readonly [key: string]: unknown
}

export interface GuardedToolList {
  readonly tools: readonly GuardedMcpTool[]
  /** Tools that are not offered, each with its reason. */
  readonly refused: readonly RefusedTool[]
}

export interface McpCallSituation {
  readonly messages: readonly ConversationMessage[]
  readonly subject?: Subject | undefined
}

export interface GuardedMcpClient {
  /** Every page of the server's list, judged. */
  listTools(options?: object): Promise<GuardedToolList>
  /** `name` is the namespaced one. Throws `GuardDenied`; gives the server's result with its texts judged. */
  callTool(
    call: { readonly name: string; readonly arguments?: JsonObject | undefined },
    situation: McpCallSituation,
    options?: object,
  ): Promise<Fields>
  /** Pins by the server's own tool names, as they are now: to be reviewed and kept. */
  pins(): Readonly<Record<string, string>>
}

const PAGES_MAX = 100
const TOOLS_MAX = 1_000

/** Guards the tools of one MCP server: what it says about them, what they are called with, what they answer. */
export function guardMcpClient(client: McpClient, guard: Guard, options: McpOptions): GuardedMcpClient {
  if (!/^[A-Za-z0-9][A-Za-z0-9-]{0,29}$/.test(options.server))
    throw new Error('`server` must be letters, digits and `-`, 30 at most')
  const pins = new Map(Object.entries(options.pins ?? {}))
  const isOpen = { value: options.pins === undefined }
  let offered: ReadonlyMap<string, string> = new Map()

  async function listTools(requestOptions?: object): Promise<GuardedToolList> {
    const found = await readTools(client, requestOptions)
    const tools: GuardedMcpTool[] = []
    const refused: RefusedTool[] = []
    const names = new Map<string, string>()
    for (const descriptor of found) {
      const raw = String(descriptor['name'])
      const pin = pinOf(descriptor)
      if (isOpen.value) pins.set(raw, pin)
      const judged = judgeDescriptor(descriptor, { guard, server: options.server, pinned: pins.get(raw), pin })
      if (!judged.ok || names.has(judged.value.name)) {
        refused.push(judged.ok ? { name: raw, rule: 'mcp/name', reason: 'listed twice' } : judged.failure)
        continue
      }
      names.set(judged.value.name, raw)
      tools.push(judged.value)
    }
    isOpen.value = false
    offered = names
    return { tools, refused }
  }

  return {
    listTools,
    pins: () => Object.fromEntries(pins),
    async callTool(call, situation, requestOptions) {
      try {
        if (!offered.has(call.name)) await listTools(requestOptions)
        const raw = offered.get(call.name)
        if (raw === undefined) throw notOffered()
        const args = call.arguments ?? {}
        const named = { id: call.name, name: call.name, arguments: JSON.stringify(args) }
        // Whoever asks has the call as it is to be made, and may have read every result.
        const about = {
          messages: situation.messages,
          options: { ...options, subject: () => situation.subject },
          seen: 'raw' as const,
        }
        admitCalls(guardOfAnswer(guard, about), [named], about)
        const callTool = client.callTool.bind(client) as unknown as (
          params: object,
          schema?: undefined,
          options?: object,
        ) => Promise<unknown>
        return guardResult(await callTool({ name: raw, arguments: args }, undefined, requestOptions), guard, options)
      } catch (error) {
        throw denialFrom(error, options)
      }
    },
  }
}

function notOffered(): GuardDenied {
  return new GuardDenied({
    code: 'tool_not_pinned',
    rule: 'mcp/not-offered',
    message: 'the server offers no such tool that the guard has admitted',
    findings: [],
  })
}

async function readTools(client: McpClient, requestOptions: object | undefined): Promise<readonly Fields[]> {
  const list = client.listTools.bind(client) as unknown as (params: object, options?: object) => Promise<unknown>
  const tools: Fields[] = []
  let cursor: unknown
  for (let page = 0; page < PAGES_MAX; page++) {
    const result = await list(cursor === undefined ? {} : { cursor }, requestOptions)
    if (!isFields(result) || !Array.isArray(result['tools'])) throw unsupported('tools')
    for (const tool of result['tools'] as readonly unknown[]) {
      if (!isFields(tool) || tools.length >= TOOLS_MAX) throw unsupported('tools')
      tools.push(tool)
    }
    cursor = result['nextCursor']
    if (cursor === undefined) return tools
  }
  throw unsupported('tools')
}
