// Whoever owns the state meets a bad disk, a stale file, a stop under load: a clear word, and no damage.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readOwnerFile } from '../../src/adapters/owner/owner-file.ts'
import { startPlaneOf } from '../support/plane-client.ts'
import { smallDisk, type SmallDisk } from '../support/small-disk.ts'
import { jsonOf, runIn, type Ran } from '../support/state-commands.ts'
import { eventually, tempFolder } from '../support/temp-folder.ts'

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'gatehouse')
const NO_MOUNT = 'this process may not mount a disk of its own'
const cleanUp = new AsyncDisposableStack()
/** A state folder with a few records that tests begin with a copy of. */
let template: string

const KILL = ['kill', 'on', '-s', 'shop-bot', '--reason', 'drill'] as const
const run = (folder: string, ...args: readonly string[]): Promise<Ran> => runIn({ folder, environment: {} }, args)
const deniesOf = async (folder: string): Promise<number> => {
  const ran = await run(folder, 'kill', 'list', '-s', 'shop-bot', '--json')
  expect([ran.code, ran.error]).toEqual([0, ''])
  return (jsonOf(ran)['items'] as unknown[]).length
}

beforeAll(async () => {
  template = cleanUp.use(await tempFolder()).path
  for (const count of [1, 2]) expect([count, (await run(template, ...KILL)).code]).toEqual([count, 0])
})
afterAll(() => cleanUp.disposeAsync())

test('a file that a killed owner left leads nobody to another folder that has its port by now', async () => {
  await using folder = await tempFolder()
  await using stranger = await tempFolder()
  await cp(join(template, '.gatehouse'), join(folder.path, '.gatehouse'), { recursive: true })
  await using plane = await startPlaneOf(join(stranger.path, 'state'))
  await writeFile(
    join(folder.path, '.gatehouse', 'owner.json'),
    JSON.stringify({ url: plane.url, token: 'of a process that is gone', pid: 1 }),
  )
  expect(await deniesOf(folder.path)).toBe(2)
  expect((await run(folder.path, ...KILL)).code).toBe(0)
  expect(await plane.node.store.count('deny_records')).toBe(0)
})

