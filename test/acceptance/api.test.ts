import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readOwnerFile } from '../../src/adapters/owner/owner-file.ts'
import { mayCall, type Access } from '../../src/domain/access/access-table.ts'
import { OPERATIONS, type OperationName } from '../../src/contract/http/operations.ts'
import type { ControlPlane } from '../../src/entrypoints/server/start-control-plane.ts'
import { startPlaneOrThrow } from '../support/gateway-stack.ts'
import { gateOrThrow, sessionOn } from '../support/owned-state.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { SYSTEM, writeTinyProject } from '../support/tiny-project.ts'
import { GATEWAYS, isExpected, NOBODY, PEOPLE, READS, WRITES } from '../support/expected-access.ts'

const DIGEST = `sha256:${'0'.repeat(64)}`
const cleanUp = new AsyncDisposableStack()
let plane: ControlPlane
let ownerToken: string

beforeAll(async () => {
  const folder = cleanUp.use(await tempFolder()).path
  plane = cleanUp.use(await startPlaneOrThrow(join(folder, 'state')))
  await gateOrThrow(sessionOn(plane.node), await writeTinyProject(join(folder, 'project')))
  ownerToken = (await readOwnerFile(plane.node.stateFolder))?.token ?? ''
})
afterAll(() => cleanUp.disposeAsync())

