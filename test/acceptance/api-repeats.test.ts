// What a client may send twice, late, changed, too large or too often: over real HTTP, on one server and on two.
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cursorOf } from '../../src/application/state/page-cursor.ts'
import { epochMs, HOUR_MS } from '../../src/base/instant.ts'
import { BODY_BYTES_USUAL } from '../../src/contract/http/operation.ts'
import { OPERATIONS, type OperationName } from '../../src/contract/http/operations.ts'
import type { ControlPlane } from '../../src/entrypoints/server/start-control-plane.ts'
import { cp } from 'node:fs/promises'
import { callAs, ownerProof, sessionProof, startPlaneOf, type Answer, type Proof } from '../support/plane-client.ts'
import { ownSchema } from '../support/postgres.ts'
import { tempFolder } from '../support/temp-folder.ts'

const cleanUp = new AsyncDisposableStack()
const schema = await ownSchema('repeats')
if (schema !== undefined) cleanUp.use(schema)
let plane: ControlPlane
/** A second server on the same database; without PostgreSQL the one server is asked twice. */
let second: ControlPlane
let admin: Proof
let onSecond: Proof

const DENY = { system: 'shop-bot', scope: { kind: 'system' }, reason: 'drill' } as const
const keyed = (proof: Proof, key: string): Proof => ({ ...proof, 'idempotency-key': key })
const deny = (proof: Proof, key: string, reason = 'drill', on = plane): Promise<Answer> =>
  callAs(on, keyed(proof, key), 'issueDeny', { ...DENY, reason })
const entries = async (): Promise<number> => {
  await plane.node.ledger.refresh()
  return plane.node.ledger.size
}

beforeAll(async () => {
  const folder = cleanUp.use(await tempFolder()).path
  const on = schema === undefined ? {} : { schema: schema.schema }
  plane = cleanUp.use(await startPlaneOf(join(folder, 'one'), on))
  if (schema === undefined) second = plane
  else {
    for (const part of ['keys', 'trust.json'])
      await cp(join(folder, 'one', part), join(folder, 'two', part), { recursive: true })
    second = cleanUp.use(await startPlaneOf(join(folder, 'two'), on))
  }
  admin = await ownerProof(plane)
  onSecond = await ownerProof(second)
})
afterAll(() => cleanUp.disposeAsync())

describe('an idempotency key', () => {
  test('with the same call gives the same answer and one entry, on either server', async () => {
    const before = await entries()
    const first = await deny(admin, 'same')
    expect(first.status).toBe(200)
    for (const [proof, on] of [
      [admin, plane],
      [onSecond, second],
    ] as const)
      expect((await deny(proof, 'same', 'drill', on)).body).toEqual(first.body)
    expect(await entries()).toBe(before + 1)
  })

  test('with another body or another operation is a mismatch, and does nothing', async () => {
    await deny(admin, 'mismatch')
    const before = await entries()
    for (const [proof, on] of [
      [admin, plane],
      [onSecond, second],
    ] as const) {
      const other = await deny(proof, 'mismatch', 'something else', on)
      expect([other.status, other.code]).toEqual([422, 'http/idempotency-mismatch'])
      const elsewhere = await callAs(on, keyed(proof, 'mismatch'), 'liftDeny', { id: 'x', reason: 'drill' })
      expect(elsewhere.code).toBe('http/idempotency-mismatch')
    }
    expect(await entries()).toBe(before)
  })

  test('of ten twins at once, half of them on each server, lets one through', async () => {
    const before = await entries()
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, twin) =>
        twin % 2 === 0 ? deny(admin, 'twins') : deny(onSecond, 'twins', 'drill', second),
      ),
    )
    const done = answers.filter(({ status }) => status === 200)
    expect(done.length).toBeGreaterThanOrEqual(1)
    expect(new Set(done.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    for (const { status, code } of answers)
      if (status !== 200) expect([status, code]).toEqual([409, 'http/idempotency-unknown'])
    expect(await entries()).toBe(before + 1)
  })

  test('of one person says nothing about the same key of another', async () => {
    const [zoe, ada] = await Promise.all(['zoe', 'ada'].map((name) => sessionProof(plane, name, ['responder'])))
    const first = await deny(zoe!, 'shared')
    const other = await deny(ada!, 'shared')
    expect([first.status, other.status]).toEqual([200, 200])
    expect(first.body['id']).not.toBe(other.body['id'])
  })

  test('is free again after a call that was refused before it did anything', async () => {
    const refused = await callAs(plane, keyed(admin, 'again'), 'issueDeny', { ...DENY, reason: '' })
    expect(refused.code).toBe('http/invalid-input')
    expect((await deny(admin, 'again')).status).toBe(200)
  })

  test('is kept for 72 hours and not longer', async () => {
    const { answers } = plane.node.identity
    const now = plane.node.clock()
    const claim = (at: number) =>
      answers.claim('expiry', 'k', { fingerprint: 'f', now: epochMs(at), expiresAt: epochMs(at + 72 * HOUR_MS) })
    expect((await claim(now)).kind).toBe('claimed')
    expect((await claim(now + 72 * HOUR_MS - 1)).kind).toBe('present')
    expect((await claim(now + 72 * HOUR_MS)).kind).toBe('claimed')
  })

  test.each(['', ' ', 'a b', 'ü', 'x'.repeat(201), 'x\ty'])('like %j is refused', async (key) => {
    const before = await entries()
    const headers = new Headers({ ...admin, 'content-type': 'application/json' })
    try {
      headers.set('idempotency-key', key)
    } catch (error) {
      // Some are no header values at all: no client can send them.
      expect(error).toBeInstanceOf(TypeError)
      return
    }
    const response = await fetch(`${plane.url}/api/v1/denies`, { method: 'POST', headers, body: JSON.stringify(DENY) })
    expect([response.status, ((await response.json()) as { code?: string }).code]).toEqual([
      400,
      'http/idempotency-key',
    ])
    expect(await entries()).toBe(before)
  })
})

