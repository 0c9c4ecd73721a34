// What a credential that is bound to systems learns of the others: nothing, also not from cursors and packs.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StateRecord } from '../../src/application/state/records.ts'
import { buildPack } from '../../src/contract/archive/build-pack.ts'
import { parseDigest } from '../../src/base/digest.ts'
import type { ControlPlane } from '../../src/entrypoints/server/start-control-plane.ts'
import { bearer, callAs, ownerProof, startPlaneOf, type Proof } from '../support/plane-client.ts'
import { ownSchema } from '../support/postgres.ts'
import { putRecords } from '../support/put-records.ts'
import { tempFolder } from '../support/temp-folder.ts'

const SYSTEMS = ['aaa-merger', 'bbb-people', 'mine-bot', 'nnn-secret', 'our-bot', 'zzz-secret']
const cleanUp = new AsyncDisposableStack()
const schema = await ownSchema('scope')
if (schema !== undefined) cleanUp.use(schema)
let plane: ControlPlane
let admin: Proof

beforeAll(async () => {
  const folder = cleanUp.use(await tempFolder()).path
  plane = cleanUp.use(await startPlaneOf(join(folder, 'state'), schema === undefined ? {} : { schema: schema.schema }))
  admin = await ownerProof(plane)
  for (const [index, system] of SYSTEMS.entries()) {
    const digest = parseDigest(`sha256:${String(index).padStart(64, '0')}`)
    if (digest === undefined) throw new Error('no digest')
    const document = { digest, version: '1.0.0', manifest: { metadata: { name: system } }, tier: { tier: 'T2' } }
    const record: StateRecord = {
      id: digest,
      system,
      releaseDigest: null,
      status: 'registered',
      topic: '1.0.0',
      at: plane.node.clock(),
      document,
    }
    await putRecords(plane.node, [{ kind: 'releases', record }])
  }
})
afterAll(() => cleanUp.disposeAsync())

const keyOf = async (systems: readonly string[] | null): Promise<Proof> => {
  const input = { name: 'k', roles: ['auditor', 'engineer'], operations: null, systems, environment: null }
  return bearer(String((await callAs(plane, admin, 'createKey', input)).body['token']))
}

/** Pages until there are no more: names, and every cursor as it reads. */
async function walk(proof: Proof, limit: number): Promise<{ readonly names: unknown[]; readonly cursors: string }> {
  const names: unknown[] = []
  let cursors = ''
  let cursor: unknown = null
  do {
    const { status, body } = await callAs(plane, proof, 'listSystems', {
      limit,
      ...(cursor === null ? {} : { cursor }),
    })
    expect(status).toBe(200)
    names.push(...(body['items'] as { system: string }[]).map(({ system }) => system))
    cursor = body['nextCursor']
    cursors += Buffer.from(String(cursor), 'base64url').toString()
  } while (cursor !== null)
  return { names, cursors }
}

test.each([1, 2, 3, 100])('pages of %d systems lead through those of the key and name no other', async (limit) => {
  const { names, cursors } = await walk(await keyOf(['our-bot', 'mine-bot', 'unborn-bot']), limit)
  expect(names).toEqual(['mine-bot', 'our-bot'])
  expect(cursors).not.toMatch(/secret|merger|people/)
  expect((await walk(await keyOf(null), limit)).names).toEqual(SYSTEMS)
})

test('the first page of a key is full though systems before it are not its own', async () => {
  const { body } = await callAs(plane, await keyOf(['mine-bot', 'our-bot']), 'listSystems', { limit: 1 })
  expect(body['items']).toMatchObject([{ system: 'mine-bot' }])
})

test('a pack of more entries than one holds is refused at the first that is too many', async () => {
  const { node } = plane
  for (const reason of ['a', 'b', 'c', 'd'])
    await callAs(plane, admin, 'issueDeny', { system: 'our-bot', scope: { kind: 'tool', tool: reason }, reason })
  const read: string[] = []
  const counted = new Proxy(node.ledger, {
    get(target, key) {
      if (key === 'read')
        return async function* (from: number, to: number) {
          for await (const entry of target.read(from, to)) {
            read.push(String((entry.payload['head'] as { system?: unknown } | undefined)?.system))
            yield entry
          }
        }
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const input = { system: 'our-bot', trustFile: await node.trustText(), entriesMax: 2 }
  const built = await buildPack({ ...node, ledger: counted }, { name: 'ann', roles: ['auditor'] }, input)
  expect(built.ok ? 'built' : built.failure.code).toBe('pack/too-large')
  expect(read.filter((system) => system === 'our-bot')).toHaveLength(3)
  expect((await buildPack(node, { name: 'ann', roles: ['auditor'] }, { ...input, entriesMax: 4 })).ok).toBe(true)
})

test('a pack, which holds sealed segments whole, is built for no key that is bound to systems', async () => {
  expect(
    (await callAs(plane, admin, 'issueDeny', { system: 'mine-bot', scope: { kind: 'system' }, reason: 'x' })).status,
  ).toBe(200)
  const bound = await callAs(plane, await keyOf(['mine-bot']), 'buildPack', { system: 'mine-bot' })
  expect([bound.status, bound.code]).toEqual([403, 'http/outside-scope'])
  expect((await callAs(plane, await keyOf(null), 'buildPack', { system: 'mine-bot' })).status).toBe(200)
})