interface Call {
  readonly method?: 'GET' | 'POST'
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

async function send(path: string, { method = 'GET', body, headers = {} }: Call = {}): Promise<Response> {
  return fetch(`${plane.url}${path}`, {
    method,
    redirect: 'manual',
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
}

const codeOf = async (response: Response): Promise<string> => ((await response.json()) as { code?: string }).code ?? ''

const linkToken = async (): Promise<string> => (await plane.loginLink()).split('#login=')[1] ?? ''

async function signIn(): Promise<string> {
  const response = await send('/api/v1/session', { method: 'POST', body: { token: await linkToken() } })
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
}

function pathOf(name: OperationName): string {
  return `/api/v1${OPERATIONS[name].path.replaceAll(/\{(\w+)\}/g, (_, key: string) => (key === 'digest' ? DIGEST : key === 'system' ? SYSTEM : 'X-1'))}`
}

describe('roles', () => {
  const names = Object.keys(OPERATIONS) as OperationName[]

  test('the table speaks of every operation, once', () => {
    expect([...READS, ...Object.keys(WRITES), ...GATEWAYS, 'viewShare'].toSorted()).toEqual(names.toSorted())
  })

  test.each(names)('%s is open to whom the table says, and to nobody else', (name) => {
    const { access } = OPERATIONS[name]
    for (const role of [...PEOPLE, 'admin', 'gateway', 'workload', 'share', ...NOBODY])
      expect([role, mayCall(access, [role])]).toEqual([role, isExpected(name, role)])
    expect(mayCall(access, [])).toBe(false)
  })

  test('two roles open what either opens, and no more', () => {
    for (const access of new Set(Object.values(OPERATIONS).map((operation): Access => operation.access)))
      for (const first of [...PEOPLE, 'gateway', 'root'])
        for (const second of [...PEOPLE, 'gateway', 'root'])
          expect(mayCall(access, [first, second])).toBe(mayCall(access, [first]) || mayCall(access, [second]))
  })

  test.each(names)('%s asks for the same over HTTP', async (name) => {
    const { method } = OPERATIONS[name]
    const body = method === 'POST' ? {} : undefined
    for (const role of [...PEOPLE, 'admin', 'gateway', 'workload', 'share', 'root']) {
      const headers = { authorization: `Bearer ${ownerToken}`, 'gatehouse-as': encodeURIComponent(`author-a;${role}`) }
      const response = await send(pathOf(name), { method, body, headers })
      expect([role, response.status === 403 && (await codeOf(response)) === 'http/forbidden']).toEqual([
        role,
        !isExpected(name, role),
      ])
    }
    const nobody = await send(pathOf(name), { method, body })
    expect([nobody.status, await codeOf(nobody)]).toEqual([401, 'http/unauthenticated'])
  })

  test('the token of gateways opens its own operation and no other', async () => {
    const headers = { authorization: `Bearer ${plane.node.gatewayToken}` }
    for (const name of names) {
      const { method } = OPERATIONS[name]
      const response = await send(pathOf(name), { method, body: method === 'POST' ? {} : undefined, headers })
      expect([name, response.status]).toEqual([name, GATEWAYS.includes(name) ? 400 : 403])
    }
    expect((await send('/api/v1/gateway/bundle', { headers })).status).toBe(200)
    expect((await send('/api/v1/gateway/bundle', { headers: { authorization: `Bearer ${ownerToken}` } })).status).toBe(
      401,
    )
  })

  test('the roles that the owner asserts bind what is written, and the name is in the ledger', async () => {
    const as = (who: string): Record<string, string> => ({
      authorization: `Bearer ${ownerToken}`,
      'gatehouse-as': encodeURIComponent(who),
    })
    const body = { system: SYSTEM, scope: { kind: 'model', model: 'm' }, reason: 'drill' }
    expect((await send('/api/v1/denies', { method: 'POST', body, headers: as('fifth;auditor') })).status).toBe(403)
    const issued = await send('/api/v1/denies', { method: 'POST', body, headers: as('Zoë;responder') })
    expect(await issued.json()).toMatchObject({ issuedBy: 'Zoë', connectedGateways: 0 })
    expect((await send('/api/v1/systems', { headers: as('fifth;') })).status).toBe(403)
  })

  test.each(['%', '%E0%A4%A', 'x'.repeat(5_000), ';;;', '%00;admin'])('a name like %j is no crash', async (who) => {
    const response = await send('/api/v1/systems', {
      headers: { authorization: `Bearer ${ownerToken}`, 'gatehouse-as': who },
    })
    expect(response.status).toBeLessThan(500)
  })
})

describe('signing in', () => {
  test('works once per link, and the link is worth nothing as a session', async () => {
    const token = await linkToken()
    expect((await send('/api/v1/session', { method: 'POST', body: { token } })).status).toBe(200)
    const again = await send('/api/v1/session', { method: 'POST', body: { token } })
    expect([again.status, await codeOf(again)]).toEqual([401, 'http/login-link'])
    expect((await send('/api/v1/systems', { headers: { cookie: `gatehouse_session=${token}` } })).status).toBe(401)
  })

  test('gives a cookie that no script reads and no other site sends', async () => {
    const response = await send('/api/v1/session', { method: 'POST', body: { token: await linkToken() } })
    const cookie = response.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^gatehouse_session=[\w-]{43};/)
    for (const flag of ['HttpOnly', 'SameSite=Strict', 'Path=/']) expect(cookie).toContain(flag)
    expect(JSON.stringify(await response.json())).not.toContain(cookie.slice(18, 61))
  })

  test('lets read with the cookie, and write only with the header that no form can send', async () => {
    const cookie = await signIn()
    const body = { system: SYSTEM, scope: { kind: 'model', model: 'm' }, reason: 'drill' }
    expect((await send('/api/v1/systems', { headers: { cookie } })).status).toBe(200)
    expect((await send('/api/v1/denies', { method: 'POST', body, headers: { cookie } })).status).toBe(401)
    expect(
      (await send('/api/v1/denies', { method: 'POST', body, headers: { cookie, 'x-gatehouse-console': '0' } })).status,
    ).toBe(401)
    expect(
      (await send('/api/v1/denies', { method: 'POST', body, headers: { cookie, 'x-gatehouse-console': '1' } })).status,
    ).toBe(200)
  })

  test('does not make the cookie a gateway, and signing out ends it', async () => {
    const cookie = await signIn()
    expect((await send('/api/v1/gateway/bundle', { headers: { cookie } })).status).toBe(401)
    await send('/api/v1/session/end', { method: 'POST', body: {}, headers: { cookie } })
    expect((await send('/api/v1/systems', { headers: { cookie } })).status).toBe(401)
  })

  test.each([{}, { token: 7 }, { token: 'x' }, { token: 'x'.repeat(10_000) }, [], null, 'null'])(
    'with %j does not work',
    async (body) => {
      const response = await send('/api/v1/session', { method: 'POST', body })
      expect([400, 401, 429]).toContain(response.status)
      expect(response.headers.get('set-cookie')).toBeNull()
    },
  )

  test('makes links for the owner alone', async () => {
    for (const token of ['wrong', plane.node.gatewayToken]) {
      const response = await send('/api/v1/login-links', {
        method: 'POST',
        body: {},
        headers: { authorization: `Bearer ${token}` },
      })
      expect(response.status).toBe(401)
    }
    expect(
      (await send('/api/v1/login-links', { method: 'POST', body: {}, headers: { cookie: await signIn() } })).status,
    ).toBe(401)
  })
})

describe('every answer', () => {
  function byHost(host: string): Promise<{ status: number; headers: NodeJS.Dict<string | string[]> }> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(plane.url)
      httpRequest({ hostname, port, path: '/api/v1/openapi.json', headers: { host } }, (response) => {
        response.resume()
        resolve({ status: response.statusCode ?? 0, headers: response.headers })
      })
        .on('error', reject)
        .end()
    })
  }

