// A state that lacks a part, or has a foreign one, is not opened: the reason is told, and nothing is written or lost.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asOwner } from '../../src/adapters/storage/open-postgres.ts'
import { withEmbeddedOwner } from '../../src/adapters/storage/open-pglite.ts'
import { addWebhook } from '../../src/application/webhooks/webhooks.ts'
import { openNode, type OpenedNode } from '../../src/entrypoints/node/open-node.ts'
import { databaseOf } from '../../src/entrypoints/cli/session.ts'
import { capturedTerminal } from '../support/captured-terminal.ts'
import { onPostgres, POSTGRES, postgresSchema } from '../support/databases.ts'
import { smallDisk } from '../support/small-disk.ts'
import { jsonOf, runIn, sharedPlace, type CommandPlace, type Ran } from '../support/state-commands.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { warnOfTrouble } from '../support/warn-of-trouble.ts'

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'gatehouse')
const KILL = ['kill', 'on', '-s', 'shop-bot', '--reason', 'drill'] as const
const cleanUp = new AsyncDisposableStack()
/** State folders with a record that tests begin with a copy of; the second has keys of its own. */
let template: string
let stranger: string

const run = (folder: string, ...args: readonly string[]): Promise<Ran> => runIn({ folder, environment: {} }, args)
const stateOf = (folder: string): string => join(folder, '.gatehouse')

async function copied(): Promise<AsyncDisposable & { readonly path: string; readonly state: string }> {
  const folder = await tempFolder()
  await cp(stateOf(template), stateOf(folder.path), { recursive: true })
  return { path: folder.path, state: stateOf(folder.path), [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

/** Every file of the keys, and the trust file. */
async function keysText(state: string): Promise<string> {
  const names = (await readdir(join(state, 'keys'))).toSorted()
  const files = [...names.map((name) => join(state, 'keys', name)), join(state, 'trust.json')]
  return (await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => 'none')))).join(names.join())
}

beforeAll(async () => {
  template = cleanUp.use(await tempFolder()).path
  stranger = cleanUp.use(await tempFolder()).path
  for (const folder of [template, stranger]) expect((await run(folder, ...KILL)).code).toBe(0)
})
afterAll(() => cleanUp.disposeAsync())

describe('keys', () => {
  test.each(['deny.pem', 'gate.pem', 'bundle.pem', 'ledger.pem', 'pseudonym.key'])(
    'without %s the state is refused by its name, with and without a trust file, and nothing is written',
    async (name) => {
      await using folder = await copied()
      await rm(join(folder.state, 'keys', name))
      for (const gone of ['', 'trust.json']) {
        if (gone !== '') await rm(join(folder.state, gone))
        const before = await keysText(folder.state)
        const ran = await run(folder.path, ...KILL)
        expect([ran.code, ran.error]).toEqual([2, expect.stringContaining('[keys/missing]')])
        expect(ran.error).toContain(name)
        expect(await keysText(folder.state)).toBe(before)
      }
    },
  )

  test.each(['deny.pem', 'gate.pem', 'bundle.pem', 'ledger.pem'])(
    'with the %s of another state it is refused',
    async (name) => {
      await using folder = await copied()
      await cp(join(stateOf(stranger), 'keys', name), join(folder.state, 'keys', name))
      const ran = await run(folder.path, ...KILL)
      expect([ran.code, ran.error]).toEqual([2, expect.stringContaining('[keys/foreign]')])
      expect(ran.error).toContain(name)
    },
  )

  test('of which one is lost for good is replaced once its operator has ended it in the trust file', async () => {
    await using folder = await copied()
    const path = join(folder.state, 'trust.json')
    await rm(join(folder.state, 'keys', 'deny.pem'))
    const trust = JSON.parse(await readFile(path, 'utf8')) as { keys: { purpose: string; validUntil: string | null }[] }
    for (const key of trust.keys) if (key.purpose === 'deny') key.validUntil = '2020-01-01T00:00:00Z'
    await writeFile(path, JSON.stringify(trust))
    for (const round of [1, 2]) expect([round, (await run(folder.path, ...KILL)).code]).toEqual([round, 0])
    const now = JSON.parse(await readFile(path, 'utf8')) as typeof trust
    expect(now.keys.slice(0, trust.keys.length)).toEqual(trust.keys)
    expect(now.keys.slice(trust.keys.length)).toMatchObject([{ purpose: 'deny', validUntil: null }])
  })

  test.each<{ what: string; spoil: (trust: string) => Promise<void>; code: string }>([
    { what: 'nothing that parses', spoil: (trust) => writeFile(trust, 'x'), code: 'trust/invalid' },
    {
      what: 'the keys of another state',
      spoil: (trust) => cp(join(stateOf(stranger), 'trust.json'), trust),
      code: 'keys/foreign',
    },
  ])('are not backed up beside a trust file with $what, nor used', async ({ spoil, code }) => {
    await using folder = await copied()
    await spoil(join(folder.state, 'trust.json'))
    for (const args of [['db', 'backup', '-o', 'b.tar'], KILL]) {
      const ran = await run(folder.path, ...args)
      expect([args, ran.code, ran.error]).toEqual([args, 2, expect.stringContaining(`[${code}]`)])
    }
    expect(await readdir(folder.path)).toEqual(['.gatehouse'])
  })
})

