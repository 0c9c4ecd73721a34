import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readOwnerFile, removeOwnerFile, writeOwnerFile } from './owner-file.ts'
import { takeOwnerLock } from './owner-lock.ts'

const HOLDER = join(import.meta.dirname, '..', '..', '..', 'test', 'support', 'hold-owner-lock.ts')
const isRoot = process.getuid?.() === 0

let folder: string
const children: ChildProcess[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-owner-'))
})
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child)
  await rm(folder, { recursive: true, force: true })
})

/** Another process that tries to take the lock; resolves with what it says once it has tried. */
async function otherProcess(state = folder): Promise<{ readonly child: ChildProcess; readonly says: string }> {
  const child = spawn(process.execPath, [HOLDER, state], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, says: chunk.toString().trim() }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

describe('the owner lock', () => {
  test('is refused while another process holds it, and free the moment that process is killed', async () => {
    const { child, says } = await otherProcess()
    expect(says).toBe('held')
    expect(await takeOwnerLock(folder)).toMatchObject({ ok: false, failure: { code: 'owner/held' } })
    await kill(child)
    const taken = await takeOwnerLock(folder)
    expect(taken.ok).toBe(true)
    if (taken.ok) taken.value.release()
  })

  test('keeps other processes out while this one holds it, and lets them in after release', async () => {
    const taken = await takeOwnerLock(folder)
    expect((await otherProcess()).says).toBe('owner/held')
    if (taken.ok) taken.value.release()
    expect((await otherProcess()).says).toBe('held')
  })

  test('is refused to a second taker in the same process, whose attempt does not weaken the first', async () => {
    const taken = await takeOwnerLock(folder)
    for (let attempt = 0; attempt < 3; attempt++)
      expect(await takeOwnerLock(folder)).toMatchObject({ ok: false, failure: { code: 'owner/held' } })
    expect((await otherProcess()).says).toBe('owner/held')
    if (taken.ok) taken.value.release()
    const again = await takeOwnerLock(folder)
    expect(again.ok).toBe(true)
    if (again.ok) again.value.release()
  })

  test('goes to exactly one of several processes that start together', async () => {
    const results = await Promise.all([1, 2, 3, 4].map(() => otherProcess()))
    expect(results.map(({ says }) => says).toSorted()).toEqual(['held', 'owner/held', 'owner/held', 'owner/held'])
  })

  test('of one folder says nothing about another', async () => {
    const [one, two] = [await takeOwnerLock(join(folder, 'one')), await takeOwnerLock(join(folder, 'two'))]
    expect([one.ok, two.ok]).toEqual([true, true])
    for (const taken of [one, two]) if (taken.ok) taken.value.release()
  })

  test('makes a missing folder, which its owner alone may enter', async () => {
    const state = join(folder, 'a', 'b')
    const taken = await takeOwnerLock(state)
    expect((await stat(state)).mode & 0o777).toBe(0o700)
    if (taken.ok) taken.value.release()
  })
})

describe('a state folder is unusable', () => {
  test.each<{ when: string; spoil: () => Promise<string> }>([
    { when: 'a file stands in its place', spoil: async () => spoiltFile(join(folder, 'state')) },
    {
      when: 'a file stands in the place of a folder above it',
      spoil: async () => join(await spoiltFile(join(folder, 'above')), 'state'),
    },
    { when: 'a folder stands in the place of the lock', spoil: async () => spoiltFolder(join(folder, 'owner.lock')) },
    {
      when: 'the lock file holds something else',
      spoil: async () => (await writeFile(join(folder, 'owner.lock'), 'x'.repeat(5_000)), folder),
    },
  ])('when $when', async ({ spoil }) => {
    const state = await spoil()
    const taken = await takeOwnerLock(state)
    expect(taken).toMatchObject({ ok: false, failure: { code: 'owner/unusable' } })
    if (!taken.ok) expect(taken.failure.message).toContain(join(state, 'owner.lock'))
  })

  test('when it cannot be written', async (context) => {
    if (isRoot) return context.skip('root writes into read-only folders too')
    await chmod(folder, 0o500)
    expect(await takeOwnerLock(folder)).toMatchObject({ ok: false, failure: { code: 'owner/unusable' } })
    await chmod(folder, 0o700)
  })
})

async function spoiltFile(path: string): Promise<string> {
  await writeFile(path, '')
  return path
}

async function spoiltFolder(path: string): Promise<string> {
  await mkdir(path)
  return join(path, '..')
}

describe('the owner file', () => {
  const ADDRESS = { url: 'http://127.0.0.1:4180', token: 'secret', pid: 42 }

  test('comes back as it was written, and only its owner can read it', async () => {
    await writeOwnerFile(folder, ADDRESS)
    expect(await readOwnerFile(folder)).toEqual(ADDRESS)
    expect((await stat(join(folder, 'owner.json'))).mode & 0o777).toBe(0o600)
    await writeOwnerFile(folder, { ...ADDRESS, pid: 43 })
    expect((await readOwnerFile(folder))?.pid).toBe(43)
  })

  test('is absent before writing and after removal, which may be repeated', async () => {
    expect(await readOwnerFile(folder)).toBeUndefined()
    await writeOwnerFile(folder, ADDRESS)
    await removeOwnerFile(folder)
    await removeOwnerFile(folder)
    expect(await readOwnerFile(folder)).toBeUndefined()
  })

  test.each([
    '',
    '{',
    'null',
    '[]',
    '{"url":1,"token":"t","pid":1}',
    '{"url":"u","token":"t"}',
    `"${'x'.repeat(10_000)}"`,
  ])('with the content `%s` counts as absent', async (content) => {
    await writeFile(join(folder, 'owner.json'), content)
    expect(await readOwnerFile(folder)).toBeUndefined()
  })
})
