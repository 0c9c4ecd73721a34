// Spans go to a collector over OTLP, and only where the data of their request may go.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mintSubjectToken } from '../../src/adapters/http/subject-token.ts'
import { startFakeProvider } from '../support/fake-provider.ts'
import { startLightGateway } from '../support/light-gateway.ts'
import { SYSTEM } from '../support/tiny-project.ts'

let open: AsyncDisposableStack
let collected: string
let endpoint: string
beforeEach(async () => {
  open = new AsyncDisposableStack()
  collected = ''
  const collector = createServer((request, response) => {
    request.on('data', (bytes: Buffer) => (collected += bytes.toString('latin1')))
    request.on('end', () => response.end('{}'))
  }).listen(0, '127.0.0.1')
  await once(collector, 'listening')
  open.defer(() => void collector.close())
  endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
})
afterEach(() => open.disposeAsync())

/** Whether the span of one request of this tenant came to the collector. */
async function isCollected(tenant: string, config: object): Promise<boolean> {
  const provider = open.use(await startFakeProvider())
  const { privateKey } = generateKeyPairSync('ed25519')
  const light = await startLightGateway(
    {
      upstreams: [{ id: 'a', url: provider.url, network: 'private', region: 'eu' }],
      regions: { tenants: { northwind: ['eu'] } },
      ...config,
    },
    { workloadKeys: [privateKey] },
    { otlpEndpoint: endpoint },
  )
  const subject = { tenant, session: 's', principal: 'p', roles: [], email: undefined }
  const token = await mintSubjectToken(privateKey, SYSTEM, subject, Date.now())
  const response = await light.chat({}, { 'gatehouse-subject': token })
  expect(response.status).toBe(200)
  const metrics = await (await fetch(`${light.gateway.url}/metrics`)).text()
  // What is still to be sent is sent when the gateway closes.
  await light[Symbol.asyncDispose]()
  const isThere = collected.includes(response.headers.get('x-request-id') ?? '-')
  expect(/gatehouse_spans_withheld_total\{[^}]*\} 1/.test(metrics)).toBe(!isThere)
  return isThere
}

describe('the span of a request', () => {
  test.each<[string, string, object, boolean]>([
    ['of a tenant bound to the collector’s region', 'northwind', { telemetry: { region: 'eu' } }, true],
    ['of a tenant bound to another region', 'northwind', { telemetry: { region: 'us' } }, false],
    ['of a bound tenant, where nobody said where the collector is', 'northwind', {}, false],
    ['of a tenant that nothing binds', 'lumen', {}, true],
    [
      'of data bound by its class',
      'lumen',
      {
        telemetry: { region: 'us' },
        regions: { dataClasses: { 'customer-confidential': ['eu'], internal: ['eu'], pii: ['eu'], public: ['eu'] } },
      },
      false,
    ],
  ])('%s', async (_, tenant, config, expected) => {
    expect(await isCollected(tenant, config)).toBe(expected)
  })
})
