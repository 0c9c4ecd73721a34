import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { whileUnchanged } from './while-unchanged.ts'

test('content is read once while its folder stays the same, and again after any change', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-content-'))
  try {
    await writeFile(join(folder, 'a'), '1')
    let reads = 0
    const content = whileUnchanged(
      () => [folder],
      async () => (reads += 1),
    )
    expect([await content(), await content()]).toEqual([1, 1])
    await writeFile(join(folder, 'b'), '1')
    expect([await content(), await content()]).toEqual([2, 2])
    await utimes(join(folder, 'a'), 1, 1)
    expect(await content()).toBe(3)
    await rm(join(folder, 'b'))
    expect(await content()).toBe(4)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
