// Bearer tokens of an identity provider: real keys, a real key server, the gateway in front of a provider.
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JWK } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.ts'
import { startLightGateway, type LightGateway } from '../support/light-gateway.ts'
import { eventually, tempFolder } from '../support/temp-folder.ts'
import { SYSTEM } from '../support/tiny-project.ts'

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>
const ISSUER = 'https://idp.example'
const keys = new Map<string, KeyPair>()
let published: JWK[] = []
let server: Server
let url: string
let provider: FakeProvider
let light: LightGateway

async function publish(kid: string, algorithm = 'ES256'): Promise<void> {
  const pair = await generateKeyPair(algorithm, { extractable: true })
  keys.set(kid, pair)
  published.push({ ...(await exportJWK(pair.publicKey)), kid, alg: algorithm, use: 'sig' })
}

async function listen(port = 0): Promise<void> {
  server = createServer((_, response) => void response.end(JSON.stringify({ keys: published })))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
}

beforeAll(async () => {
  await publish('k1')
  await publish('rsa', 'RS256')
  await publish('rubbish')
  published = published.map((key) => (key.kid === 'rubbish' ? { ...key, x: 'AAAA' } : key))
  await listen()
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`
  provider = await startFakeProvider()
  light = await startLightGateway({
    upstreams: [{ id: 'a', url: provider.url, network: 'private' }],
    identity: {
      issuers: [
        {
          issuer: ISSUER,
          audience: 'gateway',
          system: SYSTEM,
          jwks: { url, network: 'private' },
          algorithms: ['ES256'],
          claims: { tenant: 'org.tenant', roles: 'roles' },
        },
      ],
    },
  })
})
afterAll(async () => {
  await light[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
  server.closeAllConnections()
  server.close()
})

interface TokenOptions {
  readonly kid?: string
  readonly alg?: string
  readonly audience?: string
  readonly issuer?: string
  readonly exp?: number
  readonly nbf?: number
  readonly claims?: object
  readonly key?: KeyPair['privateKey'] | Uint8Array
}

const now = (): number => Math.floor(Date.now() / 1_000)

async function token(options: TokenOptions = {}): Promise<string> {
  const { kid = 'k1', alg = 'ES256', audience = 'gateway', issuer = ISSUER, exp = now() + 60, nbf } = options
  const claims = options.claims ?? { org: { tenant: 'northwind' }, roles: ['clerk'], sid: 's-1' }
  const jwt = new SignJWT({ ...claims })
    .setProtectedHeader({ alg, kid })
    .setSubject('app-1')
    .setIssuer(issuer)
    .setAudience(audience)
    .setExpirationTime(exp)
  if (nbf !== undefined) jwt.setNotBefore(nbf)
  return jwt.sign(options.key ?? keys.get(kid)!.privateKey)
}

const statusOf = async (bearer: string, headers: Readonly<Record<string, string>> = {}): Promise<number> =>
  (await light.chat({}, { authorization: `Bearer ${bearer}`, ...headers })).status

describe('a token', () => {
  test('stands for the system of its issuer, and its claims for tenant, roles and session', async () => {
    expect(await statusOf(await token())).toBe(200)
    const lines = await eventually(
      async () => light.plane.segments.flatMap(({ lines: all }) => all),
      (all) => all.some((line) => line.kind === 'intent' && line.tenant === 'northwind'),
    )
    expect(JSON.stringify(lines)).not.toContain('app-1')
  })

  test.each<[string, () => Promise<string>]>([
    ['for another audience', () => token({ audience: 'other' })],
    ['of another issuer', () => token({ issuer: 'https://evil.example' })],
    ['that has ended', () => token({ exp: now() - 60 })],
    ['that has not begun', () => token({ nbf: now() + 60 })],
    ['without a tenant', () => token({ claims: { sid: 's-1' } })],
    ['with a tenant that is no text', () => token({ claims: { org: { tenant: ['a'] }, sid: 's-1' } })],
    ['without a session', () => token({ claims: { org: { tenant: 'a' } } })],
    ['with roles that are none', () => token({ claims: { org: { tenant: 'a' }, sid: 's', roles: { admin: true } } })],
    ['by an algorithm that is not allowed', () => token({ kid: 'rsa', alg: 'RS256' })],
    ['by a shared secret', () => token({ alg: 'HS256', key: new TextEncoder().encode('x'.repeat(32)) })],
    ['by a stranger under a known key id', async () => token({ key: (await generateKeyPair('ES256')).privateKey })],
    [
      'without a signature',
      async () =>
        new UnsecuredJWT({ org: { tenant: 'a' }, sid: 's' })
          .setIssuer(ISSUER)
          .setAudience('gateway')
          .setSubject('x')
          .setExpirationTime(now() + 60)
          .encode(),
    ],
    ['by a key that its issuer publishes as rubbish', () => token({ kid: 'rubbish' })],
    ['with a byte changed', async () => (await token()).replace(/\.(..)/, '.Aa')],
    ['that is too long', () => token({ claims: { org: { tenant: 'a' }, sid: 's', more: 'x'.repeat(9_000) } })],
  ])('%s is nobody', async (_, make) => {
    expect(await statusOf(await make())).toBe(401)
  })

  test('a little early or late is forgiven, by the configured skew', async () => {
    expect(await statusOf(await token({ exp: now() - 3 }))).toBe(200)
    expect(await statusOf(await token({ nbf: now() + 3 }))).toBe(200)
  })

  test('and a subject beside it are one too many', async () => {
    expect(await statusOf(await token(), { 'gatehouse-subject': 'eyJ' })).toBe(403)
  })

  test('by a key that is new is taken at once, and keys outlive their server', async () => {
    await publish('k2')
    await eventually(
      async () => statusOf(await token({ kid: 'k2' })),
      (status) => status === 200,
    )
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
    expect(await statusOf(await token({ kid: 'k2' }))).toBe(200)
    await publish('k3')
    expect(await statusOf(await token({ kid: 'k3' }))).toBe(401)
    await listen(Number(new URL(url).port))
    await eventually(
      async () => statusOf(await token({ kid: 'k3' })),
      (status) => status === 200,
    )
    published = published.filter(({ kid }) => kid !== 'none')
  })
})

test('keys come from a file as well; without claims of an end user the token is the application alone', async () => {
  await using folder = await tempFolder()
  const file = join(folder.path, 'keys.json')
  await writeFile(file, JSON.stringify({ keys: published }))
  await using own = await startLightGateway({
    upstreams: [{ id: 'a', url: provider.url, network: 'private' }],
    identity: { issuers: [{ issuer: ISSUER, audience: 'gateway', system: SYSTEM, jwks: { file } }] },
  })
  const bearer = await token({ claims: {} })
  expect((await own.chat({}, { authorization: `Bearer ${bearer}` })).status).toBe(200)
  const elsewhere = await token({ claims: {}, issuer: 'https://other.example' })
  expect((await own.chat({}, { authorization: `Bearer ${elsewhere}` })).status).toBe(401)
})
