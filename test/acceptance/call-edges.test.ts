// Calls that no client of ours makes: each is refused as what it is, and none is a fault of the server.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { z } from 'zod'
import { OPERATIONS, type OperationName } from '../../src/contract/http/operations.ts'
import type { ControlPlane } from '../../src/entrypoints/server/start-control-plane.ts'
import { bearer, callAs, ownerProof, startPlaneOf, type Proof } from '../support/plane-client.ts'
import { putRecords } from '../support/put-records.ts'
import { tempFolder } from '../support/temp-folder.ts'

const cleanUp = new AsyncDisposableStack()
let plane: ControlPlane
let admin: Proof
beforeAll(async () => {
  plane = cleanUp.use(await startPlaneOf(join(cleanUp.use(await tempFolder()).path, 'state')))
  admin = await ownerProof(plane)
})
afterAll(() => cleanUp.disposeAsync())

test.each([201, 5_000, 60_000])('a body nested %d deep is invalid input', async (depth) => {
  const nested = `${'['.repeat(depth)}${']'.repeat(depth)}`
  const fields = `"model":"m","endpoint":"e","promptDigest":"sha256:${'0'.repeat(64)}","redactions":0`
  const response = await fetch(`${plane.url}/api/v1/systems/shop-bot/drafts`, {
    method: 'POST',
    headers: { ...admin, 'content-type': 'application/json' },
    body: `{"kind":"suite","content":{"a":${nested}},${fields}}`,
  })
  expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([400, 'http/invalid-input'])
})

test('jobs of a subject with a null byte are invalid input', async () => {
  const { status, code } = await callAs(plane, admin, 'listJobs', { subject: 'a\0b' })
  expect([status, code]).toEqual([400, 'http/invalid-input'])
})

test.each([
  'problem=a&problem=b',
  'gateway=h',
  'environment=local&environment=x',
  'revision=1&revision=2',
  'waitMs=1&waitMs=2',
])('a gateway that says something twice (%s) is given its bundle', async (query) => {
  const url = `${plane.url}/api/v1/gateway/bundle?gateway=g&${query}`
  expect((await fetch(url, { headers: bearer(plane.node.gatewayToken) })).status).toBe(200)
})

test.each(['https://[zz]/x', 'https://a.example:99999/', 'http://[::1', 'https://%zz/'])(
  'a webhook to %s is refused: it is no address',
  async (url) => {
    const { code } = await callAs(plane, admin, 'addWebhook', { url, description: '', events: ['*'], systems: null })
    expect(code).toBe('webhook/url')
  },
)

test('a risk whose acceptance has lapsed is changed by who has read it, and by nobody with an older version', async () => {
  const now = plane.node.clock()
  const added = await callAs(plane, admin, 'addRisk', { system: 'mine-bot', kind: 'person', title: 't' })
  const known = await plane.node.store.get('risks', String(added.body['id']))
  if (known === undefined) throw new Error('the risk is not stored')
  const acceptance = { reason: 'r', askedBy: 'x', askedAt: now - 9, expiresAt: now - 5, state: 'carried', words: [] }
  const id = 'RSK-lapsed'
  const document = { ...known.document, id, treatment: 'accepted', acceptance }
  await putRecords(plane.node, [{ kind: 'risks', record: { ...known, id, status: 'accepted', document } }])
  const read = await callAs(plane, admin, 'getRisk', { id })
  expect(read.body['treatment']).not.toBe('accepted')
  const etag = read.headers.get('etag') ?? ''
  const assess = (): ReturnType<typeof callAs> =>
    callAs(plane, { ...admin, 'if-match': etag }, 'assessRisk', { id, likelihood: 2, impact: 2, note: 'n' })
  expect((await assess()).status).toBe(200)
  expect((await assess()).code).toBe('http/changed')
})

test.each(['text/event-stream', '*/*'])(
  'HEAD of the events (Accept: %s) is answered at once, and opens no stream',
  async (accept) => {
    const response = await fetch(`${plane.url}/api/v1/events`, { method: 'HEAD', headers: { ...admin, accept } })
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('application/json'),
    ])
    expect(plane.openStreams).toBe(0)
  },
)

