import { resolve } from 'node:path'
import { writeFileAtomic } from '../../../adapters/files/atomic-file.ts'
import { errnoOf } from '../../../adapters/files/errno.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import type { Terminal } from '../terminal.ts'

/** A report as text, by the ending of its file's name. */
export type ReportRenderers<Report> = Readonly<Record<string, (report: Report) => string>>

/** Writes a report to each path, in the format that the file's name ends in. */
export async function writeByEnding<Report>(
  terminal: Terminal,
  { report, renderers }: { readonly report: Report; readonly renderers: ReportRenderers<Report> },
  paths: readonly string[],
): Promise<Result<void, Problem>> {
  for (const path of paths) {
    const render = renderers[path.slice(path.lastIndexOf('.') + 1)]
    if (render === undefined)
      return fail({
        code: 'eval/format',
        message: `\`${path}\` ends in no format`,
        next: `use one of: ${Object.keys(renderers).join(', ')}`,
      })
    try {
      await writeFileAtomic(resolve(terminal.workingFolder, path), render(report))
    } catch (error) {
      if (errnoOf(error) === undefined) throw error
      return fail({
        code: 'eval/unwritable',
        message: `\`${path}\` cannot be written (${errnoOf(error) ?? ''})`,
        next: 'check the folder and its rights',
      })
    }
  }
  return ok(undefined)
}