test('a journal that is gone is missed, and nothing begins a second history but a rebuild', async () => {
  await using folder = await copied()
  await rm(join(folder.state, 'ledger', 'journal.jsonl'))
  for (const args of [KILL, ['kill', 'list']]) {
    const ran = await run(folder.path, ...args)
    expect([args, ran.code, ran.error]).toEqual([args, 6, expect.stringContaining('[ledger/shorter]')])
    expect(ran.error).toMatch(/\b0 entries.*\b1\b[^]*next:.*gatehouse db rebuild/)
  }
  expect((await run(folder.path, 'db', 'rebuild')).code).toBe(0)
  expect((await run(folder.path, ...KILL)).code).toBe(0)
})

describe('the embedded database', () => {
  const asidesOf = async (state: string): Promise<readonly string[]> =>
    (await readdir(state)).filter((name) => name.startsWith('db.'))

  test('that a newer version migrated is refused by every command, and stays', async () => {
    await using folder = await copied()
    await withEmbeddedOwner(join(folder.state, 'db'), (owner) =>
      sql`insert into kysely_migration values ('0099_future', '2026-01-01T00:00:00Z')`.execute(owner),
    )
    for (const args of [KILL, ['finding', 'list'], ['db', 'rebuild'], ['db', 'migrate', '--dry-run']]) {
      const ran = await run(folder.path, ...args)
      expect([args, ran.code, ran.error]).toEqual([args, 2, expect.stringContaining('[state/schema-newer]')])
      expect(ran.error).toContain('0099_future')
    }
    expect(jsonOf(await run(folder.path, 'db', 'status', '--json'))['storage']).toMatchObject({
      schemaVersion: '0099_future',
    })
    expect(await asidesOf(folder.state)).toEqual([])
  })

  test('is not taken for damaged where no file may be as large as it needs', async () => {
    await using folder = await copied()
    const ran = spawnSync('bash', ['-c', 'ulimit -f 4; exec "$0" "$1" finding list', process.execPath, BIN], {
      cwd: folder.path,
      encoding: 'utf8',
    })
    expect(await asidesOf(folder.state)).toEqual([])
    expect([ran.status, ran.stderr]).toEqual([2, expect.stringContaining('EFBIG')])
  })

  test('that is damaged is set aside with a word, and made anew', async () => {
    await using folder = await copied()
    await truncate(join(folder.state, 'db', 'global', 'pg_control'))
    const ran = await run(folder.path, 'kill', 'list', '-s', 'shop-bot', '--json')
    expect(ran.code).toBe(0)
    expect(jsonOf(ran)['items']).toHaveLength(1)
    const [aside] = await asidesOf(folder.state)
    expect(aside).toMatch(/^db\.damaged-/)
    expect(ran.error).toContain(String(aside))
    expect((await run(folder.path, 'kill', 'list')).error).toBe('')
  })
})

