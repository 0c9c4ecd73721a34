import { execFileSync } from 'node:child_process'
import { open, statfs, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoOf } from '../../src/adapters/files/errno.ts'
import { tempFolder } from './temp-folder.ts'

export interface SmallDisk extends AsyncDisposable {
  readonly path: string
  /** Leaves no byte free. */
  fill(): Promise<void>
  free(): Promise<void>
  makeReadOnly(): void
  makeWritable(): void
}

/** A disk of its own in memory; undefined where this process may not mount one. */
export async function smallDisk(megabytes: number): Promise<SmallDisk | undefined> {
  const folder = await tempFolder()
  const { path } = folder
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path], { stdio: 'ignore' })
  } catch (error) {
    if (!(error instanceof Error)) throw error
    await folder[Symbol.asyncDispose]()
    return undefined
  }
  const ballast = join(path, 'ballast')
  return {
    path,
    async fill() {
      const file = await open(ballast, 'w')
      try {
        const { bavail, bsize } = await statfs(path)
        await file.write(Buffer.alloc(bavail * bsize))
        for (;;) await file.write(Buffer.alloc(4_096))
      } catch (error) {
        if (errnoOf(error) !== 'ENOSPC') throw error
      } finally {
        await file.close()
      }
    },
    free: () => unlink(ballast),
    makeReadOnly: () => void execFileSync('mount', ['-o', 'remount,ro', path]),
    makeWritable: () => void execFileSync('mount', ['-o', 'remount,rw', path]),
    async [Symbol.asyncDispose]() {
      execFileSync('umount', ['-l', path])
      await folder[Symbol.asyncDispose]()
    },
  }
}
