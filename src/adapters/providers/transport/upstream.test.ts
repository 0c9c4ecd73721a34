import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { configuredUpstreams } from './configured-upstreams.ts'
import { ResilientTransport } from './resilient-transport.ts'
import type { TransportOutcome } from './transport.ts'
import type { UpstreamOptions } from './upstream-options.ts'

function options(url: string, more: Partial<UpstreamOptions>): UpstreamOptions {
  const [configured] = configuredUpstreams([{ id: 'a', url, protocol: 'openai', network: 'private' }], () => null)
  if (configured === undefined) throw new Error('nothing is configured')
  return { ...configured, ...more }
}

async function ask(transport: ResilientTransport): Promise<string> {
  const outcome: TransportOutcome = await transport.send({
    targets: [{ upstream: 'a', model: 'm' }],
    prepare: () => ({ kind: 'send', path: '/chat/completions', body: '{}' }),
    signal: new AbortController().signal,
  })
  if (outcome.kind === 'failed') return outcome.failure.code
  await outcome.body.text(10)
  return `status ${outcome.status}`
}

const open = (url: string, more: Partial<UpstreamOptions>): ResilientTransport =>
  new ResilientTransport([options(url, more)], { monotonicMs: () => performance.now(), chance: () => 0 })

describe('a key', () => {
  test.each([
    ['openai', 'authorization', 'Bearer key-1'],
    ['anthropic', 'x-api-key', 'key-1'],
    ['azure-openai', 'api-key', 'key-1'],
  ] as const)('goes to %s as %s, as it is at the time of the call', async (protocol, name, value) => {
    const seen: string[] = []
    const server = createServer((request, response) => {
      seen.push(String(request.headers[name]))
      response.end('{}')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    let key: string | null = 'key-1'
    const transport = open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { protocol, key: () => key })
    await ask(transport)
    key = 'key-2'
    await ask(transport)
    key = null
    expect(await ask(transport)).toBe('upstream/no-key')
    expect(seen).toEqual([value, value.replace('key-1', 'key-2')])
    await transport.close()
    server.closeAllConnections()
    server.close()
  })
})

describe('an address', () => {
  test.each([
    ['http://127.0.0.1:9/v1', 'public'],
    ['http://169.254.169.254/v1', 'private'],
    ['http://[::ffff:169.254.169.254]/v1', 'private'],
    ['http://10.0.0.1/v1', 'public'],
    ['http://localhost:9/v1', 'public'],
  ] as const)('%s is refused where %s ones are allowed', async (url, network) => {
    const transport = open(url, { network })
    expect(await ask(transport)).toBe('upstream/address-refused')
    await transport.close()
  })
})
