import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DurableLines } from './durable-lines.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-lines-'))
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(folder, { recursive: true, force: true })
})

/** A disk that takes bytes and does not give them back; Node has one prototype for all files. */
async function holdBytes(): Promise<void> {
  await using probe = await open(folder)
  vi.spyOn(Object.getPrototypeOf(probe) as typeof probe, 'truncate').mockImplementation(() =>
    Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO', errno: -5 })),
  )
}

test('a look at the disk leaves nothing behind', async () => {
  const lines = await DurableLines.create(join(folder, 'a'))
  await lines.append('x')
  expect(await lines.probe()).toBe(true)
  await lines.append('y')
  expect(await readFile(lines.path, 'utf8')).toBe('x\ny\n')
  await lines.close()
})

test('a look whose byte cannot be taken back ends the file: records are refused and none waits for ever', async () => {
  const lines = await DurableLines.create(join(folder, 'a'))
  await lines.append('x')
  await holdBytes()
  const looking = lines.probe()
  const meanwhile = lines.append('y')
  expect(await looking).toBe(false)
  const refused = { kept: false, reason: 'the spool cannot be written (EIO)' }
  expect([await meanwhile, await lines.append('z')]).toEqual([refused, refused])
  expect(await lines.probe()).toBe(false)
  expect([lines.count, lines.bytes]).toEqual([1, 2])
  await lines.close()
})
