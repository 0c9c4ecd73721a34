// Calls that no client of ours makes: each is refused as what it is, and none is a fault of the server.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
