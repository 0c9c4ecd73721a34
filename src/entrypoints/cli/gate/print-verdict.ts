import { DAY_MS } from '../../../base/instant.ts'
import { systemClock } from '../../../adapters/clock/system-clock.ts'
import { shortDigest } from '../../../base/digest.ts'
import type { StoredRuleResult, StoredVerdict } from '../../../application/release/stored-verdict.ts'
import { EXIT_CODE, type ExitCode } from '../exit-code.ts'
import { inert, styleFor, type Style } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { missingPeople, printPeople } from './print-people.ts'
import type { GateOutcome } from './run-gate.ts'

const FAILURES_SHOWN = 3

export function exitCodeOf({ verdict }: StoredVerdict): ExitCode {
  switch (verdict) {
    case 'released':
      return EXIT_CODE.pass
    case 'blocked':
      return EXIT_CODE.blocked
    case 'inconclusive':
      return EXIT_CODE.inconclusive
    case 'pending-approval':
      return EXIT_CODE.approvalPending
  }
}

/** The verdict for people (reference layout): what blocks first, each with its fix. */
export function printVerdict(
  terminal: Terminal,
  { verdict, ran }: GateOutcome,
  options: { readonly verbose: boolean; readonly seconds: number; readonly isExiting?: boolean },
): void {
  const style = styleFor(terminal.hasColor)
  const groups = Map.groupBy(verdict.results, ({ outcome }) => outcome)
  const packs = verdict.packs.map(({ id, version }) => `${id}@${version}`).join(', ')
  printLine(
    terminal,
    `${style.bold(`${verdict.system} v${verdict.systemVersion}`)} · tier ${verdict.tier} · ${verdict.environment} · policy ${packs}`,
  )
  if (verdict.results.some(({ isSimulated }) => isSimulated))
    printLine(
      terminal,
      style.yellow(
        'answers came from a SIMULATED model: this shows how the controls work, not how a real model behaves',
      ),
    )
  printLine(terminal)
  section(terminal, style.red('BLOCKING'), groups.get('failed'), (result) =>
    failing(terminal, style.red(' FAIL'), result, style),
  )
  section(terminal, style.yellow('INCONCLUSIVE'), groups.get('inconclusive'), (result) =>
    failing(terminal, style.yellow(' ????'), result, style),
  )
  section(terminal, style.yellow('ERRORED'), groups.get('errored'), (result) =>
    failing(terminal, style.yellow(' ERR '), result, style),
  )
  section(terminal, 'EXCEPTED', groups.get('excepted'), (result) => {
    const days = Math.ceil(((result.exceptionExpiresAt ?? 0) - systemClock()) / DAY_MS)
    printLine(
      terminal,
      ` EXCP ${result.id} ${inert(result.title)} · ${result.exceptionId ?? ''} expires in ${days} days`,
    )
  })
  const passed = groups.get('passed') ?? []
  if (options.verbose)
    for (const result of passed) printLine(terminal, ` ${style.green('ok')}   ${result.id} ${inert(result.detail)}`)
  printPeople(terminal, verdict)
  for (const id of verdict.unusedExceptions)
    printLine(terminal, style.dim(`unused exception ${id}: nothing it covers fails`))
  printLine(
    terminal,
    `PASSED ${passed.length}${options.verbose ? '' : ' (--verbose)'}   SKIPPED ${verdict.skipped.length}   RAN ${ran.length}   ${options.seconds.toFixed(1)} s`,
  )
  printLine(
    terminal,
    `Release ${shortDigest(verdict.releaseDigest)} · ledger #${verdict.ledgerIndex}${verdict.envelope === null ? '' : ` · VSA ${verdict.verdict === 'released' ? 'PASSED' : 'FAILED'}`}`,
  )
  const last = closing(verdict, style)
  printLine(terminal, options.isExiting === false ? last.replace(/Exiting \d+: /, '→ ') : last)
}

function section(
  terminal: Terminal,
  title: string,
  results: readonly StoredRuleResult[] | undefined,
  print: (result: StoredRuleResult) => void,
): void {
  if (results === undefined) return
  printLine(terminal, `${title} (${results.length})`)
  for (const result of results) print(result)
}

// oxlint-disable-next-line max-params -- a printer, a mark, what is printed, and how
function failing(terminal: Terminal, mark: string, result: StoredRuleResult, style: Style): void {
  printLine(
    terminal,
    `${mark} ${result.id} ${inert(result.outcome === 'failed' ? result.message : result.title)} ${style.dim(`[${result.severity}]`)}`,
  )
  if (result.detail !== result.message) printLine(terminal, `      ${inert(result.detail)}`)
  for (const { file, line, id, why } of result.failures.slice(0, FAILURES_SHOWN))
    printLine(terminal, `      ${inert(`${file}:${line} ${id}: ${why}`)}`)
  const more = result.failures.length - FAILURES_SHOWN + result.failuresOmitted
  if (more > 0) printLine(terminal, style.dim(`      … and ${more} more: gatehouse explain ${result.id}`))
  if (result.frameworks.length > 0) printLine(terminal, style.dim(`      ${inert(result.frameworks.join(', '))}`))
  printLine(terminal, `      fix: ${inert(fixOf(result))}`)
}

function fixOf(result: StoredRuleResult): string {
  if (result.outcome === 'inconclusive')
    return `add cases: ${result.measure?.n ?? 0} cannot decide it (gatehouse plan says how many can)`
  if (result.outcome === 'errored') return fixOfErrored(result.detail)
  return result.fix
}

function fixOfErrored(detail: string): string {
  if (detail === 'not evidenced') return 'run `gatehouse gate` without --no-run'
  if (detail.startsWith('no suite of purpose'))
    return 'declare a suite of that purpose under `suites` (docs/how-to/write-a-suite.md)'
  return 'mend what stopped the check, then gate again'
}

function closing(verdict: StoredVerdict, style: Style): string {
  const count = (outcome: string): number => verdict.results.filter((result) => result.outcome === outcome).length
  switch (verdict.verdict) {
    case 'released':
      return style.green(`Exiting 0: released for ${verdict.environment}.`)
    case 'blocked':
      return style.red(
        verdict.approvals.isRejected
          ? 'Exiting 1: rejected by an approver.'
          : `Exiting 1: ${count('failed')} blocking ${count('failed') === 1 ? 'finding' : 'findings'}.`,
      )
    case 'inconclusive':
      return style.yellow(
        `Exiting 3: ${count('inconclusive') + count('errored')} undecided; what has no evidence is not green.`,
      )
    case 'pending-approval':
      return style.yellow(`Exiting 5: ${missingPeople(verdict)}`)
  }
}
