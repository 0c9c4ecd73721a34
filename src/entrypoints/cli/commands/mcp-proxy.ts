import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { errnoOf } from '../../../adapters/files/errno.ts'
import { openMcpServer } from '../../../adapters/mcp/open-server.ts'
import { McpRelay } from '../../../adapters/mcp/relay.ts'
import { remoteAuthority } from '../../../adapters/mcp/remote-authority.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { TerminalTransport } from '../mcp/terminal-transport.ts'
import { reportProblems } from '../report-problems.ts'
import { inert } from '../style.ts'
import type { Terminal } from '../terminal.ts'

export interface McpProxyOptions {
  readonly command: readonly string[]
  readonly server: string
  readonly gateway?: string | undefined
  readonly subjectFile?: string | undefined
}

const SERVER = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

/** `gatehouse mcp proxy`: between an MCP client that starts programs and such a program. Standard output is the protocol's. */
export async function mcpProxyCommand(terminal: Terminal, options: McpProxyOptions): Promise<number> {
  const gateway = options.gateway ?? terminal.environment['GATEHOUSE_GATEWAY_URL']
  const apiKey = terminal.environment['GATEHOUSE_API_KEY']
  const missing =
    gateway === undefined || !URL.canParse(gateway)
      ? { message: 'the address of the gateway is not set', next: 'name it with --gateway or GATEHOUSE_GATEWAY_URL' }
      : apiKey === undefined || apiKey === ''
        ? { message: 'GATEHOUSE_API_KEY is not set', next: 'run `gatehouse credentials` for the key of your system' }
        : !SERVER.test(options.server)
          ? { message: `\`${inert(options.server)}\` is no name of a server`, next: 'use its id in the manifest' }
          : undefined
  if (missing !== undefined || gateway === undefined || apiKey === undefined) {
    reportProblems(terminal, [{ code: 'mcp/not-configured', ...(missing ?? { message: 'not configured' }) }])
    return EXIT_CODE.usage
  }
  const log = (line: string): void => terminal.error(`gatehouse mcp proxy: ${inert(line)}\n`)
  const client = new TerminalTransport(terminal)
  const authority = remoteAuthority({
    gateway: gateway.replace(/\/+$/, ''),
    apiKey,
    server: options.server,
    subject: () => readSubject(terminal, options.subjectFile),
    log,
  })
  const server = await openMcpServer({ kind: 'process', command: options.command, environment: {} })
  const relay = new McpRelay({ client, server, authorityOf: () => authority, log })
  try {
    await relay.start()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    await relay.close()
    const message = `\`${inert(options.command[0] ?? '')}\` cannot be started: ${inert(error.message)}`
    reportProblems(terminal, [{ code: 'mcp/not-started', message, next: 'check the program after --' }])
    return EXIT_CODE.usage
  }
  const stop = (): void => void relay.close()
  terminal.interrupted.addEventListener('abort', stop, { once: true })
  await client.ended
  await relay.close()
  terminal.interrupted.removeEventListener('abort', stop)
  return EXIT_CODE.pass
}

const TOKEN_CHARS_MAX = 8_192

/** SECURITY: a named file without a token in it is null, not nobody: an end user who is lost must not become none. */
async function readSubject(terminal: Terminal, path: string | undefined): Promise<string | null | undefined> {
  if (path === undefined) return undefined
  try {
    const token = (await readFile(resolve(terminal.workingFolder, path), 'utf8')).trim()
    return token === '' || token.length > TOKEN_CHARS_MAX || !/^[\x21-\x7e]+$/.test(token) ? null : token
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    return null
  }
}
