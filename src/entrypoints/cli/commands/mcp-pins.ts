import { nodeSha256 } from '../../../adapters/crypto/node-crypto.ts'
import type { McpPlace } from '../../../adapters/mcp/mcp-place.ts'
import { openMcpServer } from '../../../adapters/mcp/open-server.ts'
import { readToolList } from '../../../adapters/mcp/tool-list.ts'
import { canonicalJson, type JsonObject } from '../../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { pinDescriptors, type McpDescriptor, type McpPins } from '../../../domain/authorization/mcp-pins.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { reportProblems } from '../report-problems.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { VERSION } from '../version.ts'

/** `gatehouse mcp pins`: what a server says about its tools, as digests for the manifest. */
export async function mcpPinsCommand(
  terminal: Terminal,
  options: { readonly command: readonly string[]; readonly url?: string | undefined; readonly json: boolean },
): Promise<number> {
  const place = placeOf(options)
  const pins = place.ok ? await readPins(place.value) : place
  if (!pins.ok) {
    reportProblems(terminal, [pins.failure])
    return EXIT_CODE.usage
  }
  const { whole, tools } = pins.value
  if (options.json) printLine(terminal, inertJson({ schemaVersion: 1, pin: whole, tools }, 2))
  else {
    printLine(terminal, `pin: ${whole}`)
    printLine(terminal, 'tools:')
    for (const [name, pin] of Object.entries(tools))
      printLine(terminal, `  ${inert(name)}: { effect: read, pin: ${pin} }`)
    terminal.error('read what each tool says and does before you keep its pin, and set its effect\n')
  }
  return EXIT_CODE.pass
}

function placeOf({
  command,
  url,
}: {
  readonly command: readonly string[]
  readonly url?: string | undefined
}): Result<McpPlace, Problem> {
  if (url === undefined && command.length > 0) return ok({ kind: 'process', command, environment: {} })
  if (url !== undefined && command.length === 0 && URL.canParse(url))
    return ok({ kind: 'http', url, transport: 'streamable-http', network: 'private', key: undefined })
  return fail({
    code: 'mcp/not-configured',
    message: 'name either a program after -- or an address with --url',
    next: 'see `gatehouse mcp pins --help`',
  })
}

async function readPins(place: McpPlace): Promise<Result<McpPins, Problem>> {
  const failed = (message: string): Result<never, Problem> =>
    fail({ code: 'mcp/not-started', message: inert(message), next: 'check the program, or the address' })
  const server = await openMcpServer(place)
  try {
    await server.start()
    const params = {
      protocolVersion: '2025-11-25',
      clientInfo: { name: 'gatehouse', version: VERSION },
      capabilities: {},
    }
    const begun = await server.request('initialize', params, { timeoutMs: 30_000 })
    if (begun.kind !== 'result') return failed(begun.kind === 'broken' ? begun.reason : begun.message)
    const version = begun.result['protocolVersion']
    if (typeof version === 'string') server.setProtocolVersion(version)
    await server.notify('notifications/initialized', {})
    const tools = await readToolList(server)
    if (!tools.ok) return failed(tools.failure.message)
    if (!tools.value.every(isPinnable)) return failed('a descriptor of the server has no canonical form')
    return ok(pinDescriptors(tools.value as unknown as readonly McpDescriptor[], nodeSha256))
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return failed(`the MCP server cannot be reached: ${error.message}`)
  } finally {
    await server.close()
  }
}

function isPinnable(descriptor: JsonObject): boolean {
  return typeof descriptor['name'] === 'string' && canonicalJson(descriptor).ok
}