test('of a disk that is read-only a backup is made and the status shown, and nothing is changed', async ({ skip }) => {
  await using disk = await smallDisk(160)
  if (disk === undefined) return skip('this process may not mount a disk of its own')
  await using target = await tempFolder()
  await cp(stateOf(template), stateOf(disk.path), { recursive: true })
  disk.makeReadOnly()
  for (const lock of ['with', 'without']) {
    if (lock === 'without') {
      disk.makeWritable()
      await rm(join(stateOf(disk.path), 'owner.lock'))
      disk.makeReadOnly()
    }
    const archive = join(target.path, `${lock}.tar`)
    const made = await run(disk.path, 'db', 'backup', '-o', archive, '--with-keys')
    expect([lock, made.code, made.error]).toEqual([lock, 0, expect.not.stringContaining('error')])
    expect((await run(target.path, 'db', 'restore', archive, '--dry-run')).code).toBe(0)
    const status = await run(disk.path, 'db', 'status', '--json')
    expect([status.code, status.error]).toEqual([0, ''])
    expect(jsonOf(status)['storage']).toMatchObject({ entries: 1, projected: 1, lag: 0 })
  }
  disk.makeWritable()
})

test('a backup to where nothing can be written says which path, and why', async () => {
  await using folder = await copied()
  const ran = await run(folder.path, 'db', 'backup', '-o', 'none/b.tar')
  expect([ran.code, ran.error]).toEqual([2, expect.stringContaining('none/b.tar` cannot be used (ENOENT)')])
  expect(ran.error).toMatch(/next: check the path/)
  expect(ran.error).not.toContain('draft')
})

async function open({ folder, environment }: Pick<CommandPlace, 'folder' | 'environment'>): Promise<OpenedNode> {
  const opened = await openNode({
    stateFolder: stateOf(folder),
    organization: 'local',
    version: '0',
    report: warnOfTrouble,
    ...databaseOf(capturedTerminal(folder, { environment })),
  })
  if (!opened.ok) throw new Error(`${opened.failure.code}: ${opened.failure.message}`)
  return opened.value
}

