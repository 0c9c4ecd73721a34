import type { StoredVerdict } from '../../../application/release/stored-verdict.ts'
import { fail, ok } from '../../../base/result.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { loadPacks } from '../load-packs.ts'
import { loadProject } from '../load-project.ts'
import { reportProblems } from '../report-problems.ts'
import { inert, inertJson, styleFor } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { withSession } from './with-session.ts'

export interface ExplainOptions {
  readonly rule: string
  readonly project: string
  readonly manifest: string
  readonly state?: string | undefined
  readonly json: boolean
}

/** What a rule asks can be told without a state. */
const NO_VERDICT = new Set(['release/unknown', 'state/absent'])

/** `gatehouse explain ID`: the rule, the newest result for this very release, every failing case, the way out. */
export async function explainCommand(terminal: Terminal, options: ExplainOptions): Promise<number> {
  const project = await loadProject(terminal.workingFolder, options.project, options.manifest)
  if (!project.ok) {
    reportProblems(terminal, project.failure)
    return EXIT_CODE.usage
  }
  const { release, folder } = project.value
  const packs = await loadPacks(folder, release.manifest.policies ?? ['baseline'])
  if (!packs.ok) {
    reportProblems(terminal, packs.failure)
    return EXIT_CODE.usage
  }
  const rule = packs.value.flatMap(({ pack }) => pack.rules).find(({ id }) => id === options.rule)
  if (rule === undefined) {
    reportProblems(terminal, [
      {
        code: 'explain/unknown-rule',
        message: `no pack of this system has rule \`${options.rule}\``,
        next: 'gatehouse policy test lists them',
      },
    ])
    return EXIT_CODE.usage
  }
  return withSession(
    terminal,
    options,
    async (session) => {
      const detail = await session.call('getRelease', { digest: release.digest })
      if (!detail.ok && !NO_VERDICT.has(detail.failure.code)) return fail(detail.failure)
      const verdicts = detail.ok ? (detail.value['verdicts'] as unknown as readonly StoredVerdict[]) : []
      return ok(verdicts[0]?.results.find(({ id }) => id === rule.id))
    },
    (result) => {
      if (options.json) return printLine(terminal, inertJson({ schemaVersion: 1, rule, result: result ?? null }, 2))
      const style = styleFor(terminal.hasColor)
      printLine(
        terminal,
        `${style.bold(rule.id)} ${inert(rule.title)} · ${rule.severity} · ${rule.controls.join(', ')}`,
      )
      printLine(
        terminal,
        `  asks: ${inert(rule.expr.trim())}${rule.when === 'true' ? '' : `\n  when: ${inert(rule.when)}`}`,
      )
      if (rule.frameworks.length > 0) printLine(terminal, `  serves: ${inert(rule.frameworks.join(', '))}`)
      if (result === undefined) printLine(terminal, '  this release has no verdict yet\n  next: gatehouse gate')
      else {
        printLine(
          terminal,
          `  outcome: ${result.outcome}: ${inert(result.detail)}${result.isSimulated ? ' (simulated model)' : ''}`,
        )
        for (const { file, line, id, why } of result.failures)
          printLine(terminal, `    ${inert(`${file}:${line} ${id}: ${why}`)}`)
        if (result.failuresOmitted > 0) printLine(terminal, `    … and ${result.failuresOmitted} more`)
      }
      printLine(terminal, `  fix: ${inert(rule.fix)}`)
    },
  )
}
