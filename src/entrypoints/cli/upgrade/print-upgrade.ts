import type { ComponentChange } from '../../../contract/manifest/change-component.ts'
import { BASELINE_CRITERION, type UpgradeJudgement } from '../../../domain/upgrade/judge-upgrade.ts'
import { EXIT_CODE, type ExitCode } from '../exit-code.ts'
import { inert, styleFor } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

const REGRESSIONS_SHOWN = 15

export interface UpgradeReport extends UpgradeJudgement {
  readonly schemaVersion: 1
  readonly system: string
  readonly change: ComponentChange
  readonly version: { readonly from: string; readonly to: string }
  readonly releaseDigest: { readonly from: string; readonly to: string }
  readonly isSimulated: boolean
  readonly margin: number
  readonly seed: number
  /** A unified diff of the manifest: the release that is proposed. */
  readonly patch: string
}

export function exitCodeOfUpgrade({ verdict }: Pick<UpgradeReport, 'verdict'>): ExitCode {
  switch (verdict) {
    case 'accepted':
      return EXIT_CODE.pass
    case 'rejected':
      return EXIT_CODE.blocked
    case 'inconclusive':
      return EXIT_CODE.inconclusive
  }
}

/** Acceptance criteria first, then what got worse, then what to do. */
export function printUpgrade(terminal: Terminal, report: UpgradeReport, patchFile: string): void {
  const style = styleFor(terminal.hasColor)
  const { system, change, version, releaseDigest, criteria, regressions, comparisons, verdict } = report
  const mark = { passed: style.green('PASS'), failed: style.red('FAIL'), inconclusive: '????', errored: 'ERR ' }
  printLine(terminal, style.bold(inert(`${system} · ${change.kind} ${change.id}: ${change.from} → ${change.to}`)))
  printLine(terminal, inert(`v${version.from} ${releaseDigest.from}\n→ v${version.to} ${releaseDigest.to}`))
  if (report.isSimulated)
    printLine(
      terminal,
      style.yellow('answers came from a SIMULATED model: this shows how it works, not which is better'),
    )
  printLine(terminal, '\nacceptance criteria')
  for (const { id, outcome, detail, baseline } of criteria) {
    const before = baseline === null ? '' : ` (before: ${baseline})`
    printLine(terminal, ` ${mark[outcome]} ${inert(`${id}  ${detail}${before}`)}`)
  }
  if (regressions.length > 0) printLine(terminal, `\nregressions (${regressions.length})`)
  for (const { of, id, file, line, why } of regressions.slice(0, REGRESSIONS_SHOWN))
    printLine(terminal, ` ${style.red('worse')} ${inert(`${file}:${line} ${id} (${of}): ${why}`)}`)
  if (regressions.length > REGRESSIONS_SHOWN)
    printLine(terminal, `      and ${regressions.length - REGRESSIONS_SHOWN} more; see --json`)
  const better = comparisons.reduce((sum, { comparison }) => sum + comparison.improvements.length, 0)
  if (better > 0) printLine(terminal, `\n${better} cases missed before and hold now`)
  printLine(terminal, `\nproposal: ${patchFile}`)
  printLine(terminal, closing(report, patchFile))
  printLine(terminal, `Exiting ${exitCodeOfUpgrade({ verdict })}: ${verdict}.`)
}

function closing({ verdict, criteria }: UpgradeReport, patchFile: string): string {
  if (
    verdict === 'inconclusive' &&
    criteria.some(({ id, outcome }) => id === BASELINE_CRITERION && outcome === 'errored')
  )
    return 'next: compare with results from before the change (--baseline), which --save-baseline keeps'
  switch (verdict) {
    case 'accepted':
      return `next: git apply ${patchFile}, then gatehouse gate`
    case 'rejected':
      return 'next: read what got worse; keep the component as it is'
    case 'inconclusive':
      return 'next: add cases (gatehouse plan says how many), or state a wider --margin with its reason'
  }
}
