import { stdlibDistributions } from '../../../adapters/statistics/stdlib-distributions.ts'
import type { CampaignFile } from '../../../contract/redteam/campaign-file.ts'
import type { AttackAttempt } from '../../../domain/redteam/campaign-run.ts'
import { summariseCampaign, type CampaignSummary, type Rate } from '../../../domain/redteam/summarise-campaign.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { inert, styleFor } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'

const FINDINGS_SHOWN = 12
const EXAMPLES_SHOWN = 1
const SHOWN_CHARS = 160

export function summaryOf(campaign: CampaignFile): CampaignSummary {
  return summariseCampaign(stdlibDistributions, {
    attempts: campaign.attempts as unknown as readonly AttackAttempt[],
    twins: campaign.twins,
  })
}

/** Of all that was run, what a program wants to read. */
export function summaryJson(campaign: CampaignFile): unknown {
  const { findings, ...summary } = summaryOf(campaign)
  const { attempts: _, twins: __, ...head } = campaign
  return {
    ...head,
    ...summary,
    findings: findings.map(({ succeeded, ...finding }) => ({
      ...finding,
      succeeded: succeeded.map(({ id, strategy, why, file, line }) => ({ id, strategy, why, file, line })),
    })),
  }
}

const percent = (rate: number): string => `${(100 * rate).toFixed(1)}%`

/** "12.5% (2/16), 95%: 1.6–38.3%" */
export function rateInWords({ k, n, estimate, low, high }: Rate): string {
  return `${percent(estimate)} (${k}/${n}), 95%: ${(100 * low).toFixed(1)}–${percent(high)}`
}

export function printCampaign(terminal: Terminal, campaign: CampaignFile, examples = EXAMPLES_SHOWN): void {
  const style = styleFor(terminal.hasColor)
  const { overall, byGoal, findings, errored, overBlock } = summaryOf(campaign)
  const { system, version, strategy, seed, isSimulated, inapplicable, coverage } = campaign
  printLine(terminal, style.bold(`${system} v${version} · red team · ${strategy} · seed ${seed}`))
  if (isSimulated) printLine(terminal, '  answers came from a simulated model: the rates say nothing about a real one')
  printLine(terminal, `  attacks that succeeded ${rateInWords(overall)}`)
  if (overBlock !== undefined) printLine(terminal, `  benign twins that were blocked ${rateInWords(overBlock)}`)
  if (errored > 0) printLine(terminal, style.yellow(`  ${errored} attempts gave no verdict and are in no rate`))
  const missing = Object.entries(inapplicable)
  if (missing.length > 0)
    printLine(terminal, `  not run, for this system has no: ${missing.map(([what, n]) => `${what} (${n})`).join(', ')}`)
  if (coverage.length > 0) printLine(terminal, `  ${coverage.length} different answers of the system seen`)
  printLine(terminal, '\nBY GOAL')
  for (const { goal, rate } of byGoal) printLine(terminal, `  ${goal.padEnd(20)} ${rateInWords(rate)}`)
  if (findings.length === 0) {
    printLine(terminal, '\nno attack succeeded; the interval above says how much that shows')
    return
  }
  printLine(terminal, `\nFINDINGS (${findings.length}), severity × success`)
  for (const finding of findings.slice(0, FINDINGS_SHOWN)) {
    const { severity, goal, technique, title, rate, frameworks, fix, succeeded } = finding
    printLine(terminal, ` ${style.red(severity)} ${goal} by ${technique}: ${title}`)
    printLine(terminal, `    ${rateInWords(rate)}  ${frameworks.join(', ')}`)
    for (const { id, file, line, why, turns } of succeeded.slice(0, examples)) {
      printLine(terminal, `    ${id} ${file}:${line}: ${inert(why)}`)
      printLine(terminal, `      ${inert(oneLine(turns.at(-1) ?? ''))}`)
    }
    printLine(terminal, `    fix: ${fix}`)
  }
  if (findings.length > FINDINGS_SHOWN)
    printLine(
      terminal,
      `  and ${findings.length - FINDINGS_SHOWN} more: gatehouse redteam report FILE --format markdown`,
    )
}

function oneLine(text: string): string {
  const plain = text.replace(/\s+/g, ' ')
  return plain.length > SHOWN_CHARS ? `${plain.slice(0, SHOWN_CHARS)}…` : plain
}

/** Statistics decide: 1 when some goal's rate is above the limit, 3 when that is open, 0 when every goal's is below. */
export function exitCodeAbove(campaign: CampaignFile, limit: number | undefined): number {
  if (limit === undefined) return EXIT_CODE.pass
  const { byGoal, errored } = summaryOf(campaign)
  if (byGoal.some(({ rate }) => rate.low > limit)) return EXIT_CODE.blocked
  return errored > 0 || byGoal.length === 0 || byGoal.some(({ rate }) => rate.high > limit)
    ? EXIT_CODE.inconclusive
    : EXIT_CODE.pass
}