describe('on a disk', () => {
  const withDisk = async (work: (disk: SmallDisk) => Promise<void>): Promise<boolean> => {
    await using disk = await smallDisk(160)
    if (disk === undefined) return false
    await cp(join(template, '.gatehouse'), join(disk.path, '.gatehouse'), { recursive: true })
    await work(disk)
    return true
  }

  test('that is full, a write says so, loses nothing, and works once there is room', async ({ skip }) => {
    const isDone = await withDisk(async (disk) => {
      const journal = await readFile(join(disk.path, '.gatehouse', 'ledger', 'journal.jsonl'), 'utf8')
      await disk.fill()
      const refused = await run(disk.path, ...KILL)
      expect([refused.code, refused.out, refused.error]).toEqual([
        2,
        '',
        expect.stringMatching(/ENOSPC|full|space[^]*next: free space/),
      ])
      await disk.free()
      expect(await readFile(join(disk.path, '.gatehouse', 'ledger', 'journal.jsonl'), 'utf8')).toBe(journal)
      expect(await deniesOf(disk.path)).toBe(2)
      expect((await run(disk.path, ...KILL)).code).toBe(0)
      expect(await deniesOf(disk.path)).toBe(3)
    })
    if (!isDone) skip(NO_MOUNT)
  })

  test('that fills up under a running control plane, it refuses writes and goes on when there is room', async ({
    skip,
  }) => {
    const isDone = await withDisk(async (disk) => {
      await using plane = await startPlaneOf(join(disk.path, '.gatehouse'))
      await disk.fill()
      // The journal's last page may have room for some more.
      let kept = 2
      let refused = await run(disk.path, ...KILL)
      for (; refused.code === 0 && kept < 20; refused = await run(disk.path, ...KILL)) kept += 1
      expect([refused.code, refused.error]).toEqual([2, expect.stringContaining('[ledger/not-kept]')])
      expect(plane.node.ledger.size).toBe(kept)
      await disk.free()
      expect((await run(disk.path, ...KILL)).code).toBe(0)
      expect(await plane.node.store.cursor()).toBe(plane.node.ledger.size)
      expect(await deniesOf(disk.path)).toBe(kept + 1)
    })
    if (!isDone) skip(NO_MOUNT)
  })

  test('that is full, a backup and a restore leave nothing behind', async ({ skip }) => {
    const isDone = await withDisk(async (disk) => {
      const archive = join(template, 'whole.tar')
      expect((await run(template, 'db', 'backup', '-o', archive, '--with-keys')).code).toBe(0)
      await disk.fill()
      const before = (await readdir(disk.path)).toSorted()
      expect((await run(disk.path, 'db', 'backup', '-o', 'b.tar')).error).toMatch(
        /\[(?:db\/no-space|owner\/unusable)\]/,
      )
      const restored = await run(disk.path, 'db', 'restore', archive, '--state', 'new')
      expect([restored.code, restored.error]).toEqual([
        2,
        expect.stringMatching(/\[(?:db\/no-space|owner\/unusable)\]/),
      ])
      expect((await readdir(disk.path)).filter((name) => name !== 'new').toSorted()).toEqual(before)
      await disk.free()
      expect((await run(disk.path, 'db', 'restore', archive, '--state', 'new')).code).toBe(0)
    })
    if (!isDone) skip(NO_MOUNT)
  })

  test('that is read-only, every command says so and changes nothing', async ({ skip }) => {
    const isDone = await withDisk(async (disk) => {
      disk.makeReadOnly()
      for (const args of [KILL, ['kill', 'list'], ['db', 'rebuild'], ['serve', '--port', '0']]) {
        const ran = await run(disk.path, ...args)
        expect([args, ran.code, ran.error]).toEqual([
          args,
          2,
          expect.stringMatching(/\[(?:owner|state)\/unusable\][^]*next: check/),
        ])
      }
      disk.makeWritable()
      expect(await deniesOf(disk.path)).toBe(2)
    })
    if (!isDone) skip(NO_MOUNT)
  })
})

test('a control plane that is stopped under load hands over everything that it acknowledged', async () => {
  await using folder = await tempFolder()
  await cp(join(template, '.gatehouse'), join(folder.path, '.gatehouse'), { recursive: true })
  const child = spawn(process.execPath, [BIN, 'serve', '--port', '0'], { cwd: folder.path, stdio: 'ignore' })
  const state = join(folder.path, '.gatehouse')
  try {
    const owner = await eventually(() => readOwnerFile(state), Boolean)
    const { url = '', token = '' } = owner ?? {}
    const acknowledged: string[] = []
    const lane = async (name: number): Promise<void> => {
      for (let sent = 0; sent < 1_000; sent++) {
        const response = await fetch(`${url}/api/v1/systems/shop-bot/findings`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify({
            title: `t ${name} ${sent}`,
            description: 'd',
            source: 'person',
            severity: 'low',
            fingerprint: `${name} ${sent}`,
          }),
        }).catch((error: unknown) => {
          if (!(error instanceof Error)) throw error
          return undefined
        })
        if (response?.status !== 200) return
        const body = (await response.json().catch(() => undefined)) as { id?: string } | undefined
        if (body?.id === undefined) return
        acknowledged.push(body.id)
        if (acknowledged.length === 20) child.kill('SIGTERM')
      }
    }
    const exited = once(child, 'exit')
    await Promise.all([1, 2, 3, 4].map(lane))
    child.kill('SIGTERM')
    expect((await exited)[0]).toBe(130)
    expect(acknowledged.length).toBeGreaterThanOrEqual(20)
    expect(existsSync(join(state, 'owner.json'))).toBe(false)
    const listed = await run(folder.path, 'finding', 'list', '--json')
    const ids = (jsonOf(listed)['items'] as { id: string }[]).map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(acknowledged))
    expect(jsonOf(await run(folder.path, 'db', 'status', '--json'))['storage']).toMatchObject({ lag: 0 })
  } finally {
    child.kill('SIGKILL')
  }
})