test.each([
  { method: 'POST', path: '/systems', allow: 'GET, HEAD' },
  { method: 'DELETE', path: '/findings/FND-1', allow: 'GET, HEAD' },
  { method: 'GET', path: '/denies/x/lift', allow: 'POST' },
  { method: 'PUT', path: '/denies?system=a', allow: 'GET, HEAD, POST' },
  { method: 'OPTIONS', path: '/gateway/bundle', allow: 'GET, HEAD' },
  { method: 'PATCH', path: '/session', allow: 'POST' },
  { method: 'DELETE', path: '/openapi.json', allow: 'GET, HEAD' },
])('$method $path is no method of that path: 405 names those that it has', async ({ method, path, allow }) => {
  const response = await fetch(`${plane.url}/api/v1${path}`, { method, headers: admin })
  expect([response.status, response.headers.get('allow')]).toEqual([405, allow])
  expect(await response.json()).toMatchObject({ code: 'http/method', status: 405 })
})

test.each(['/nothing', '/findings/FND-1/nothing', `/${'a/'.repeat(500)}`, '/denies//lift'])(
  '%s is no path, by whatever method',
  async (path) => {
    for (const method of ['GET', 'DELETE', 'OPTIONS']) {
      const response = await fetch(`${plane.url}/api/v1${path}`, { method, headers: admin })
      expect([method, response.status, response.headers.get('allow')]).toEqual([method, 404, null])
    }
  },
)

test.each([(etag: string) => etag, (etag: string) => `W/${etag}`, (etag: string) => `"other", W/${etag}`])(
  'a gateway that has the bundle waits, also where a proxy has marked its tag as weak (form %#)',
  async (form) => {
    const url = `${plane.url}/api/v1/gateway/bundle?waitMs=1`
    const headers = bearer(plane.node.gatewayToken)
    const etag = (await fetch(url, { headers })).headers.get('etag') ?? ''
    const again = await fetch(url, { headers: { ...headers, 'if-none-match': form(etag) } })
    expect([again.status, again.headers.get('etag')]).toEqual([304, etag])
  },
)

test.each<{ name: OperationName; input: Readonly<Record<string, unknown>>; field: string }>([
  { name: 'listFindings', input: { systm: 'shop' }, field: 'systm' },
  { name: 'listSystems', input: { system: 'shop' }, field: 'system' },
  {
    name: 'reportFinding',
    input: { system: 'shop', title: 't', description: '', source: 'person', severty: 'high' },
    field: 'severty',
  },
  { name: 'assignFinding', input: { id: 'FND-1', severty: 'high' }, field: 'severty' },
  {
    name: 'issueDeny',
    input: { system: 'shop', scope: { kind: 'system', tool: 'x' }, reason: 'r' },
    field: 'scope.tool',
  },
  {
    name: 'importFindings',
    input: {
      system: 'shop',
      source: 'person',
      findings: [{ title: 't', description: '', severity: 'low', fingerprint: 'f', risks: [], locaton: 'l' }],
    },
    field: 'findings.0.locaton',
  },
])('$name refuses a field that it does not know, and names it', async ({ name, input, field }) => {
  const { status, code, body } = await callAs(plane, admin, name, input)
  expect([status, code, body['title']]).toEqual([400, 'http/invalid-input', `\`${field}\`: no such field`])
})

test('no operation takes a field that its schema does not name', () => {
  for (const [name, { input }] of Object.entries(OPERATIONS)) {
    const { success, error } = (input as z.ZodType).safeParse({ nobodyKnowsThis: 1 })
    expect([name, success, JSON.stringify(error?.issues)]).toEqual([
      name,
      false,
      expect.stringContaining('nobodyKnowsThis'),
    ])
  }
})

test('a kill switch that nobody threw is unknown, and one that was taken back is off', async () => {
  const lift = (id: string): ReturnType<typeof callAs> => callAs(plane, admin, 'liftDeny', { id, reason: 'over' })
  expect(await lift('x')).toMatchObject({ status: 404, code: 'kill/unknown' })
  const thrown = await callAs(plane, admin, 'issueDeny', { system: 'shop', scope: { kind: 'system' }, reason: 'r' })
  expect((await lift(String(thrown.body['id']))).status).toBe(200)
  expect(await lift(String(thrown.body['id']))).toMatchObject({ status: 409, code: 'kill/not-active' })
})
