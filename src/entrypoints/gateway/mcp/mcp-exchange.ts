import type { JsonObject } from '../../../base/json.ts'
import type { ModelMessage } from '../../../application/gateway/model-request.ts'
import type { Subject } from '../../../domain/session/conversation.ts'
import type { ModelExchange } from '../exchange/exchange-records.ts'
import type { Caller, GatewayPorts } from '../gateway-ports.ts'

export interface McpParty {
  readonly caller: Caller
  readonly server: string
  readonly subject: Subject | undefined
}

/** A message of an MCP client in the shape that records, limits and meters know. */
export function mcpExchange(
  ports: GatewayPorts,
  { caller, server, subject }: McpParty,
  about: { readonly tool?: string; readonly messages?: readonly ModelMessage[]; readonly schema?: JsonObject } = {},
): ModelExchange {
  return {
    id: ports.newId(),
    caller,
    subject,
    startMs: ports.monotonicMs(),
    startedAt: ports.clock(),
    marks: {},
    request: {
      protocol: 'openai-chat',
      model: `mcp/${server}`,
      messages: about.messages ?? [],
      tools: about.tool === undefined ? [] : [{ name: about.tool, parameters: about.schema ?? {} }],
      choices: 1,
      isStream: false,
      includeUsage: false,
      // No model answers: nothing of an answer's tokens is held back.
      settings: { maxTokens: 0 },
      extra: {},
    },
  }
}
