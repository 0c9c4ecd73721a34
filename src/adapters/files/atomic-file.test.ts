import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeBackup } from '../backup/write-backup.ts'
import { epochMs } from '../../base/instant.ts'
import { writeFileAtomic } from './atomic-file.ts'

async function* none(): AsyncGenerator<never> {}
const backup = {
  organization: 'local',
  origin: 'o',
  now: epochMs(0),
  trustText: '{}',
  keys: [{ path: 'keys/k', bytes: new Uint8Array([1, 2, 3]) }],
  sign: async (text: string) => text,
  lines: none(),
}

test.each([
  ['a file', (path: string) => writeFileAtomic(path, 'secret', 0o600)],
  ['a backup with keys', (path: string) => writeBackup(path, { ...backup, lines: none() })],
])(
  '%s is written into no file that somebody put where its draft would be, and is its owner’s alone',
  async (_, write) => {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-draft-'))
    try {
      const path = join(folder, 'out')
      const bait = join(folder, 'bait')
      await writeFile(bait, 'untouched', { mode: 0o644 })
      await symlink(bait, `${path}.draft`)
      await write(path)
      expect(await readFile(bait, 'utf8')).toBe('untouched')
      expect((await stat(path)).mode & 0o777).toBe(0o600)
      expect((await readdir(folder)).toSorted()).toEqual(['bait', 'out', 'out.draft'])
    } finally {
      await rm(folder, { recursive: true })
    }
  },
)

test('a folder in the place of the file stops the write, which leaves nothing behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-draft-'))
  try {
    await mkdir(join(folder, 'out'))
    await expect(writeFileAtomic(join(folder, 'out'), 'x')).rejects.toThrow('EISDIR')
    expect(await readdir(folder)).toEqual(['out'])
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a draft that cannot be written leaves nothing behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-draft-'))
  try {
    const broken = async function* (): AsyncGenerator<string> {
      yield 'half'
      throw new Error('no more')
    }
    await expect(writeFileAtomic(join(folder, 'out'), broken())).rejects.toThrow('no more')
    expect(await readdir(folder)).toEqual([])
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('what a crash left of a draft is removed by the next write of the file, and nothing else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-draft-'))
  try {
    const old = new Date(Date.now() - 2 * 3_600_000)
    const left = `out.${'0'.repeat(8)}-1111-2222-3333-${'4'.repeat(12)}.draft`
    const underWay = left.replace('0', '1')
    const others = ['out.old.draft', `other.${left.slice(4)}`, left.replace('.draft', '.drafts'), underWay]
    for (const name of [left, ...others]) {
      await writeFile(join(folder, name), 'half')
      if (name !== underWay) await utimes(join(folder, name), old, old)
    }
    await writeFileAtomic(join(folder, 'out'), 'whole')
    expect((await readdir(folder)).toSorted()).toEqual([...others, 'out'].toSorted())
  } finally {
    await rm(folder, { recursive: true })
  }
})
