import { resolve } from 'node:path'
import { writeFileAtomic } from '../../../adapters/files/atomic-file.ts'
import { epochMs, toRfc3339 } from '../../../base/instant.ts'
import type { EvaluationReport } from '../../../domain/evaluation/evaluation-report.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { exitCodeOfReport, printEvaluation } from '../evaluation/print-evaluation.ts'
import { reportProblems } from '../report-problems.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { exitCodeOfUpgrade, printUpgrade, type UpgradeReport } from '../upgrade/print-upgrade.ts'
import type { ListOptions } from '../listing/print-list.ts'
import { pagedCommand, type Common } from './identity.ts'
import { withSession } from './with-session.ts'

/** `gatehouse eval results`: what workers ran of a system, newest first. */
export function evalResultsCommand(
  terminal: Terminal,
  options: ListOptions & { readonly system: string },
): Promise<number> {
  const { system } = options
  return pagedCommand(terminal, options, { operation: 'listEvaluations', input: { system } }, (item) => {
    const { id, at, what, status, schedule } = item
    const when = toRfc3339(epochMs(Number(at)))
    return inert(`${String(id)}  ${when}  ${String(what)}  ${String(status)}  ${String(schedule ?? '–')}`)
  })
}

interface StoredResult {
  readonly id: string
  readonly what: string
  readonly status: string
  readonly report?: EvaluationReport | null
  readonly upgrade?: UpgradeReport
  readonly baseline?: {
    readonly releaseDigest: string
    readonly suites: readonly { readonly cases: readonly unknown[] }[]
  }
}

/** `gatehouse eval result`: the report of one. */
export function evalResultCommand(
  terminal: Terminal,
  id: string,
  options: Common & { readonly patch?: string | undefined },
): Promise<number> {
  return withSession(
    terminal,
    options,
    async (session) => {
      const found = await session.call('getEvaluation', { id })
      if (!found.ok || options.patch === undefined) return found
      const { upgrade } = found.value as unknown as StoredResult
      if (upgrade !== undefined) await writeFileAtomic(resolve(terminal.workingFolder, options.patch), upgrade.patch)
      return found
    },
    (value) => {
      const result = value as unknown as StoredResult
      if (options.patch !== undefined && result.upgrade === undefined) {
        reportProblems(terminal, [
          { code: 'eval/no-patch', message: `\`${id}\` proposes no release`, next: 'leave --patch out' },
        ])
        return EXIT_CODE.usage
      }
      if (options.json) printLine(terminal, inertJson({ schemaVersion: 1, ...result }, 2))
      else printResult(terminal, result, options.patch)
      return exitCodeOf(result)
    },
  )
}

function printResult(terminal: Terminal, result: StoredResult, patch: string | undefined): void {
  const { id, what, status, report, upgrade, baseline } = result
  if (upgrade !== undefined) {
    printUpgrade(terminal, upgrade, patch ?? '(write it with --patch upgrade.patch)')
    if (patch === undefined) printLine(terminal, `\n${inert(upgrade.patch)}`)
  } else if (baseline !== undefined) {
    const cases = baseline.suites.reduce((sum, suite) => sum + suite.cases.length, 0)
    printLine(
      terminal,
      inert(`${id}  results of ${baseline.releaseDigest}: ${cases} cases, kept to compare a change with`),
    )
  } else if (report === null || report === undefined) printLine(terminal, inert(`${id}  ${what}  ${status}`))
  else printEvaluation(terminal, report)
}

function exitCodeOf({ report, upgrade }: StoredResult): number {
  if (upgrade !== undefined) return exitCodeOfUpgrade(upgrade)
  return report === null || report === undefined ? EXIT_CODE.pass : exitCodeOfReport(report)
}
