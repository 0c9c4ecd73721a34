// `gatehouse db`: copies of the state, there and back, on both engines.
import { copyFile, cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, describe, expect, test } from 'vitest'
import { inOrganization } from '../../src/adapters/storage/row-security.ts'
import { asOwner } from '../../src/adapters/storage/open-postgres.ts'
import { migrate, MIGRATIONS } from '../../src/adapters/storage/migrations.ts'
import { openPgliteAsOwner } from '../../src/adapters/storage/open-pglite.ts'
import { openNode, type OpenedNode } from '../../src/entrypoints/node/open-node.ts'
import { databaseOf } from '../../src/entrypoints/cli/session.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { POSTGRES, postgresSchema } from '../support/databases.ts'
import {
  COMMAND_PLACES,
  embeddedPlace,
  journalText,
  jsonOf,
  recordsText,
  runIn,
  sharedPlace,
  type CommandPlace,
} from '../support/state-commands.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { warnOfTrouble } from '../support/warn-of-trouble.ts'

const ENTRIES = 7

async function open({ folder, environment }: CommandPlace): Promise<OpenedNode> {
  const opened = await openNode({
    stateFolder: join(folder, '.gatehouse'),
    organization: 'local',
    version: '0',
    report: warnOfTrouble,
    ...databaseOf(capturedTerminal(folder, { environment })),
  })
  if (!opened.ok) throw new Error(`${opened.failure.code}: ${opened.failure.message}`)
  return opened.value
}

/** A filled state folder that tests begin with a copy of: making an embedded database takes seconds. */
const template = await tempFolder()
let templateText: Promise<string> | undefined
afterAll(() => template[Symbol.asyncDispose]())

/** A new place with a few records in it; their text. */
async function begin(place: CommandPlace): Promise<string> {
  if (isShared(place)) return fill(place)
  const first = { folder: template.path, environment: {}, [Symbol.asyncDispose]: async () => undefined }
  const text = await (templateText ??= fill(first))
  await cp(join(template.path, '.gatehouse'), join(place.folder, '.gatehouse'), { recursive: true })
  return text
}

const isShared = ({ environment }: CommandPlace): boolean => Object.keys(environment).length > 0

/** A few records, some changed twice, with characters that a copy could lose. */
async function fill(place: CommandPlace, entries = ENTRIES): Promise<string> {
  await using node = await open(place)
  for (let count = 0; count < entries; count++) {
    const recorded = await node.recorder.record('risk.opened', 'Zoë \u0000 \ud800'.slice(0, 5), null, {
      head: { id: `r${count % 5}`, system: 's', status: count < 5 ? 'open' : 'changed', topic: 'nul \u0000 ⟦' },
      record: { text: `${'x'.repeat(count * 50)} \u0000 \ue000 😀`, 10: 'ten', 2: 'two' },
    })
    if (!recorded.ok) throw new Error(recorded.failure.message)
  }
  return recordsText(node)
}

const stateOf = async (place: CommandPlace): Promise<string> => {
  await using node = await open(place)
  return recordsText(node)
}

/** Another place of the same kind whose folder is empty. */
const other = async (place: CommandPlace): Promise<CommandPlace> => (isShared(place) ? sharedPlace() : embeddedPlace())

/** That the ledger there is the one that began here. In a folder it is the same bytes; tables are read through. */
async function expectSame(target: CommandPlace, place: CommandPlace, before: string): Promise<void> {
  if (isShared(target)) expect(await stateOf(target)).toBe(before)
  else expect(await journalText(target.folder)).toBe(await journalText(place.folder))
}

