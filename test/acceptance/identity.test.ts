// Credentials over real HTTP: sessions, API keys, workload keys, shares. Time is moved by giving the use cases another clock.
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildBundle } from '../../src/application/admission/build-bundle.ts'
import { createKey, keyPrincipal, rotateKey } from '../../src/application/identity/api-keys.ts'
import type { IdentityNode } from '../../src/application/identity/identity-node.ts'
import { keyEndedBetween } from '../../src/application/identity/key-ends.ts'
import { sessionPrincipal, startSession } from '../../src/application/identity/sessions.ts'
import { DAY_MS, epochMs, HOUR_MS, MINUTE_MS } from '../../src/base/instant.ts'
import type { ControlPlane } from '../../src/entrypoints/server/start-control-plane.ts'
import { gateOrThrow, sessionOn } from '../support/owned-state.ts'
import { bearer, callAs, ownerProof, sessionProof, startPlaneOf, type Proof } from '../support/plane-client.ts'
import { ownSchema } from '../support/postgres.ts'
import { putRecords } from '../support/put-records.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { SYSTEM, writeTinyProject } from '../support/tiny-project.ts'

const cleanUp = new AsyncDisposableStack()
const schema = await ownSchema('identity')
if (schema !== undefined) cleanUp.use(schema)
let plane: ControlPlane
let admin: Proof
let folder: string

const start = () => startPlaneOf(join(folder, 'state'), schema === undefined ? {} : { schema: schema.schema })

beforeAll(async () => {
  folder = cleanUp.use(await tempFolder()).path
  plane = await start()
  cleanUp.defer(() => plane[Symbol.asyncDispose]())
  await gateOrThrow(sessionOn(plane.node), await writeTinyProject(join(folder, 'project')))
  admin = await ownerProof(plane)
})
afterAll(() => cleanUp.disposeAsync())

/** The same state, some time later. */
const later = (ms: number): IdentityNode => ({ ...plane.node, clock: () => epochMs(plane.node.clock() + ms) })
const ALL = { operations: null, systems: null, environment: null }