describe.skipIf(POSTGRES === undefined)('PostgreSQL', () => {
  test('lets in no server with other keys, whichever it is that differs', async () => {
    await using place = await sharedPlace()
    expect((await runIn(place, KILL)).code).toBe(0)
    for (const name of ['deny.pem', 'gate.pem', 'bundle.pem', 'workload.pem', 'pseudonym.key']) {
      await using other = await tempFolder()
      await mkdir(stateOf(other.path), { mode: 0o700 })
      await cp(join(stateOf(place.folder), 'keys'), join(stateOf(other.path), 'keys'), { recursive: true })
      await rm(join(stateOf(other.path), 'keys', name))
      const ran = await runIn({ ...place, folder: other.path }, KILL)
      expect([name, ran.code, ran.error]).toEqual([name, 2, expect.stringContaining('[keys/foreign]')])
      expect(ran.error).toContain(name)
      expect(existsSync(join(stateOf(other.path), 'trust.json'))).toBe(false)
    }
    await using copy = await tempFolder()
    for (const part of ['keys', 'trust.json'])
      await cp(join(stateOf(place.folder), part), join(stateOf(copy.path), part), { recursive: true })
    expect((await runIn({ ...place, folder: copy.path }, KILL)).code).toBe(0)
  })

  test('with the schema of a newer version is refused by its name', async () => {
    await using place = await sharedPlace()
    expect((await runIn(place, KILL)).code).toBe(0)
    const owner = { connectionString: POSTGRES ?? '', schema: place.environment['GATEHOUSE_DATABASE_SCHEMA'] }
    await asOwner(owner, (db) =>
      sql`insert into kysely_migration values ('0099_future', '2026-01-01T00:00:00Z')`.execute(db),
    )
    for (const args of [KILL, ['db', 'migrate', '--dry-run']]) {
      const ran = await runIn(place, args)
      expect([args, ran.code, ran.error]).toEqual([args, 2, expect.stringContaining('[state/schema-newer]')])
    }
  })

  test('tells whose right is missing: that of the login, not of the owner', async () => {
    await using place = await sharedPlace()
    const login = `${place.environment['GATEHOUSE_DATABASE_SCHEMA']}_login`
    await onPostgres(`create role ${login} login password 'x'`)
    try {
      const url = new URL(POSTGRES ?? '')
      url.username = login
      url.password = 'x'
      const environment = {
        ...place.environment,
        GATEHOUSE_DATABASE_OWNER_URL: POSTGRES ?? '',
        GATEHOUSE_DATABASE_URL: url.href,
      }
      const ran = await runIn({ ...place, environment }, KILL)
      expect([ran.code, ran.error]).toEqual([2, expect.stringContaining('[state/database]')])
      expect(ran.error).toContain('grant gatehouse_app to LOGIN')
    } finally {
      await onPostgres(`drop role ${login}`)
    }
  })

  test('is not meant by a variable that is empty', async () => {
    await using folder = await copied()
    const environment = { GATEHOUSE_DATABASE_URL: '', GATEHOUSE_DATABASE_OWNER_URL: '', GATEHOUSE_DATABASE_SCHEMA: '' }
    expect((await runIn({ folder: folder.path, environment }, ['kill', 'list'])).code).toBe(0)
  })

  test('and back: jobs do not move and are counted, old ones stay gone, and no event is told twice or missed', async () => {
    await using folder = await copied()
    await using schema = await postgresSchema()
    const here = { folder: folder.path, environment: {} }
    const there = {
      folder: folder.path,
      environment: { GATEHOUSE_DATABASE_URL: schema.url, GATEHOUSE_DATABASE_SCHEMA: schema.schema },
    }
    const move = (to: string) => runIn(there, ['db', 'move', '--to', to, '--json'])
    {
      await using node = await open(here)
      const hook = { url: 'https://example.com/x', description: '', events: ['deny.issued'], systems: null }
      expect((await addWebhook(node, { name: 'a', roles: ['admin'] }, hook)).ok).toBe(true)
      await node.positions.advance('webhooks', 1)
      const jobs = await node.jobs()
      for (const key of ['a', 'b'])
        expect((await jobs.enqueue({ kind: 'webhook.deliver', subject: 'w', payload: {}, key })).ok).toBe(true)
    }
    expect(jsonOf(await move('postgresql'))).toMatchObject({ entries: 2, droppedJobs: 2 })
    {
      await using node = await open(there)
      expect(await (await node.jobs()).list({})).toEqual([])
      expect(await node.positions.get('webhooks')).toBe(1)
      await node.positions.advance('webhooks', 2)
      expect(
        (await (await node.jobs()).enqueue({ kind: 'webhook.deliver', subject: 'w', payload: {}, key: 'c' })).ok,
      ).toBe(true)
    }
    expect(jsonOf(await move('folder'))).toMatchObject({ entries: 2, droppedJobs: 1 })
    {
      await using node = await open(here)
      expect(await (await node.jobs()).list({})).toEqual([])
      expect(await node.positions.get('webhooks')).toBe(2)
    }
    const again = await runIn(there, ['db', 'move', '--to', 'postgresql'])
    expect([again.code, again.out]).toEqual([0, expect.not.stringContaining('dropped')])
    await using node = await open(there)
    expect(await (await node.jobs()).list({})).toEqual([])
  })
})
