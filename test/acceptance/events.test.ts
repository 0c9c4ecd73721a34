import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ControlPlane } from '../../src/entrypoints/server/start-control-plane.ts'
import { readEventsOf, type EventReader } from '../support/event-reader.ts'
import { bearer, callAs, ownerProof, sessionProof, startPlaneOf, type Proof } from '../support/plane-client.ts'
import { ownSchema } from '../support/postgres.ts'
import { putRecords } from '../support/put-records.ts'
import { eventually, tempFolder } from '../support/temp-folder.ts'

const TIMES = { heartbeatMs: 150, slowMs: 300 }
const cleanUp = new AsyncDisposableStack()
let folder: string
let plane: ControlPlane
let admin: Proof

beforeAll(async () => {
  folder = cleanUp.use(await tempFolder()).path
  plane = cleanUp.use(await startPlaneOf(join(folder, 'state'), { streamTimes: TIMES }))
  admin = await ownerProof(plane)
})
afterAll(() => cleanUp.disposeAsync())

async function halt(system = 'shop', on = plane, proof = admin): Promise<string> {
  const { body } = await callAs(on, proof, 'issueDeny', { system, scope: { kind: 'system' }, reason: 'raw-reason' })
  return String(body['id'])
}

const subjects = (reader: EventReader): readonly unknown[] =>
  reader.heard.items.flatMap(({ data }) => (data['data'] as { subject?: string } | undefined)?.subject ?? [])
const untilSubject = (reader: EventReader, id: string): Promise<unknown> =>
  reader.heard.until(() => subjects(reader).includes(id))
const untilEnd = (reader: EventReader): Promise<unknown> =>
  reader.heard.until((items) => items.some(({ event }) => event === 'end'))
const endCode = (reader: EventReader): unknown => reader.heard.items.find(({ event }) => event === 'end')?.data['code']

