// Credentials of machines and of people outside, over real HTTP: workload keys in bundles, shares for auditors.
import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rawPublicKey } from '../../src/adapters/crypto/ed25519.ts'
import { buildBundle } from '../../src/application/admission/build-bundle.ts'
import type { IdentityNode } from '../../src/application/identity/identity-node.ts'
import { sharePrincipal } from '../../src/application/identity/shares.ts'
import { addWorkloadKey } from '../../src/application/identity/workload-keys.ts'
import { DAY_MS, epochMs, HOUR_MS } from '../../src/base/instant.ts'
import type { ControlPlane } from '../../src/entrypoints/server/start-control-plane.ts'
import { gateOrThrow, sessionOn } from '../support/owned-state.ts'
import { bearer, callAs, ownerProof, startPlaneOf, type Proof } from '../support/plane-client.ts'
import { ownSchema } from '../support/postgres.ts'
import { putRecords } from '../support/put-records.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { SYSTEM, writeTinyProject } from '../support/tiny-project.ts'

const cleanUp = new AsyncDisposableStack()
const schema = await ownSchema('machines')
if (schema !== undefined) cleanUp.use(schema)
let plane: ControlPlane
let admin: Proof

beforeAll(async () => {
  const folder = cleanUp.use(await tempFolder()).path
  plane = cleanUp.use(await startPlaneOf(join(folder, 'state'), schema === undefined ? {} : { schema: schema.schema }))
  await gateOrThrow(sessionOn(plane.node), await writeTinyProject(join(folder, 'project')))
  admin = await ownerProof(plane)
})
afterAll(() => cleanUp.disposeAsync())

/** The same state, some time later. */
const later = (ms: number): IdentityNode => ({ ...plane.node, clock: () => epochMs(plane.node.clock() + ms) })

describe('a workload key', () => {
  const fresh = (): string => Buffer.from(rawPublicKey(generateKeyPairSync('ed25519').publicKey)).toString('base64')
  const carried = async (node: IdentityNode): Promise<readonly string[]> => {
    const { payload } = await buildBundle(node, plane.node.bundleKeys, 'local', 0)
    const { systems } = JSON.parse(Buffer.from(payload, 'base64').toString()) as {
      systems: { system: string; workloadKeys: string[] }[]
    }
    return systems.find(({ system }) => system === SYSTEM)?.workloadKeys ?? []
  }

  test('takes the place of the installation’s own for good, rotates with an overlap and is revoked', async () => {
    const [embedded] = await carried(plane.node)
    const [first, second] = [fresh(), fresh()]
    const added = await callAs(plane, admin, 'addWorkloadKey', { system: SYSTEM, name: 'web', publicKey: first })
    expect(added.status).toBe(200)
    expect(await carried(plane.node)).toEqual([first])
    await callAs(plane, admin, 'addWorkloadKey', { system: SYSTEM, name: 'web 2', publicKey: second, overlapHours: 24 })
    expect((await carried(plane.node)).toSorted()).toEqual([first, second].toSorted())
    expect(await carried(later(25 * HOUR_MS))).toEqual([second])
    for (const { id } of (await callAs(plane, admin, 'listWorkloadKeys', { system: SYSTEM })).body['items'] as {
      id: string
    }[])
      expect((await callAs(plane, admin, 'revokeWorkloadKey', { id })).status).toBe(200)
    expect(await carried(plane.node)).toEqual([])
    expect(await carried(plane.node)).not.toContain(embedded)
  })

  test.each(['', 'x', fresh().slice(4), `${fresh()}AAAA`, Buffer.alloc(31).toString('base64')])(
    'like %j is refused',
    async (publicKey) => {
      expect((await callAs(plane, admin, 'addWorkloadKey', { system: SYSTEM, name: 'n', publicKey })).code).toBe(
        'workload-key/not-ed25519',
      )
    },
  )

  test('is one of ten at most, and never twice', async () => {
    const node = plane.node
    const who = { name: 'owner', roles: ['admin'] }
    const keys = Array.from({ length: 10 }, fresh)
    for (const publicKey of keys)
      expect(await addWorkloadKey(node, who, { system: 'bounded', name: 'n', publicKey })).toMatchObject({ ok: true })
    expect(await addWorkloadKey(node, who, { system: 'bounded', name: 'n', publicKey: keys[0]! })).toMatchObject({
      failure: { code: 'workload-key/known' },
    })
    expect(await addWorkloadKey(node, who, { system: 'bounded', name: 'n', publicKey: fresh() })).toMatchObject({
      failure: { code: 'workload-key/too-many' },
    })
  })
})