describe('a version', () => {
  const report = async (title: string): Promise<string> => {
    const { body } = await callAs(plane, admin, 'reportFinding', {
      system: 'shop-bot',
      title,
      description: 'd',
      source: 'person',
      severity: 'low',
      fingerprint: title,
    })
    return String(body['id'])
  }
  const assign = (id: string, ifMatch: string, on = plane, proof = admin): Promise<Answer> =>
    callAs(on, { ...proof, 'if-match': ifMatch }, 'assignFinding', { id, owner: 'zoe' })

  test('that is still the one lets a change through, once', async () => {
    const id = await report('once')
    const read = await callAs(plane, admin, 'getFinding', { id })
    const etag = read.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[\w-]{27}"$/)
    expect((await assign(id, etag)).status).toBe(200)
    const stale = await assign(id, etag)
    expect([stale.status, stale.code]).toEqual([412, 'http/changed'])
    expect((await callAs(plane, admin, 'getFinding', { id })).headers.get('etag')).not.toBe(etag)
  })

  test('of one record lets no change of another through, and `*` any of one that is there', async () => {
    const [id, other] = [await report('first'), await report('second')]
    const etag = (await callAs(plane, admin, 'getFinding', { id: other })).headers.get('etag') ?? ''
    expect((await assign(id, etag)).code).toBe('http/changed')
    expect((await assign(id, `"nothing", ${etag}`)).code).toBe('http/changed')
    expect((await assign(id, '*')).status).toBe(200)
    expect((await assign('FND-none', '*')).code).toMatch(/unknown|changed/)
  })

  test.each(['', '""', 'W/"x"', ','.repeat(290), '"'.repeat(300), 'x'])('like %j lets nothing through', async (tag) => {
    const id = await report(`bad ${tag.length} ${tag.slice(0, 1)}`)
    const answer = await assign(id, tag)
    expect([tag, answer.status < 500, answer.status === 200]).toEqual([tag, true, false])
  })

  test('of two changes at once that saw the same version one wins', async () => {
    const id = await report('race')
    const etag = (await callAs(plane, admin, 'getFinding', { id })).headers.get('etag') ?? ''
    const answers = await Promise.all(
      ['a', 'b', 'c', 'd'].map((owner) =>
        callAs(plane, { ...admin, 'if-match': etag }, 'assignFinding', { id, owner }),
      ),
    )
    expect(answers.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([200, 412, 412, 412])
  })

  test('that the caller has already is not sent again', async () => {
    const id = await report('known')
    const path = `${plane.url}/api/v1/findings/${id}`
    const first = await fetch(path, { headers: admin })
    const etag = first.headers.get('etag') ?? ''
    expect(first.headers.get('cache-control')).toBe('private, no-cache')
    for (const tag of [etag, `W/${etag}`, `"x", ${etag}`]) {
      const again = await fetch(path, { headers: { ...admin, 'if-none-match': tag } })
      expect([tag, again.status, await again.text()]).toEqual([tag, 304, ''])
    }
    expect((await fetch(path, { headers: { ...admin, 'if-none-match': '"x"' } })).status).toBe(200)
    // Who may not read learns nothing by a version.
    expect((await fetch(path, { headers: { 'if-none-match': etag } })).status).toBe(401)
  })
})

describe('a body', () => {
  const send = async (path: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => {
    const response = await fetch(`${plane.url}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...admin, ...headers },
      body,
    })
    const parsed = (await response.json()) as Record<string, unknown>
    return { status: response.status, code: String(parsed['code']), body: parsed, headers: response.headers }
  }
  const padded = (bytes: number): string => `{"system":"${'x'.repeat(bytes - 13)}"}`

  test('is read up to the limit of its operation and not further', async () => {
    expect((await send('/denies', padded(BODY_BYTES_USUAL))).code).toBe('http/invalid-input')
    const larger = await send('/denies', padded(BODY_BYTES_USUAL + 1))
    expect([larger.status, larger.code]).toEqual([413, 'http/too-large'])
    expect(larger.headers.get('content-type')).toContain('application/problem+json')
  })

  test.each([
    ['text/plain', 415, 'http/content-type'],
    ['application/xml', 415, 'http/content-type'],
    ['multipart/form-data; boundary=x', 415, 'http/content-type'],
    ['application/x-www-form-urlencoded', 415, 'http/content-type'],
  ])('of type %s is refused', async (type, status, code) => {
    const answer = await send('/denies', JSON.stringify(DENY), { 'content-type': type })
    expect([answer.status, answer.code]).toEqual([status, code])
  })

  test.each([
    '',
    '{',
    'null',
    '[]',
    '7',
    '"x"',
    '[[[[',
    '{"__proto__":{"system":"shop-bot"}}',
    '\u0000',
    '{"a":1e999}',
  ])('like %j is a problem of the caller', async (body) => {
    const answer = await send('/denies', body)
    expect([answer.status, answer.code]).toEqual([400, expect.stringMatching(/^http\/(?:bad-request|invalid-input)$/)])
  })

  test('that is nested as deep as it is long is refused', async () => {
    for (const depth of [100, 1_000, 100_000]) {
      const answer = await send('/intake', `{"answers":${'['.repeat(depth)}${']'.repeat(depth)}}`)
      expect([depth, answer.status]).toEqual([depth, 400])
    }
  })
})

describe('a cursor', () => {
  const LISTS = (Object.keys(OPERATIONS) as OperationName[]).filter(
    (name) => 'cursor' in ((OPERATIONS[name].input as { shape?: object }).shape ?? {}),
  )
  const list = (name: OperationName, cursor: string): Promise<Answer> =>
    callAs(plane, admin, name, { system: 'shop-bot', cursor })

  test('is taken by every list', () => {
    expect(LISTS.length).toBeGreaterThan(10)
  })

  test.each([
    'x',
    '',
    '*',
    'null',
    'W10',
    cursorOf({ at: epochMs(0), id: '' }).slice(1),
    Buffer.from('[1,2]').toString('base64url'),
    Buffer.from('[-1,"x"]').toString('base64url'),
    Buffer.from('[1.5,"x"]').toString('base64url'),
    Buffer.from('[1e300,"x"]').toString('base64url'),
    Buffer.from('{"at":1}').toString('base64url'),
    'A'.repeat(1_501),
    'A'.repeat(60_000),
  ])('like %.30j is refused by every list', async (cursor) => {
    for (const name of LISTS) {
      const { status } = await list(name, cursor).catch(() => ({ status: 431 }))
      expect([name, [400, 414, 431].includes(status)]).toEqual([name, true])
    }
  })

  test('that is forged leads nowhere but into one’s own list', async () => {
    for (const id of ["' or true; --", '\u0000', '\ue000', '%', 'x'.repeat(200), '\ud800'])
      for (const at of [0, 253_402_300_799_999]) {
        const { status, body } = await list('listDenies', cursorOf({ at: epochMs(at), id }))
        expect([id, at, [200, 400].includes(status)]).toEqual([id, at, true])
        if (status === 200)
          for (const item of body['items'] as { system: string }[]) expect(item.system).toBe('shop-bot')
      }
  })

  test('goes through a list once, whatever the size of its pages', async () => {
    const whole = (await callAs(plane, admin, 'listDenies', { system: 'shop-bot', limit: 1_000 })).body['items']
    const seen: unknown[] = []
    for (let cursor: string | undefined; ;) {
      const { body } = await callAs(plane, admin, 'listDenies', {
        system: 'shop-bot',
        limit: 2,
        ...(cursor === undefined ? {} : { cursor }),
      })
      seen.push(...(body['items'] as unknown[]))
      if (body['nextCursor'] === null) break
      cursor = String(body['nextCursor'])
    }
    expect(seen).toEqual(whole)
  })
})

test('who calls too often is told to wait, and nobody else is', async () => {
  await using folder = await tempFolder()
  await using small = await startPlaneOf(join(folder.path, 'state'), {
    config: { limits: { requestsPerMinute: 20 } } as never,
  })
  const [busy, calm] = [await ownerProof(small), await sessionProof(small, 'zoe', ['engineer'])]
  const answers = await Promise.all(Array.from({ length: 30 }, () => callAs(small, busy, 'whoAmI')))
  const refused = answers.filter(({ status }) => status === 429)
  expect(refused.length).toBe(10)
  for (const { code, headers } of refused) {
    expect(code).toBe('http/too-many')
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect(headers.get('content-type')).toContain('application/problem+json')
  }
  expect((await callAs(small, calm, 'whoAmI')).status).toBe(200)
  expect((await fetch(`${small.url}/healthz`)).status).toBe(200)
})
