import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import { RPC_CODE } from './rpc-message.ts'
import type { McpServerSide } from './server-side.ts'

const PAGES_MAX = 100
const TOOLS_MAX = 1_000
const TIMEOUT_MS = 30_000

export interface ListFailure {
  readonly code: number
  readonly message: string
}

/** Every page of a server's list of tools. */
export async function readToolList(server: McpServerSide): Promise<Result<readonly JsonObject[], ListFailure>> {
  const found: JsonObject[] = []
  let cursor: Json | undefined
  for (let page = 0; page < PAGES_MAX; page++) {
    const reply = await server.request('tools/list', cursor === undefined ? {} : { cursor }, { timeoutMs: TIMEOUT_MS })
    if (reply.kind === 'error') return fail({ code: reply.code, message: 'the MCP server does not list its tools' })
    if (reply.kind === 'broken') return fail({ code: RPC_CODE.unavailable, message: reply.reason })
    const tools: unknown = reply.result['tools']
    const isList = Array.isArray(tools) && tools.every(isJsonObject) && found.length + tools.length <= TOOLS_MAX
    if (!isList)
      return fail({ code: RPC_CODE.internal, message: 'the MCP server lists its tools in a way that cannot be read' })
    found.push(...(tools as readonly JsonObject[]))
    cursor = reply.result['nextCursor']
    if (cursor === undefined || cursor === null) return ok(found)
  }
  return fail({ code: RPC_CODE.internal, message: 'the list of tools of the MCP server has no end' })
}