describe('a session', () => {
  const begin = async (node: IdentityNode = plane.node, name = 'zoe'): Promise<string> => {
    const started = await startSession(node, { name, roles: ['engineer'] }, { method: 'oidc', client: 'a browser' })
    if (!started.ok) throw new Error(started.failure.message)
    return started.value
  }
  const isHeld = async (token: string, ms: number, mayRotate = false): Promise<boolean> =>
    (await sessionPrincipal(later(ms), token, { mayRotate })) !== undefined

  test('lasts while it is used, and ends after two idle hours', async () => {
    const token = await begin()
    expect(await isHeld(token, HOUR_MS)).toBe(true)
    expect(await isHeld(token, 2.9 * HOUR_MS)).toBe(true)
    expect(await isHeld(token, 5 * HOUR_MS)).toBe(false)
    // It is gone, not asleep.
    expect(await isHeld(token, 0)).toBe(false)
  })

  test('ends after twelve hours, however much it is used', async () => {
    const token = await begin()
    for (let hour = 1; hour <= 12; hour++)
      expect([hour, await isHeld(token, hour * HOUR_MS - MINUTE_MS)]).toEqual([hour, true])
    expect(await isHeld(token, 12 * HOUR_MS + MINUTE_MS)).toBe(false)
  })

  test('changes its token in use; the old one counts for a minute, and kills the session when it comes back later', async () => {
    const first = await begin()
    const held = await sessionPrincipal(later(16 * MINUTE_MS), first, { mayRotate: true })
    const second = held?.rotatedTo ?? ''
    expect(second).toMatch(/^[\w-]{43}$/)
    expect(await isHeld(first, 16.5 * MINUTE_MS, true)).toBe(true)
    expect(await isHeld(second, 16.5 * MINUTE_MS)).toBe(true)
    expect(await isHeld(first, 18 * MINUTE_MS)).toBe(false)
    expect(await isHeld(second, 18 * MINUTE_MS)).toBe(false)
  })

  test('rotated twice at once has one new token', async () => {
    const token = await begin()
    const both = await Promise.all(
      [1, 2].map(() => sessionPrincipal(later(20 * MINUTE_MS), token, { mayRotate: true })),
    )
    expect(both.filter((held) => held?.rotatedTo !== undefined)).toHaveLength(1)
    expect(both.every((held) => held?.principal.name === 'zoe')).toBe(true)
  })

  test('of a browser is exchanged over HTTP by a new cookie', async () => {
    const token = await begin(later(-20 * MINUTE_MS))
    const proof = { cookie: `gatehouse_session=${token}` }
    const answer = await callAs(plane, proof, 'whoAmI')
    expect(answer.body).toMatchObject({
      name: 'zoe',
      roles: ['engineer'],
      credential: 'session',
      organization: 'local',
    })
    const next = /gatehouse_session=([\w-]{43}); Path=\/; HttpOnly; SameSite=Strict/.exec(
      answer.headers.get('set-cookie') ?? '',
    )?.[1]
    expect(next).toBeDefined()
    expect((await callAs(plane, { cookie: `gatehouse_session=${next}` }, 'whoAmI')).status).toBe(200)
  })

  test('is listed to its person and revoked by them, by an admin, and by nobody else', async () => {
    const mine = await sessionProof(plane, 'mine', ['engineer'])
    const other = await sessionProof(plane, 'other', ['engineer'])
    const listed = (await callAs(plane, mine, 'listSessions')).body['items'] as { id: string; isCurrent: boolean }[]
    expect(listed).toHaveLength(1)
    expect(listed[0]).toMatchObject({ isCurrent: true, name: 'mine', client: 'test', method: 'oidc' })
    const id = listed[0]?.id ?? ''
    expect((await callAs(plane, other, 'revokeSession', { id })).code).toBe('session/unknown')
    expect((await callAs(plane, mine, 'whoAmI')).status).toBe(200)
    expect((await callAs(plane, admin, 'revokeSession', { id })).status).toBe(200)
    expect((await callAs(plane, mine, 'whoAmI')).status).toBe(401)
    expect((await callAs(plane, other, 'whoAmI')).status).toBe(200)
  })

  test('fifty-first of a person takes the place of the oldest', async () => {
    const oldest = await begin(later(-HOUR_MS), 'busy')
    for (let count = 0; count < 50; count++) await begin(later(-HOUR_MS + count), 'busy')
    expect(await isHeld(oldest, 0)).toBe(false)
    expect(await plane.node.identity.sessions.list('busy', 1_000)).toHaveLength(50)
  })

  test('and a key survive a restart, and no secret lies in the state', async () => {
    const token = await begin()
    const made = await createKey(
      plane.node,
      { name: 'zoe', roles: ['engineer'] },
      { name: 'k', roles: ['engineer'], ...ALL },
    )
    const key = made.ok ? made.value.token : ''
    await plane[Symbol.asyncDispose]()
    plane = await start()
    admin = await ownerProof(plane)
    expect((await callAs(plane, { cookie: `gatehouse_session=${token}` }, 'whoAmI')).status).toBe(200)
    expect((await callAs(plane, bearer(key), 'whoAmI')).status).toBe(200)
    const rows: string[] = []
    for await (const entry of plane.node.ledger.read(0, plane.node.ledger.size)) rows.push(JSON.stringify(entry))
    rows.push(JSON.stringify(await plane.node.identity.sessions.list(undefined, 1_000)))
    for (const secret of [token, key, key.slice(-43)]) expect(rows.join('')).not.toContain(secret)
  })
})

