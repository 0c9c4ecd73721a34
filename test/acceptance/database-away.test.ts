// A server whose connections to PostgreSQL break: its callers hear that it is no fault of theirs and none of the program's,
// and what was not done can be asked for again.
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Principal } from '../../src/application/state/owner-node.ts'
import { GatewayRegister } from '../../src/entrypoints/node/gateway-register.ts'
import { runOperation } from '../../src/entrypoints/node/run-operation.ts'
import { RepeatableCalls } from '../../src/entrypoints/server/idempotency.ts'
import type { ControlPlane } from '../../src/entrypoints/server/start-control-plane.ts'
import { cuttableDatabase, type CuttableDatabase } from '../support/cuttable-database.ts'
import { callAs, ownerProof, sessionProof, startPlaneOf, type Proof } from '../support/plane-client.ts'
import { ownSchema } from '../support/postgres.ts'
import { eventually, tempFolder } from '../support/temp-folder.ts'

const cleanUp = new AsyncDisposableStack()
const schema = await ownSchema('away')
if (schema !== undefined) cleanUp.use(schema)
const DENY = { system: 'shop-bot', scope: { kind: 'system' }, reason: 'drill' } as const
const AWAY = { status: 503, code: 'state/database' }
let database: CuttableDatabase
let plane: ControlPlane
let admin: Proof

beforeAll(async () => {
  if (schema === undefined) return
  database = cleanUp.use(await cuttableDatabase())
  plane = cleanUp.use(
    await startPlaneOf(join(cleanUp.use(await tempFolder()).path, 'state'), {
      databaseUrl: database.url,
      databaseSchema: schema.schema,
      // That the ledger and the queue cannot reach their tables is what this is about.
      report: () => undefined,
    }),
  )
  admin = await ownerProof(plane)
})
afterEach(() => mended())
afterAll(() => cleanUp.disposeAsync())

async function mended(): Promise<void> {
  if (schema === undefined) return
  database.mend()
  await eventually(
    async () => (await callAs(plane, admin, 'listDenies')).status,
    (status) => status === 200,
  )
}

test.skipIf(schema === undefined)(
  'a read, a change and a sign-in are 503, and the cause has its own code',
  async () => {
    const session = await sessionProof(plane, 'zoe', ['responder'])
    database.cut()
    expect(await callAs(plane, admin, 'listDenies')).toMatchObject(AWAY)
    expect(await callAs(plane, admin, 'liftDeny', { id: 'x', reason: 'r' })).toMatchObject(AWAY)
    expect(await callAs(plane, session, 'listDenies')).toMatchObject(AWAY)
  },
)

test.skipIf(schema === undefined)('a call with an idempotency key is made once, when it is sent again', async () => {
  const before = plane.node.ledger.size
  const keyed = { ...admin, 'idempotency-key': 'again' }
  database.cut()
  for (let attempt = 0; attempt < 3; attempt++)
    expect(await callAs(plane, keyed, 'issueDeny', DENY)).toMatchObject(AWAY)
  await mended()
  const first = await callAs(plane, keyed, 'issueDeny', DENY)
  expect([first.status, (await callAs(plane, keyed, 'issueDeny', DENY)).body]).toEqual([200, first.body])
  expect(plane.node.ledger.size).toBe(before + 1)
})

test.skipIf(schema === undefined)('its key is free again where the connection broke behind its claim', async () => {
  const before = plane.node.ledger.size
  const repeats = new RepeatableCalls(plane.node)
  const principal: Principal = { name: 'ana', roles: ['admin'] }
  const context = { node: plane.node, gateways: new GatewayRegister(plane.node.clock) }
  const thrown = await callAs(plane, admin, 'issueDeny', DENY)
  const lift = { id: String(thrown.body['id']), reason: 'over' }
  const call = { name: 'liftDeny', key: 'claimed', input: lift }
  const run = () => runOperation('liftDeny', context, principal, lift)
  const broken = await repeats.answer(principal, call, () => {
    database.cut()
    return run()
  })
  expect(broken).toMatchObject({ ok: false, failure: { code: 'state/database' } })
  await mended()
  expect(await repeats.answer(principal, call, run)).toMatchObject({ ok: true })
  expect(plane.node.ledger.size).toBe(before + 2)
})

test.skipIf(schema === undefined)(
  'a change whose connection breaks behind its first write is not known to be undone',
  async () => {
    const { node } = plane
    const context = {
      node: {
        ...node,
        recorder: {
          exclusive: node.recorder.exclusive.bind(node.recorder),
          append: node.recorder.append.bind(node.recorder),
          async record(...args: Parameters<typeof node.recorder.record>) {
            const written = await node.recorder.record(...args)
            database.cut()
            await node.store.cursor()
            return written
          },
        },
      },
      gateways: new GatewayRegister(node.clock),
    }
    const before = node.ledger.size
    const issued = await runOperation('issueDeny', context, { name: 'ana', roles: ['admin'] }, DENY)
    expect(issued).toMatchObject({ ok: false, failure: { code: 'ledger/state-unknown' } })
    expect(node.ledger.size).toBe(before + 1)
  },
)