  test.each([
    'evil.example',
    'evil.example:4180',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '169.254.169.254',
  ])('to the name %s is a refusal', async (host) => {
    expect((await byHost(host)).status).toBe(403)
  })

  test.each(['127.0.0.1', 'localhost', '127.0.0.1:9999', 'localhost:80'])('to the name %s is given', async (host) => {
    expect((await byHost(host)).status).toBe(200)
  })

  test.each([
    ['/api/v1/openapi.json', 200],
    ['/healthz', 200],
    ['/api/v1/systems', 401],
    ['/api/v1/nowhere', 404],
    ['/nowhere', 404],
    ['/..%2f..%2fetc/passwd', 404],
    ['/api/v1/gateway/bundle', 401],
  ])('like that of %s has the headers that fence a page in', async (path, status) => {
    const response = await send(path)
    expect(response.status).toBe(status)
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|\*/)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('that is a problem has its code, and the headers too', async () => {
    const headers = { authorization: `Bearer ${ownerToken}` }
    for (const [path, call, status] of [
      ['/api/v1/releases/sha256:1', { headers }, 400],
      [`/api/v1/releases/${DIGEST}`, { headers }, 404],
      ['/api/v1/denies', { method: 'POST', body: '{', headers }, 400],
      ['/api/v1/denies', { method: 'POST', body: {}, headers }, 400],
      ['/api/v1/decisions?limit=0', { headers }, 400],
    ] as const) {
      const response = await send(path, call)
      expect([path, response.status, response.headers.get('content-type')]).toEqual([
        path,
        status,
        expect.stringContaining('application/problem+json'),
      ])
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      expect(await response.json()).toMatchObject({
        status,
        code: expect.stringMatching(/^[a-z]+\/[a-z-]+$/),
        title: expect.any(String),
      })
    }
  })
})

test('the OpenAPI document has one path and method per operation', async () => {
  const document = (await (await send('/api/v1/openapi.json')).json()) as {
    openapi: string
    paths: Record<
      string,
      Record<string, { operationId: string; parameters: { name: string; in: string }[]; 'x-gatehouse-roles': string[] }>
    >
  }
  expect(document.openapi).toBe('3.1.0')
  const listed = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => `${operationId} ${method.toUpperCase()} ${path}`),
  )
  expect(listed.toSorted()).toEqual(
    Object.entries(OPERATIONS)
      .map(([name, { method, path }]) => `${name} ${method} /api/v1${path}`)
      // What gateways pull is signed, and no operation of a person.
      .concat('getBundle GET /api/v1/gateway/bundle')
      .toSorted(),
  )
  for (const [path, methods] of Object.entries(document.paths))
    for (const { parameters } of Object.values(methods))
      expect(parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)).toEqual(
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
      )
})