describe('a stream of events', () => {
  test('tells what happens from now on, with its place, and not what the record holds', async () => {
    const before = await halt()
    await using reader = await readEventsOf(plane.url, admin)
    expect([reader.status, reader.headers['content-type'], reader.headers['cache-control']]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      'no-store',
    ])
    const id = await halt()
    await untilSubject(reader, id)
    expect(subjects(reader)).not.toContain(before)
    expect(reader.heard.items.at(-1)).toMatchObject({
      id: String(plane.node.ledger.size - 1),
      event: 'deny.issued',
      data: { type: 'deny.issued', data: { organization: 'local', system: 'shop', subject: id } },
    })
    expect(reader.text()).not.toContain('raw-reason')
  })

  test('goes on behind the last event that a client has had, without a gap and without a repetition', async () => {
    const first = await readEventsOf(plane.url, admin)
    const begun = await halt()
    await untilSubject(first, begun)
    const lastEventId = first.lastId()
    await first[Symbol.asyncDispose]()
    const missed = [await halt(), await halt(), await halt()]
    await using again = await readEventsOf(plane.url, admin, { lastEventId, after: 0 })
    await untilSubject(again, missed[2] ?? '')
    expect(subjects(again)).toEqual(missed)
  })

  test('begins at the beginning when asked to, and shows that it lives when nothing happens', async () => {
    await using reader = await readEventsOf(plane.url, admin, { after: -1 })
    const page = await callAs(plane, admin, 'listEvents', { limit: 500 })
    const items = page.body['items'] as unknown as { readonly index: number }[]
    await reader.heard.until((heard) => heard.length >= items.length)
    expect(reader.heard.items.map(({ id }) => Number(id))).toEqual(items.map(({ index }) => index))
    const length = reader.text().length
    await reader.heard.until(() => true)
    while (!reader.text().slice(length).includes(': alive')) await new Promise((resolve) => setImmediate(resolve))
  })

  test.each(['x', '1.5', '-2', '99999999999999999999', '1;2'])(
    'refuses `%s` as a place to go on from',
    async (lastEventId) => {
      await using reader = await readEventsOf(plane.url, admin, { lastEventId })
      expect(reader.status).toBe(400)
    },
  )

  test('says so when the place lies behind the end', async () => {
    await using reader = await readEventsOf(plane.url, admin, { lastEventId: '1000000' })
    await reader.heard.until((items) => items.some(({ event }) => event === 'reset'))
    const id = await halt()
    await untilSubject(reader, id)
  })

  test('needs somebody who may read', async () => {
    await using nobody = await readEventsOf(plane.url, {})
    await using gateway = await readEventsOf(plane.url, bearer(plane.node.gatewayToken))
    expect([nobody.status, gateway.status]).toEqual([401, 403])
  })

  test('tells of credentials only those who keep them', async () => {
    await using engineer = await readEventsOf(plane.url, await sessionProof(plane, 'e', ['engineer']))
    await using security = await readEventsOf(plane.url, await sessionProof(plane, 's', ['security']))
    await callAs(plane, admin, 'createKey', {
      name: 'k',
      roles: ['auditor'],
      operations: null,
      systems: null,
      environment: null,
    })
    const id = await halt()
    await Promise.all([untilSubject(engineer, id), untilSubject(security, id)])
    const types = (reader: EventReader): readonly string[] => reader.heard.items.map(({ event }) => event)
    expect(types(security)).toContain('key.created')
    expect(types(engineer).filter((type) => type.startsWith('key.') || type.startsWith('session.'))).toEqual([])
  })

  test('tells a key that is bound to systems of these systems alone', async () => {
    const { body } = await callAs(plane, admin, 'createKey', {
      name: 'shop only',
      roles: ['engineer'],
      operations: null,
      systems: ['shop'],
      environment: null,
    })
    const key = bearer(String(body['token']))
    await using reader = await readEventsOf(plane.url, key)
    const other = await halt('bank')
    const own = await halt('shop')
    await untilSubject(reader, own)
    expect(subjects(reader)).not.toContain(other)
    const page = await callAs(plane, key, 'listEvents', { limit: 500 })
    const systems = (page.body['items'] as unknown as { system: string }[]).map(({ system }) => system)
    expect(new Set(systems)).toEqual(new Set(['shop']))
  })

  test('shows an auditor share nothing', async () => {
    await putRecords(plane.node, [
      {
        kind: 'releases',
        record: {
          id: 'r-1',
          system: 'shop',
          releaseDigest: null,
          status: 'registered',
          topic: 'shop',
          at: plane.node.clock(),
          document: {},
        },
      },
    ])
    const made = await callAs(plane, admin, 'createShare', {
      system: 'shop',
      frameworks: ['*'],
      audience: 'a',
      days: 1,
    })
    await using reader = await readEventsOf(plane.url, bearer(String(made.body['token'])))
    expect(reader.status).toBe(403)
  })

  test('ends with the session that opened it, before anything else is told', async () => {
    const session = await sessionProof(plane, 'leaver', ['engineer'])
    await using reader = await readEventsOf(plane.url, session)
    const { body } = await callAs(plane, admin, 'listSessions')
    const { id } =
      (body['items'] as unknown as { id: string; name: string }[]).find(({ name }) => name === 'leaver') ?? {}
    await callAs(plane, admin, 'revokeSession', { id: id ?? '' })
    const after = await halt()
    await untilEnd(reader)
    await reader.ended
    expect(endCode(reader)).toBe('events/credential-ended')
    expect(subjects(reader)).not.toContain(after)
  })

  test('ends with the key that opened it', async () => {
    const { body } = await callAs(plane, admin, 'createKey', {
      name: 'k2',
      roles: ['auditor'],
      operations: null,
      systems: null,
      environment: null,
    })
    await using reader = await readEventsOf(plane.url, bearer(String(body['token'])))
    await callAs(plane, admin, 'revokeKey', { id: String(body['id']) })
    await untilEnd(reader)
    expect(endCode(reader)).toBe('events/credential-ended')
  })

  test('is bounded in number for each caller', async () => {
    const session = await sessionProof(plane, 'many', ['engineer'])
    const readers: EventReader[] = []
    for (let count = 0; count < 9; count++) readers.push(await readEventsOf(plane.url, session))
    expect(readers.map(({ status }) => status)).toEqual([...Array.from({ length: 8 }, () => 200), 429])
    for (const reader of readers) await reader[Symbol.asyncDispose]()
  })

  test('says a last word when its server stops', async () => {
    const other = await startPlaneOf(join(folder, 'stopping'), { streamTimes: TIMES })
    await using reader = await readEventsOf(other.url, await ownerProof(other))
    await other[Symbol.asyncDispose]()
    await reader.ended
    expect(endCode(reader)).toBe('events/closing')
  })
})