describe('an API key', () => {
  const make = async (proof: Proof, input: object) =>
    callAs(plane, proof, 'createKey', { name: 'ci', ...ALL, ...input })
  const keyFor = async (input: object): Promise<Proof> => bearer(String((await make(admin, input)).body['token']))

  test('holds no role that its maker lacks', async () => {
    const engineer = await sessionProof(plane, 'eng', ['engineer'])
    expect((await make(engineer, { roles: ['engineer'] })).status).toBe(200)
    for (const roles of [['admin'], ['engineer', 'responder'], ['auditor']])
      expect((await make(engineer, { roles })).code).toBe('key/role')
    for (const roles of [['gateway'], ['share'], ['root'], ['__proto__']])
      expect((await make(admin, { roles })).code).toBe('http/invalid-input')
  })

  test.each([
    [{ roles: [] }, 'nothing'],
    [{ roles: ['engineer'], operations: ['issueDeny'] }, 'an operation that its role does not admit'],
    [{ roles: ['admin'], operations: ['createKey'] }, 'an operation that makes credentials'],
    [{ roles: ['admin'], operations: ['nothing'] }, 'an operation that is none'],
    [{ roles: ['admin'], operations: ['__proto__'] }, 'a name of the language'],
    [{ roles: ['admin'], operations: ['issueDeny'], environment: 'staging' }, 'a write that no environment bounds'],
    [{ roles: [], operations: ['useGateway'] }, 'the gateway of every system'],
    [
      { roles: ['admin'], operations: ['useGateway'], systems: ['shop-bot'], environment: 'local' },
      'the gateway and roles',
    ],
  ] as const)('for %j is not made: it would be for %s', async (...[input]) => {
    expect((await make(admin, input)).code).toBe('key/scope')
  })

  test('bound to operations, a system and an environment opens just these', async () => {
    const key = await keyFor({
      roles: ['engineer'],
      operations: ['listReleases', 'listSystems', 'getRelease', 'listRisks', 'gateRelease'],
      systems: ['other-bot'],
      environment: 'staging',
    })
    const digest = String(
      ((await callAs(plane, admin, 'listReleases', { system: SYSTEM })).body['items'] as { digest: string }[])[0]
        ?.digest,
    )
    expect((await callAs(plane, key, 'listReleases', { system: 'other-bot' })).status).toBe(200)
    expect((await callAs(plane, key, 'listSystems')).body).toEqual({ items: [], nextCursor: null })
    for (const [name, input] of [
      ['listReleases', { system: SYSTEM }],
      ['getRelease', { digest }],
      ['listRisks', {}],
      ['listExceptions', { system: 'other-bot' }],
      ['getLedger', {}],
    ] as const)
      expect([name, (await callAs(plane, key, name, input)).code]).toEqual([name, 'http/outside-scope'])
    const release = { manifest: { metadata: { name: 'other-bot' } }, files: {}, prompts: {}, toolSchemas: {} }
    const gate = { release, packs: [{ file: 'p', text: 'x' }], author: 'a', expectedKeys: {}, facts: {} }
    expect((await callAs(plane, key, 'gateRelease', { ...gate, environment: 'production' })).code).toBe(
      'http/outside-scope',
    )
    expect((await callAs(plane, key, 'gateRelease', { ...gate, environment: 'staging' })).code).not.toBe(
      'http/outside-scope',
    )
    const inside = await keyFor({ roles: ['engineer'], systems: [SYSTEM] })
    expect((await callAs(plane, inside, 'getRelease', { digest })).status).toBe(200)
    expect((await callAs(plane, inside, 'listSystems')).body['items']).toHaveLength(1)
  })

  test('rotates with an overlap, and is used by either secret until it ends', async () => {
    const made = await make(admin, { roles: ['engineer'] })
    const first = String(made.body['token'])
    const rotated = await callAs(plane, admin, 'rotateKey', { id: made.body['id'], overlapHours: 24 })
    const second = String(rotated.body['token'])
    expect(rotated.body['secretsInForce']).toBe(2)
    for (const token of [first, second]) expect((await callAs(plane, bearer(token), 'whoAmI')).status).toBe(200)
    expect(await keyPrincipal(later(25 * HOUR_MS), first)).toBeUndefined()
    expect(await keyPrincipal(later(25 * HOUR_MS), second)).toMatchObject({ name: 'owner' })
    expect(await keyPrincipal(later(91 * DAY_MS), second)).toBeUndefined()
    const third = String(
      (await callAs(plane, admin, 'rotateKey', { id: made.body['id'], overlapHours: 0 })).body['token'],
    )
    for (const token of [first, second]) expect((await callAs(plane, bearer(token), 'whoAmI')).status).toBe(401)
    expect((await callAs(plane, bearer(third), 'whoAmI')).status).toBe(200)
  })

  test('rotated again while an overlap runs, each secret counts until its own end; a third waits, or ends them all', async () => {
    const made = await make(admin, { roles: ['engineer'] })
    const id = String(made.body['id'])
    const rotate = async (node: IdentityNode, overlapHours: number): Promise<string> => {
      const rotated = await rotateKey(node, { name: 'owner', roles: ['admin'] }, { id, overlapHours })
      if (!rotated.ok) throw new Error(rotated.failure.code)
      return rotated.value.token
    }
    const tokens = [String(made.body['token']), await rotate(plane.node, 1), await rotate(plane.node, 3)]
    const inForce = async (ms: number): Promise<readonly boolean[]> =>
      Promise.all(tokens.map(async (token) => (await keyPrincipal(later(ms), token)) !== undefined))
    expect(await inForce(30 * MINUTE_MS)).toEqual([true, true, true])
    expect(await inForce(2 * HOUR_MS)).toEqual([false, true, true])
    expect(await inForce(4 * HOUR_MS)).toEqual([false, false, true])
    expect(await callAs(plane, admin, 'rotateKey', { id, overlapHours: 1 })).toMatchObject({
      status: 409,
      code: 'key/overlap',
    })
    expect(await inForce(0)).toEqual([true, true, true])
    // One of the two has ended meanwhile.
    tokens.push(await rotate(later(2 * HOUR_MS), 24))
    expect(await inForce(2 * HOUR_MS)).toEqual([false, true, true, true])
    tokens.push(await rotate(later(2 * HOUR_MS), 0))
    expect(await inForce(2 * HOUR_MS)).toEqual([false, false, false, false, true])
  })

  test('is rotated by nobody who could not make it now, its owner included', async () => {
    const made = await make(await sessionProof(plane, 'dee', ['admin', 'engineer']), { roles: ['engineer', 'admin'] })
    const id = made.body['id']
    const demoted = await sessionProof(plane, 'dee', ['engineer'])
    const refused = await callAs(plane, demoted, 'rotateKey', { id, overlapHours: 0 })
    expect([refused.code, refused.body['token']]).toEqual(['key/role', undefined])
    expect((await callAs(plane, bearer(String(made.body['token'])), 'whoAmI')).status).toBe(200)
    expect((await callAs(plane, admin, 'rotateKey', { id, overlapHours: 0 })).status).toBe(200)
    expect((await callAs(plane, demoted, 'revokeKey', { id })).status).toBe(200)
  })

  test('that has expired takes nobody the place of another, and can still be revoked', async () => {
    const { body } = await make(admin, { roles: ['engineer'], days: 1 })
    const known = await plane.node.store.get('api_keys', String(body['id']))
    if (known === undefined) throw new Error('the key is not stored')
    const copies = (prefix: string, expiresAt: number, count: number) =>
      Array.from({ length: count }, (_, index) => {
        const id = `${prefix}${String(index).padStart(4, '0')}`
        const document = { ...known.document, id, expiresAt }
        return { kind: 'api_keys' as const, record: { ...known, id, topic: 'crowd', document } }
      })
    const now = plane.node.clock()
    await putRecords(plane.node, copies('ENDED', now - 1, 1_000))
    expect((await make(admin, { roles: ['engineer'] })).status).toBe(200)
    const revoked = await callAs(plane, admin, 'revokeKey', { id: 'ENDED0000' })
    expect([revoked.status, revoked.body['revokedBy']]).toEqual([200, 'owner'])
    expect((await callAs(plane, admin, 'revokeKey', { id: 'ENDED0000' })).code).toBe('key/ended')
    expect((await callAs(plane, admin, 'rotateKey', { id: 'ENDED0001', overlapHours: 0 })).code).toBe('key/ended')
    // The day before they were in force, and that many are enough.
    const before = await createKey(
      later(-DAY_MS),
      { name: 'eng', roles: ['engineer'] },
      { name: 'k', roles: ['engineer'], ...ALL },
    )
    expect(before.ok ? 'made' : before.failure.code).toBe('key/too-many')
  })

  test('tells when it was used last, and is revoked at once', async () => {
    const made = await make(admin, { roles: ['auditor'] })
    const of = async (): Promise<unknown> =>
      ((await callAs(plane, admin, 'listKeys')).body['items'] as { id: string }[]).find(
        ({ id }) => id === made.body['id'],
      )
    expect(await of()).toMatchObject({ lastUsedAt: null, owner: 'owner' })
    expect(JSON.stringify(await of())).not.toMatch(/sha256|token/)
    const key = bearer(String(made.body['token']))
    await callAs(plane, key, 'whoAmI')
    expect(await of()).toMatchObject({ lastUsedAt: expect.any(Number) })
    expect(
      (await callAs(plane, await sessionProof(plane, 'eng', ['engineer']), 'revokeKey', { id: made.body['id'] })).code,
    ).toBe('key/unknown')
    expect((await callAs(plane, admin, 'revokeKey', { id: made.body['id'] })).status).toBe(200)
    expect((await callAs(plane, key, 'whoAmI')).status).toBe(401)
    expect((await callAs(plane, admin, 'rotateKey', { id: made.body['id'], overlapHours: 1 })).code).toBe('key/ended')
  })

  test.each([
    'ghk_',
    'ghk_01JDXXXXXXXXXXXXXXXXXXXXXX_',
    'ghs_x',
    'ghc_x',
    'x',
    `ghk_${'A'.repeat(26)}_${'a'.repeat(43)}`,
  ])('like %s is nobody, also beside a good cookie', async (token) => {
    const { cookie = '' } = await sessionProof(plane, 'eng', ['engineer'])
    expect((await callAs(plane, { cookie, ...bearer(token) }, 'whoAmI')).status).toBe(401)
    expect((await callAs(plane, { cookie, authorization: 'Basic eDp4' }, 'whoAmI')).status).toBe(401)
  })

  test('of an application is carried to the gateways of its environment until it ends', async () => {
    const made = await make(admin, { roles: [], operations: ['useGateway'], systems: [SYSTEM], environment: 'local' })
    const token = String(made.body['token'])
    const carried = async (node: IdentityNode, environment: string): Promise<string> => {
      const { payload } = await buildBundle(node, plane.node.bundleKeys, environment, 0)
      return Buffer.from(payload, 'base64').toString()
    }
    const id = String(made.body['id'])
    expect(await carried(plane.node, 'local')).toContain(id)
    expect(await carried(plane.node, 'production')).not.toContain(id)
    expect(await carried(plane.node, 'local')).not.toContain(token)
    expect(await carried(later(91 * DAY_MS), 'local')).not.toContain(id)
    const end = epochMs(Number(made.body['expiresAt']))
    expect(await keyEndedBetween(plane.node, epochMs(end - 1), end)).toBe(true)
    expect(await keyEndedBetween(plane.node, end, epochMs(end + DAY_MS / 24 / 60 / 60_000))).toBe(false)
    expect((await callAs(plane, bearer(token), 'whoAmI')).status).toBe(403)
  })
})
