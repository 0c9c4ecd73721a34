import { readFile } from 'node:fs/promises'
import { dirname, basename, resolve } from 'node:path'
import { shortDigest } from '../../../base/digest.ts'
import { canonicalJsonOf, type Json } from '../../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import { errnoOf } from '../../../adapters/files/errno.ts'
import { diffReleases, type ReleaseSummary } from '../../../domain/release/diff-releases.ts'
import { parseLock } from '../../../contract/manifest/parse-lock.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { loadProject } from '../load-project.ts'
import { reportProblems } from '../report-problems.ts'
import { inert, inertJson, styleFor } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

/** `gatehouse diff FROM TO`: what changed, per component. */
export async function diffCommand(
  terminal: Terminal,
  options: { readonly from: string; readonly to: string; readonly json: boolean },
): Promise<number> {
  const from = await summaryOf(terminal, options.from)
  const to = await summaryOf(terminal, options.to)
  if (!from.ok || !to.ok) {
    reportProblems(terminal, [...(from.ok ? [] : from.failure), ...(to.ok ? [] : to.failure)])
    return EXIT_CODE.usage
  }
  const changes = diffReleases(from.value, to.value)
  if (options.json) {
    printLine(terminal, inertJson({ schemaVersion: 1, from: from.value.digest, to: to.value.digest, changes }, 2))
    return EXIT_CODE.pass
  }
  const style = styleFor(terminal.hasColor)
  const { value: a } = from
  const { value: b } = to
  printLine(terminal, `v${a.version} ${shortDigest(a.digest)} → v${b.version} ${shortDigest(b.digest)}`)
  const marks = { added: style.green('+'), removed: style.red('-'), changed: style.yellow('~') }
  for (const { kind, id, change } of changes) printLine(terminal, ` ${marks[change]} ${kind} ${inert(id)} ${change}`)
  if (changes.length === 0)
    printLine(terminal, a.digest === b.digest ? 'the same release' : 'no component changed; the manifest did')
  return EXIT_CODE.pass
}

async function summaryOf(terminal: Terminal, name: string): Promise<Result<ReleaseSummary, readonly Problem[]>> {
  const path = resolve(terminal.workingFolder, name)
  if (!name.endsWith('.lock')) {
    const loaded = await loadProject(dirname(path), '.', basename(path))
    if (!loaded.ok) return loaded
    const { release } = loaded.value
    return ok({
      digest: release.digest,
      version: release.manifest.metadata.version,
      components: release.components,
      guard: canonicalJsonOf((release.raw['guard'] ?? null) as Json),
    })
  }
  try {
    return parseLock(name, await readFile(path, 'utf8'))
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    return fail([{ code: 'lock/unreadable', message: `\`${name}\` cannot be read`, next: 'check the path' }])
  }
}
