// `mcpServers` of a real gateway.yaml: from the file to the tool's answer, changed and taken away under running sessions.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.ts'
import { shippedLines } from '../support/faulty-gateway.ts'
import { startLightGateway, type LightGateway } from '../support/light-gateway.ts'
import {
  mcpManifest,
  startTicketHttpServer,
  TICKET_CHILD,
  TICKETS,
  type HttpMcpServer,
} from '../support/mcp-gateway.ts'
import { eventually, tempFolder } from '../support/temp-folder.ts'

let open: AsyncDisposableStack
let provider: FakeProvider
let server: HttpMcpServer
let keyFile: string
beforeEach(async () => {
  open = new AsyncDisposableStack()
  provider = open.use(await startFakeProvider())
  server = open.use(await startTicketHttpServer())
  keyFile = join(open.use(await tempFolder()).path, 'key')
  await writeFile(keyFile, 'mcp-key-1')
})
afterEach(() => open.disposeAsync())

const upstreams = () => [{ id: 'a', url: provider.url, network: 'private' }]
const overHttp = (more: object = {}) => ({
  id: 'tickets',
  url: server.url,
  network: 'private',
  key: { file: keyFile },
  ...more,
})
const start = async (mcpServers: readonly object[]): Promise<LightGateway> =>
  open.use(await startLightGateway({ upstreams: upstreams(), mcpServers }, { manifestText: mcpManifest(TICKETS) }))

/** Writes the file anew and waits until the gateway has looked at it. */
async function change(light: LightGateway, mcpServers: readonly object[]): Promise<void> {
  const config = { apiVersion: 'gatehouse.dev/v1', kind: 'Gateway', upstreams: upstreams(), mcpServers }
  await writeFile(light.options.configFile ?? '', stringify(config))
  await light.gateway.reload()
}

async function connect(light: LightGateway): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' })
  open.defer(() => client.close())
  const url = new URL(`${light.gateway.url}/mcp/tickets`)
  const requestInit = { headers: { authorization: `Bearer ${light.signer.apiKey}` } }
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit }))
  return client
}
const read = async (client: Client): Promise<string> => {
  // A call is of what was listed: it names the descriptor that was offered.
  await client.listTools()
  return JSON.stringify(await client.callTool({ name: 'read_ticket', arguments: { id: '7' } }))
}

describe('a server in the file', () => {
  test('over HTTP is asked with its key, judged and on record', async () => {
    const light = await start([overHttp()])
    const client = await connect(light)
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('read_ticket')
    expect(await read(client)).not.toContain('isError')
    expect(server.called).toEqual(['read_ticket'])
    expect(new Set(server.authorizations)).toEqual(new Set(['Bearer mcp-key-1']))
    await eventually(
      () => shippedLines(light).filter(({ kind }) => kind === 'outcome'),
      (lines) => lines.length > 0,
    )
    const metrics = await (await fetch(`${light.gateway.url}/metrics`)).text()
    expect(`${light.logged.join('\n')}${metrics}${JSON.stringify(shippedLines(light))}`).not.toContain('mcp-key-1')
  })

  test('as a program is started for the session', async () => {
    if (TICKET_CHILD.kind !== 'process') throw new Error('not a program')
    const light = await start([{ id: 'tickets', command: TICKET_CHILD.command }])
    expect(await read(await connect(light))).not.toContain('isError')
    expect(server.called).toEqual([])
  })

  test('for one system goes before the one for all, and the one for another system is not asked', async () => {
    const elsewhere = open.use(await startTicketHttpServer())
    const light = await start([
      overHttp({ url: elsewhere.url }),
      overHttp({ system: 'other-bot', url: elsewhere.url }),
      overHttp({ system: 'shop-bot' }),
    ])
    await read(await connect(light))
    expect([server.called.length, elsewhere.called.length]).toEqual([1, 0])
  })

  test('whose key cannot be read is not asked without it', async () => {
    const light = await start([overHttp({ key: { env: 'ABSENT' } })])
    await expect(connect(light)).rejects.toThrow(/cannot be read/)
    expect(server.authorizations).toEqual([])
  })
})

describe('a change of the file', () => {
  test('brings a server, moves it and takes it away, for sessions that run as well', async () => {
    const elsewhere = open.use(await startTicketHttpServer())
    const light = await start([])
    await expect(connect(light)).rejects.toThrow(/configured nowhere/)
    await change(light, [overHttp()])
    const first = await connect(light)
    await read(first)
    await change(light, [overHttp({ url: elsewhere.url })])
    await expect(read(first)).rejects.toThrow(/no such session/)
    const second = await connect(light)
    await read(second)
    expect([server.called.length, elsewhere.called.length]).toEqual([1, 1])
    await change(light, [])
    await expect(read(second)).rejects.toThrow(/no such session/)
    await expect(connect(light)).rejects.toThrow(/configured nowhere/)
    expect([server.called.length, elsewhere.called.length]).toEqual([1, 1])
  })

  test('that is none for the server leaves its sessions alone', async () => {
    const light = await start([overHttp()])
    const client = await connect(light)
    await read(client)
    await change(light, [overHttp(), { id: 'other', url: server.url, network: 'private' }])
    await read(client)
    expect(server.called).toHaveLength(2)
  })

  test('of the key in its place is used by the next session, and the last one ends', async () => {
    const light = await start([overHttp()])
    const client = await connect(light)
    await read(client)
    await writeFile(keyFile, 'mcp-key-2')
    await change(light, [overHttp(), { id: 'other', url: server.url, network: 'private' }])
    await expect(read(client)).rejects.toThrow(/no such session/)
    await read(await connect(light))
    expect(server.authorizations.at(-1)).toBe('Bearer mcp-key-2')
  })
})
