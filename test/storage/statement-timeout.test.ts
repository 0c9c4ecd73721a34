// The embedded database ends a statement that takes too long, as PostgreSQL does.
import { sql } from 'kysely'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPglite, StatementTimeout } from '../../src/adapters/storage/open-pglite.ts'
import { inOrganization } from '../../src/adapters/storage/row-security.ts'
import { tempFolder } from '../support/temp-folder.ts'

const BOUND_MS = 400
const cleanUp = new AsyncDisposableStack()
let db: Awaited<ReturnType<typeof openPglite>>

beforeAll(async () => {
  const folder = cleanUp.use(await tempFolder())
  db = await openPglite(join(folder.path, 'db'), () => 'aside', { statementMsMax: BOUND_MS })
  cleanUp.defer(() => db.destroy())
})
afterAll(() => cleanUp.disposeAsync())

const endless = sql`select count(*) from generate_series(1, 100000000000) as one`
const roleNow = async (): Promise<string | undefined> =>
  (await sql<{ role: string }>`select current_user as role`.execute(db)).rows[0]?.role

test('a statement without end fails, and the next one runs, as the same role', async () => {
  await expect(endless.execute(db)).rejects.toThrow(StatementTimeout)
  expect(await roleNow()).toBe('gatehouse_app')
})

test('the transaction that it was in keeps nothing, and cannot go on outside of one', async () => {
  const insert = (id: number) => sql`insert into projection (organization_id, entries) values (${`slow-${id}`}, 1)`
  const outcomes: string[] = []
  await inOrganization(db, 'slow-1', async (transaction) => {
    await insert(1).execute(transaction)
    await endless.execute(transaction).catch((error: Error) => outcomes.push(error.constructor.name))
    await insert(1).execute(transaction)
  }).catch((error: Error) => outcomes.push(error.constructor.name))
  expect(outcomes).toEqual(['StatementTimeout', 'StatementTimeout'])
  const rows = await inOrganization(db, 'slow-1', (transaction) => sql`select * from projection`.execute(transaction))
  expect(rows.rows).toEqual([])
})

test('who waited for their turn meanwhile is served, and what was kept before is there', async () => {
  await inOrganization(db, 'kept', (transaction) =>
    sql`insert into projection (organization_id, entries) values ('kept', 7)`.execute(transaction),
  )
  const slow = endless.execute(db).catch((error: unknown) => error)
  const waiting = inOrganization(db, 'kept', (transaction) =>
    sql<{ entries: number }>`select entries from projection`.execute(transaction),
  )
  expect(await slow).toBeInstanceOf(StatementTimeout)
  expect((await waiting).rows.map(({ entries }) => Number(entries))).toEqual([7])
})