describe.each(COMMAND_PLACES)('in $engine', ({ isThere, place: make }) => {
  if (!isThere) return test.skip('skipped: no PostgreSQL answers', () => undefined)

  test('status tells place, schema, entries, lag, sizes and row security, and changes nothing', async () => {
    await using place = await make()
    await begin(place)
    const ran = await runIn(place, ['db', 'status', '--json'])
    expect([ran.code, ran.error]).toEqual([0, ''])
    expect(jsonOf(ran)['storage']).toMatchObject({
      schemaVersion: Object.keys(MIGRATIONS).at(-1),
      pendingMigrations: [],
      entries: ENTRIES,
      projected: ENTRIES,
      lag: 0,
      rowSecurity: { isOn: true, openTables: [] },
      databaseBytes: expect.any(Number),
    })
    const text = await runIn(place, ['db', 'status'])
    expect(text.out).toContain('row security  on for every table')
    expect(text.out).not.toMatch(/password|:\/\//)
  })

  test('status says how far the records are behind', async () => {
    await using place = await make()
    await begin(place)
    {
      await using node = await open(place)
      await inOrganization(node.db, 'local', (transaction) =>
        sql`update projection set entries = 4`.execute(transaction),
      )
    }
    expect(jsonOf(await runIn(place, ['db', 'status', '--json']))['storage']).toMatchObject({ projected: 4, lag: 3 })
  })

  test('rebuild makes the same records, byte for byte, of tables that somebody has spoilt', async () => {
    await using place = await make()
    const before = await begin(place)
    {
      await using node = await open(place)
      await inOrganization(node.db, 'local', (transaction) =>
        sql`update risks set status = 'forged', document = '{}'`.execute(transaction),
      )
      expect(await recordsText(node)).not.toBe(before)
    }
    const ran = await runIn(place, ['db', 'rebuild', '--json'])
    expect([ran.code, ran.error, jsonOf(ran)['entries']]).toEqual([0, '', ENTRIES])
    expect(await stateOf(place)).toBe(before)
  })

  test('a rebuild that is interrupted leaves the records as they were', async () => {
    await using place = await make()
    const before = await begin(place)
    expect((await runIn(place, ['db', 'rebuild'], true)).code).toBe(130)
    expect(await stateOf(place)).toBe(before)
  })

  test('backup and restore give the same records in an empty place, and only there', async () => {
    await using place = await make()
    const before = await begin(place)
    const made = await runIn(place, ['db', 'backup', '-o', 'b.tar', '--with-keys', '--json'])
    expect(made.code).toBe(0)
    expect(made.error).toContain('private keys')
    expect(jsonOf(made)).toMatchObject({ entries: ENTRIES, holdsKeys: true, organization: 'local' })
    expect((await stat(join(place.folder, 'b.tar'))).mode & 0o777).toBe(0o600)
    await using target = await other(place)
    const archive = join(place.folder, 'b.tar')
    const dry = await runIn(target, ['db', 'restore', archive, '--dry-run', '--json'])
    expect([dry.code, jsonOf(dry)['restored'], existsSync(join(target.folder, '.gatehouse'))]).toEqual([
      0,
      false,
      false,
    ])
    const ran = await runIn(target, ['db', 'restore', archive])
    expect([ran.code, ran.error]).toEqual([0, ''])
    expect(existsSync(join(target.folder, '.gatehouse', 'transfer.json'))).toBe(false)
    expect((await stat(join(target.folder, '.gatehouse', 'keys', 'ledger.pem'))).mode & 0o777).toBe(0o600)
    expect((await runIn(target, ['db', 'restore', archive])).error).toContain('[db/not-empty]')
    expect(await stateOf(target)).toBe(before)
    // It goes on as the same ledger.
    await fill(target, 2)
    expect(jsonOf(await runIn(target, ['db', 'status', '--json']))['storage']).toMatchObject({ entries: ENTRIES + 2 })
  })

  test('a backup without keys holds none, and is restored only beside the keys of its ledger', async () => {
    await using place = await make()
    const before = await begin(place)
    expect((await runIn(place, ['db', 'backup', '-o', 'b.tar'])).code).toBe(0)
    const archive = join(place.folder, 'b.tar')
    expect((await readFile(archive)).includes('PRIVATE KEY')).toBe(false)
    await using target = await other(place)
    expect((await runIn(target, ['db', 'restore', archive])).error).toContain('[db/no-keys]')
    await mkdir(join(target.folder, '.gatehouse', 'keys'), { recursive: true, mode: 0o700 })
    for (const name of await readdir(join(place.folder, '.gatehouse', 'keys')))
      await copyFile(join(place.folder, '.gatehouse', 'keys', name), join(target.folder, '.gatehouse', 'keys', name))
    expect((await runIn(target, ['db', 'restore', archive])).code).toBe(0)
    await expectSame(target, place, before)
  })

  test('a restore that is interrupted leaves nothing, and can be run again', async () => {
    await using place = await make()
    const before = await begin(place)
    await runIn(place, ['db', 'backup', '-o', 'b.tar', '--with-keys'])
    await using target = await other(place)
    const archive = join(place.folder, 'b.tar')
    expect((await runIn(target, ['db', 'restore', archive], true)).code).toBe(130)
    expect((await runIn(target, ['db', 'restore', archive])).code).toBe(0)
    await expectSame(target, place, before)
  })

  test('a restore that was killed is not opened, and ends when it is run again', async () => {
    await using place = await make()
    const before = await begin(place)
    await runIn(place, ['db', 'backup', '-o', 'b.tar', '--with-keys'])
    await using target = await other(place)
    const state = join(target.folder, '.gatehouse')
    await mkdir(state, { mode: 0o700 })
    await writeFile(join(state, 'transfer.json'), '{"kind":"restore","phase":"begun"}')
    const refused = await runIn(target, ['incident', 'list'])
    expect([refused.code, refused.error]).toEqual([2, expect.stringContaining('[state/half-restored]')])
    expect(existsSync(join(state, 'keys'))).toBe(false)
    expect((await runIn(target, ['db', 'restore', join(place.folder, 'b.tar')])).code).toBe(0)
    await expectSame(target, place, before)
  })

  test('migrate shows the plan first, and a start after it has nothing to do', async () => {
    await using place = await make()
    if (!isShared(place)) {
      await mkdir(join(place.folder, '.gatehouse'))
      const db = await openPgliteAsOwner(join(place.folder, '.gatehouse', 'db'))
      await migrate(db, '0004_row_security')
      await db.destroy()
    } else
      await asOwner(
        {
          connectionString: place.environment['GATEHOUSE_DATABASE_URL'] ?? '',
          schema: place.environment['GATEHOUSE_DATABASE_SCHEMA'],
        },
        (owner) => migrate(owner, '0004_row_security'),
      )
    const names = Object.keys(MIGRATIONS)
    const plan = names.slice(names.indexOf('0004_row_security') + 1)
    for (const round of [1, 2])
      expect([round, jsonOf(await runIn(place, ['db', 'migrate', '--dry-run', '--json']))]).toMatchObject([
        round,
        { plan, applied: [] },
      ])
    expect(jsonOf(await runIn(place, ['db', 'migrate', '--json']))).toMatchObject({ plan, applied: plan })
    expect((await runIn(place, ['db', 'migrate'])).out).toBe('the schema is up to date\n')
  })
})

test('the same journal makes the same records in a state folder and in PostgreSQL', async ({ skip }) => {
  if (POSTGRES === undefined) return skip('no PostgreSQL answers')
  await using place = await embeddedPlace()
  const before = await begin(place)
  await runIn(place, ['db', 'backup', '-o', 'b.tar', '--with-keys'])
  await using target = await sharedPlace()
  expect((await runIn(target, ['db', 'restore', join(place.folder, 'b.tar')])).code).toBe(0)
  expect(await stateOf(target)).toBe(before)
})

describe('a backup', () => {
  test('of which any one byte is changed is refused, and nothing is written', async () => {
    await using place = await embeddedPlace()
    await begin(place)
    await runIn(place, ['db', 'backup', '-o', 'b.tar', '--with-keys'])
    const whole = await readFile(join(place.folder, 'b.tar'))
    await using target = await embeddedPlace()
    for (let at = 0; at < whole.length; at += 61) {
      const changed = Buffer.from(whole)
      changed[at] = (changed[at] ?? 0) ^ 1
      await writeFile(join(target.folder, 'b.tar'), changed)
      const ran = await runIn(target, ['db', 'restore', 'b.tar'])
      expect([at, ran.code === 0]).toEqual([at, false])
      expect(ran.error).toMatch(/\[(?:db\/|trust\/)/)
    }
    for (const length of [0, 100, 512, whole.length - 1_024, whole.length - 1, whole.length + 1]) {
      await writeFile(join(target.folder, 'b.tar'), Buffer.concat([whole, Buffer.alloc(1)]).subarray(0, length))
      expect([length, (await runIn(target, ['db', 'restore', 'b.tar'])).error]).toEqual([
        length,
        expect.stringContaining('[db/backup-damaged]'),
      ])
    }
    expect(existsSync(join(target.folder, '.gatehouse'))).toBe(false)
  })

  test('is held to the trust file that is named', async () => {
    await using place = await embeddedPlace()
    await using stranger = await embeddedPlace()
    await begin(place)
    await fill(stranger, 1)
    await runIn(place, ['db', 'backup', '-o', 'b.tar', '--with-keys'])
    const trust = (of: CommandPlace): string => join(of.folder, '.gatehouse', 'trust.json')
    const ran = (file: string) => runIn(place, ['db', 'restore', 'b.tar', '--dry-run', '--trust', file])
    expect((await ran(trust(place))).code).toBe(0)
    expect((await ran(trust(stranger))).error).toContain('[db/not-trusted]')
    expect((await ran('nowhere')).error).toContain('[files/unreadable]')
  })

  test('leaves no file when it is interrupted or cannot be written', async () => {
    await using place = await embeddedPlace()
    await begin(place)
    expect((await runIn(place, ['db', 'backup', '-o', 'b.tar'], true)).code).toBe(130)
    expect((await runIn(place, ['db', 'backup', '-o', 'none/b.tar'])).error).toContain('[state/unusable]')
    expect((await readdir(place.folder)).toSorted()).toEqual(['.gatehouse'])
  })
})

test.each([
  [['db', 'status'], 'db/no-state'],
  [['db', 'backup', '-o', 'b.tar'], 'db/no-state'],
  [['db', 'rebuild'], 'db/no-state'],
  [['db', 'migrate'], 'db/no-state'],
  [['db', 'restore', 'none.tar'], 'db/unreadable'],
  [['db', 'move', '--to', 'postgresql'], 'db/no-url'],
])('%j without a state says so and makes none', async (args, code) => {
  await using place = await embeddedPlace()
  const ran = await runIn(place, args)
  expect([ran.code, ran.error]).toEqual([2, expect.stringContaining(`[${code}]`)])
  expect(await readdir(place.folder)).toEqual([])
})

describe.skipIf(POSTGRES === undefined)('a move', () => {
  const named = async (place: CommandPlace): Promise<CommandPlace & { readonly schema: string }> => {
    const { url, schema, [Symbol.asyncDispose]: drop } = await postgresSchema()
    return {
      folder: place.folder,
      schema,
      environment: { GATEHOUSE_DATABASE_URL: url, GATEHOUSE_DATABASE_SCHEMA: schema },
      [Symbol.asyncDispose]: drop,
    }
  }
  const move = (place: CommandPlace, to: string) => runIn(place, ['db', 'move', '--to', to, '--json'])

  test('goes to PostgreSQL and back, again and again, and the journal is the same bytes', async () => {
    await using folder = await embeddedPlace()
    const before = await begin(folder)
    const journal = await journalText(folder.folder)
    await using database = await named(folder)
    const there = await move(database, 'postgresql')
    expect([there.code, there.error, jsonOf(there)['entries']]).toEqual([0, '', ENTRIES])
    expect(await stateOf(database)).toBe(before)
    expect((await runIn(folder, ['incident', 'list'])).error).toContain('[state/moved]')
    expect((await move(database, 'folder')).code).toBe(0)
    expect(await journalText(folder.folder)).toBe(journal)
    expect(await stateOf(folder)).toBe(before)
    expect((await runIn(database, ['incident', 'list'])).error).toContain('[state/moved]')
    const more = await fill(folder, 3)
    expect((await move(database, 'postgresql')).code).toBe(0)
    expect(await stateOf(database)).toBe(more)
    await fill(database, 1)
    expect((await move(database, 'folder')).code).toBe(0)
    expect((await journalText(folder.folder)).startsWith(journal)).toBe(true)
  })

  test('that is interrupted leaves the state where it was', async () => {
    await using folder = await embeddedPlace()
    const before = await begin(folder)
    await using database = await named(folder)
    expect((await runIn(database, ['db', 'move', '--to', 'postgresql'], true)).code).toBe(130)
    expect(await stateOf(folder)).toBe(before)
    expect((await move(database, 'postgresql')).code).toBe(0)
    expect((await runIn(database, ['db', 'move', '--to', 'folder'], true)).code).toBe(130)
    expect(await stateOf(database)).toBe(before)
    expect(existsSync(join(folder.folder, '.gatehouse', 'ledger', 'journal.jsonl'))).toBe(false)
  })

  test('that was killed is not opened at either end, and ends when it is run again', async () => {
    await using folder = await embeddedPlace()
    const before = await begin(folder)
    await using database = await named(folder)
    const marker = join(folder.folder, '.gatehouse', 'transfer.json')
    await writeFile(marker, '{"kind":"move-to-postgresql","phase":"begun"}')
    for (const place of [folder, database])
      expect((await runIn(place, ['incident', 'list'])).error).toContain('[state/half-moved]')
    expect((await move(database, 'folder')).error).toContain('[db/other-transfer]')
    expect((await move(database, 'postgresql')).code).toBe(0)
    await writeFile(marker, '{"kind":"move-to-folder","phase":"begun"}')
    for (const place of [folder, database])
      expect((await runIn(place, ['incident', 'list'])).error).toContain('[state/half-moved]')
    expect((await move(database, 'folder')).code).toBe(0)
    expect(await stateOf(folder)).toBe(before)
  })

  test('is refused while a server runs, into another history, and out of nothing', async () => {
    await using one = await embeddedPlace()
    await using two = await embeddedPlace()
    await fill(one)
    await fill(two)
    await using database = await named(one)
    const onTwo = { ...database, folder: two.folder }
    expect((await move(database, 'folder')).error).toContain('[db/not-empty]')
    expect((await move(database, 'postgresql')).code).toBe(0)
    expect((await move(onTwo, 'postgresql')).error).toMatch(/\[(?:db\/not-empty|ledger\/damaged)\]/)
    expect(await stateOf(two)).toContain('r0')
    {
      await using node = await open(database)
      await node.recorder.append({ type: 'test.begun', actor: 'a', releaseDigest: null, payload: {} })
      expect((await move(database, 'folder')).error).toContain('[owner/held]')
      expect((await move(onTwo, 'postgresql')).error).toContain('[db/servers-running]')
    }
    await using empty = await named(one)
    expect((await move(empty, 'folder')).code).toBe(2)
  })
})
