import { SECOND_MS } from '../../base/instant.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { FailureKind, TrialTarget } from '../../application/evaluation/trial-target.ts'
import type { TargetConfig } from '../../contract/suite/target-schema.ts'
import { renderDeep } from '../../contract/suite/template.ts'
import { monotonicMs } from '../clock/system-clock.ts'
import type { TargetPorts } from './target-ports.ts'

type McpConfig = Extract<TargetConfig, { readonly type: 'mcp' }>

const TIMEOUT_SECONDS = 60
const MESSAGE_CHARS_MAX = 300
/** Codes that the SDK gives to errors of its own. */
const REQUEST_TIMEOUT = -32_001
const CONNECTION_CLOSED = -32_000

/** A tool of an MCP server, called once a trial; the texts of its result are the reply. */
export async function mcpTarget(config: McpConfig, ports: TargetPorts): Promise<Result<TrialTarget, Problem>> {
  const { Client } = await import('@modelcontextprotocol/sdk/client/index.js')
  const client = new Client({ name: 'gatehouse', version: '1' })
  try {
    await client.connect(await transportOf(config, ports), { timeout: timeoutMs(config) })
  } catch (error) {
    return fail({
      code: 'target/failed',
      message: `the MCP server cannot be reached: ${error instanceof Error ? error.message : String(error)}`,
      next: 'start it by itself; name its program under `command` or its address under `url`',
    })
  }
  return ok({
    identity: config as unknown as JsonObject,
    isSimulated: config.isSimulated ?? false,
    async run({ suiteCase, trial }, signal) {
      const startedMs = monotonicMs()
      const variables: JsonObject = {
        ...suiteCase.variables,
        prompt: suiteCase.turns.at(-1) ?? '',
        session: `${suiteCase.id}-${trial}`,
      }
      const args = renderDeep(config.arguments as Json, variables).value as JsonObject
      const timeout = timeoutMs(config)
      let result: Awaited<ReturnType<typeof client.callTool>>
      try {
        result = await client.callTool({ name: config.tool, arguments: { ...args } }, undefined, { signal, timeout })
      } catch (error) {
        if (signal.aborted) return { kind: 'failed', failure: { kind: 'interrupted', message: 'interrupted' } }
        const kind = failureKindOf(error)
        if (kind === undefined) throw error
        return { kind: 'failed', failure: { kind, message: (error as Error).message.slice(0, MESSAGE_CHARS_MAX) } }
      }
      const content = Array.isArray(result['content']) ? (result['content'] as readonly { text?: unknown }[]) : []
      const reply = content.flatMap(({ text }) => (typeof text === 'string' ? [text] : [])).join('\n')
      return {
        kind: 'observed',
        observation: {
          reply,
          blocked: result['isError'] === true ? { code: 'tool_error', rule: config.tool } : null,
          toolCalls: [{ name: config.tool, args }],
          records: [],
          citations: [],
          timing: { latencyMs: monotonicMs() - startedMs, lagMs: ports.lag.since(startedMs), isCached: false },
        },
      }
    },
    close: () => client.close(),
  })
}

/** What an error of the protocol (JSON-RPC codes) or of its HTTP transport (statuses) means; undefined for anything else. */
function failureKindOf(error: unknown): FailureKind | undefined {
  if (!(error instanceof Error)) return undefined
  const code = 'code' in error ? error.code : undefined
  if (error.message.includes('fetch failed') || error.message === 'Not connected') return 'unavailable'
  switch (code) {
    case REQUEST_TIMEOUT:
      return 'timeout'
    case CONNECTION_CLOSED:
      return 'unavailable'
    case 401:
    case 403:
      return 'unauthorized'
    case 429:
      return 'rate-limited'
  }
  if (typeof code !== 'number') return undefined
  return code >= 500 ? 'unavailable' : 'rejected'
}

async function transportOf({ command, args, url }: McpConfig, ports: TargetPorts): Promise<never> {
  if (command !== undefined) {
    const { StdioClientTransport } = await import('@modelcontextprotocol/sdk/client/stdio.js')
    return new StdioClientTransport({ command, args: args ?? [], cwd: ports.folder, stderr: 'ignore' }) as never
  }
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js')
  return new StreamableHTTPClientTransport(new URL(url ?? '')) as never
}

function timeoutMs({ timeoutSeconds = TIMEOUT_SECONDS }: McpConfig): number {
  return timeoutSeconds * SECOND_MS
}