describe('a share for an auditor', () => {
  const share = (frameworks: readonly string[]) =>
    callAs(plane, admin, 'createShare', { system: SYSTEM, frameworks, audience: 'Firm & Co', days: 14 })

  test('can be looked at 30 times a minute: each look stays in the ledger', async () => {
    const token = String((await share(['*'])).body['token'])
    const look = async (by = token): Promise<number> =>
      (await callAs(plane, bearer(by), 'viewShare', { section: 'risks' })).status
    // Until it is known to hold, a credential is counted with its address.
    expect(await look()).toBe(200)
    const { size } = plane.node.ledger
    const statuses: number[] = []
    while (statuses.length < 32) statuses.push(await look())
    expect(statuses).toEqual([...Array.from({ length: 30 }, () => 200), 429, 429])
    expect(plane.node.ledger.size).toBe(size + 30)
    // Another share is another caller.
    const other = String((await share(['*'])).body['token'])
    expect(await look(other)).toBe(200)
  })

  test('shows outcomes and figures, one entry of the ledger for each look, and nothing that was said', async () => {
    const secret = 'a text that a user wrote'
    const put = (kind: 'evidence' | 'incidents' | 'risks' | 'exceptions', document: object) => ({
      kind,
      record: {
        id: `R-${kind}`,
        system: SYSTEM,
        releaseDigest: null,
        status: 'open',
        topic: 'GH-GRD-001',
        at: plane.node.clock(),
        document: document as never,
      },
    })
    await putRecords(plane.node, [
      put('evidence', {
        checkId: 'GH-GRD-001',
        outcome: 'failed',
        summary: secret,
        measure: { metric: 'rate', n: 3, k: 1, note: secret },
        failures: [{ id: secret, why: secret, file: secret }],
        failuresOmitted: 2,
        suiteDigests: [],
      }),
      put('incidents', {
        title: secret,
        severity: 'SEV2',
        timeline: [{ what: secret }],
        requests: [secret],
        learnedCases: [secret],
      }),
      put('risks', { title: secret, severity: 'high' }),
      put('exceptions', { ruleId: 'GH-GRD-001', reason: secret, expiresAt: 1 }),
    ])
    const token = String((await share(['*'])).body['token'])
    for (const section of ['verdicts', 'evidence', 'exceptions', 'risks', 'incidents']) {
      const before = plane.node.ledger.size
      const { status, body } = await callAs(plane, bearer(token), 'viewShare', { section })
      expect([section, status, (body['items'] as unknown[]).length > 0]).toEqual([section, 200, true])
      expect(JSON.stringify(body)).not.toContain(secret)
      expect(plane.node.ledger.size).toBe(before + 1)
    }
    const { body } = await callAs(plane, bearer(token), 'viewShare', { section: 'evidence' })
    expect(body['items']).toContainEqual(
      expect.objectContaining({ checkId: 'GH-GRD-001', outcome: 'failed', failures: 3 }),
    )
  })

  test('for a framework shows the rules that name it and no others', async () => {
    const of = async (framework: string): Promise<unknown[]> => {
      const token = String((await share([framework])).body['token'])
      const { body } = await callAs(plane, bearer(token), 'viewShare', { section: 'verdicts' })
      return (body['items'] as { results: unknown[] }[]).flatMap(({ results }) => results)
    }
    expect(await of('*')).not.toEqual([])
    expect(await of('EU-AI-Act')).toEqual([])
  })

  test('opens nothing else, ends at its date and when it is revoked', async () => {
    const made = await share(['*'])
    const token = String(made.body['token'])
    for (const name of ['listReleases', 'getLedger', 'listDecisions', 'whoAmI'] as const)
      expect((await callAs(plane, bearer(token), name, { system: SYSTEM })).status).toBe(403)
    expect(await sharePrincipal(later(13 * DAY_MS), token)).toBeDefined()
    expect(await sharePrincipal(later(14 * DAY_MS), token)).toBeUndefined()
    expect((await callAs(plane, admin, 'revokeShare', { id: made.body['id'] })).status).toBe(200)
    expect((await callAs(plane, bearer(token), 'viewShare', { section: 'risks' })).status).toBe(401)
  })

  test('of a system that nobody knows is not made', async () => {
    expect(
      (await callAs(plane, admin, 'createShare', { system: 'nobody', frameworks: ['*'], audience: 'a', days: 1 })).code,
    ).toBe('share/unknown-system')
  })
})
