import { join } from 'node:path'
import { readTextIfPresent, writeFileAtomic } from '../../../adapters/files/atomic-file.ts'
import { lockOf } from '../../../domain/release/lock.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { loadProject } from '../load-project.ts'
import { reportProblems } from '../report-problems.ts'
import { printLine, type Terminal } from '../terminal.ts'

/** Each manifest has its own lock beside it. */
export function lockFileOf(manifestFile: string): string {
  return `${manifestFile.replace(/\.ya?ml$/, '')}.lock`
}

/** `gatehouse lock`: records the digests, or with `--check` says whether the recorded ones still hold. */
export async function lockCommand(
  terminal: Terminal,
  options: { project: string; manifest: string; check: boolean; json: boolean },
): Promise<number> {
  const loaded = await loadProject(terminal.workingFolder, options.project, options.manifest)
  if (!loaded.ok) {
    reportProblems(terminal, loaded.failure)
    return EXIT_CODE.usage
  }
  const { release, folder } = loaded.value
  const lockFile = lockFileOf(options.manifest)
  const path = join(folder, lockFile)
  const text = `${JSON.stringify(lockOf(release), null, 2)}\n`
  const before = await readTextIfPresent(path)
  const matches = before === text
  if (!options.check && !matches) await writeFileAtomic(path, text)
  if (options.json)
    printLine(
      terminal,
      JSON.stringify({ schemaVersion: 1, releaseDigest: release.digest, matches, written: !options.check && !matches }),
    )
  else
    printLine(
      terminal,
      `${matches ? 'unchanged' : options.check ? 'differs' : 'written'}  ${lockFile}  ${release.digest}`,
    )
  if (options.check && !matches) {
    terminal.error(`  next: gatehouse lock, then commit ${lockFile}\n`)
    return EXIT_CODE.blocked
  }
  return EXIT_CODE.pass
}