test('a reader that does not read is cut, and loses nothing by coming back', async () => {
  await using other = await startPlaneOf(join(folder, 'slow'), { streamTimes: TIMES })
  const owner = await ownerProof(other)
  const reader = await readEventsOf(other.url, owner, { after: -1 })
  reader.pause()
  // More than the buffers of both ends take; an entry that changes no record, to be quick.
  const [entries, chars] = [800, 20_000]
  for (let from = 0; from < entries; from += 100)
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        other.node.recorder.append({
          type: 'evidence.exported',
          actor: 'test',
          releaseDigest: null,
          payload: { head: { id: `${from + index}-${'x'.repeat(chars)}`, system: 'shop', status: '', topic: '' } },
        }),
      ),
    )
  await eventually(
    () => other.openStreams,
    (open) => open === 0,
  )
  // What still lies in the buffers arrives, or not: the connection is closed behind it.
  reader.resume()
  await reader.ended
  expect(reader.heard.items.length).toBeLessThan(entries)
  await using again = await readEventsOf(other.url, owner, { lastEventId: reader.lastId() })
  const exported = (): readonly string[] =>
    [...reader.heard.items, ...again.heard.items].flatMap(({ event, id }) =>
      event === 'evidence.exported' ? [id] : [],
    )
  await again.heard.until(() => exported().length >= entries)
  expect(new Set(exported()).size).toBe(entries)
})

const schema = await ownSchema('events')
afterAll(() => schema?.[Symbol.asyncDispose]())

describe.skipIf(schema === undefined)('two servers on one PostgreSQL', () => {
  test('tell of what the other one did, and of nothing of another organization', async () => {
    const on = { schema: schema?.schema ?? '', streamTimes: TIMES }
    await using one = await startPlaneOf(join(folder, 'one'), on)
    await cp(join(folder, 'one', 'keys'), join(folder, 'two', 'keys'), { recursive: true })
    await cp(join(folder, 'one', 'trust.json'), join(folder, 'two', 'trust.json'))
    await using two = await startPlaneOf(join(folder, 'two'), on)
    await using foreign = await startPlaneOf(join(folder, 'foreign'), { ...on, organization: 'foreign' })
    const [onOne, onTwo, onForeign] = [await ownerProof(one), await ownerProof(two), await ownerProof(foreign)]
    await using reader = await readEventsOf(two.url, onTwo)
    await using outsider = await readEventsOf(foreign.url, onForeign, { after: -1 })
    const here = await halt('shop', one, onOne)
    await untilSubject(reader, here)
    const there = await halt('shop', foreign, onForeign)
    await untilSubject(outsider, there)
    expect(subjects(reader)).not.toContain(there)
    expect(subjects(outsider)).not.toContain(here)
    const lastEventId = reader.lastId()
    const next = await halt('shop', two, onTwo)
    await using moved = await readEventsOf(one.url, onOne, { lastEventId })
    await untilSubject(moved, next)
    expect(subjects(moved)).toEqual([next])
  })
})
