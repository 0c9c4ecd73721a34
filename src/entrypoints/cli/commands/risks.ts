import { systemClock } from '../../../adapters/clock/system-clock.ts'
import { epochMs, toRfc3339 } from '../../../base/instant.ts'
import { fail, ok, type Problem, type Result } from '../../../base/result.ts'
import type { InputOf, OperationName, OutputOf } from '../../../contract/http/operations.ts'
import type { BurnDownPoint } from '../../../domain/risk/burn-down.ts'
import { RISK_LEVELS } from '../../../domain/risk/rate-risk.ts'
import { isOpenRisk, isOverdueRisk, type Risk, type RiskPlan } from '../../../domain/risk/risk.ts'
import { printList, type ListEnd, type ListOptions } from '../listing/print-list.ts'
import type { Session, SessionOptions } from '../session.ts'
import { inert, inertJson } from '../style.ts'
import { printHistory } from '../print-history.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { unansweredRisks } from './catalogue-risks.ts'
import { withSession } from './with-session.ts'

type Common = SessionOptions & { readonly json: boolean }
type One = Common & { readonly id: string }

export function listRisksCommand(
  terminal: Terminal,
  options: ListOptions & { readonly system?: string | undefined; readonly status?: string | undefined },
): Promise<number> {
  const { system, status } = options
  const systems = new Set(system === undefined ? [] : [system])
  return printList(
    terminal,
    options,
    { operation: 'listRisks', input: { system, status } },
    {
      print: (items) => items.forEach(printRisk(terminal, false)),
      see: (items) => items.forEach((item) => systems.add(String(item['system']))),
      close: (session) => unansweredOf(session, [...systems].slice(0, SYSTEMS_SHOWN_MAX)),
    },
  )
}

/** Systems of the listed risks whose catalogue is looked at. */
const SYSTEMS_SHOWN_MAX = 10

async function unansweredOf(session: Session, systems: readonly string[]): Promise<Result<ListEnd, Problem>> {
  const unanswered: Record<string, readonly string[]> = {}
  const lines: string[] = []
  for (const name of systems) {
    const found = await unansweredRisks(session, name)
    if (!found.ok) return found
    unanswered[name] = found.value
    if (found.value.length > 0)
      lines.push(
        `${inert(name)}: ${found.value.length} risks of the catalogue apply and are neither treated nor dismissed: ${found.value.join(', ')}\n  next: gatehouse risk import --from catalogue --preview -s ${inert(name)}`,
      )
  }
  return ok({ members: { unanswered }, lines })
}

function printRisk(terminal: Terminal, isJson: boolean): (value: object) => void {
  return (value) => {
    if (isJson) return printLine(terminal, inertJson(value))
    const risk = value as Risk
    const { id, treatment, severity, rating, system, title, owner, dueAt, acceptance, source } = risk
    const rated = rating === null ? 'not assessed' : `${rating.likelihood}×${rating.impact}`
    const due = isOpenRisk(risk)
      ? `  ${isOverdueRisk(risk, systemClock()) ? 'OVERDUE since' : 'due'} ${toRfc3339(epochMs(dueAt))}`
      : treatment === 'accepted' && acceptance !== null
        ? `  until ${toRfc3339(epochMs(acceptance.expiresAt))}`
        : ''
    printLine(
      terminal,
      `${inert(id)}  ${treatment}  ${severity} (${rated})  ${inert(system)}  ${inert(title)}  @${inert(owner)}${due}  from ${inert(source)}`,
    )
  }
}

export function showRiskCommand(terminal: Terminal, options: One): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call('getRisk', { id: options.id }),
    (value) => {
      printRisk(terminal, options.json)(value)
      if (options.json) return
      const { controls, rules, evidence, plan, planText, history } = value as unknown as Risk
      const line = (label: string, text: string): void =>
        text === '' ? undefined : printLine(terminal, `  ${label.padEnd(9)} ${inert(text)}`)
      line('plan', plan === null ? '' : `${plan}: ${planText}`)
      line('controls', controls.join(', '))
      line('rules', rules.join(', '))
      line('evidence', evidence.join(', '))
      printHistory(terminal, history)
    },
  )
}

export function addRiskCommand(
  terminal: Terminal,
  options: Common & {
    readonly system: string
    readonly from: string
    readonly ref?: string | undefined
    readonly title?: string | undefined
    readonly severity?: string | undefined
    readonly owner?: string | undefined
    readonly control?: readonly string[] | undefined
    readonly rule?: readonly string[] | undefined
  },
): Promise<number> {
  const { system, from, ref, title, severity, owner, control, rule } = options
  const input = { system, kind: from, ref, title, severity, owner, controls: control, rules: rule }
  return call(terminal, options, 'addRisk', ok(input as InputOf<'addRisk'>))
}

export function deriveRisksCommand(terminal: Terminal, options: Common & { readonly system: string }): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call('deriveRisks', { system: options.system }),
    ({ items }) => {
      if (options.json) return printLine(terminal, inertJson({ schemaVersion: 1, items }, 2))
      if (items.length === 0) printLine(terminal, 'none')
      for (const item of items) printRisk(terminal, false)(item)
    },
  )
}

export function dismissRiskCommand(terminal: Terminal, options: One & { readonly note: string }): Promise<number> {
  const { id, note } = options
  return call(terminal, options, 'dismissRisk', ok({ id, note }))
}

export function assessRiskCommand(
  terminal: Terminal,
  options: One & { readonly likelihood: string; readonly impact: string; readonly note: string },
): Promise<number> {
  const { id, note } = options
  const likelihood = whole('--likelihood', options.likelihood)
  const impact = whole('--impact', options.impact)
  const input = !likelihood.ok
    ? likelihood
    : !impact.ok
      ? impact
      : ok({ id, note, likelihood: likelihood.value, impact: impact.value })
  return call(terminal, options, 'assessRisk', input)
}

export function treatRiskCommand(
  terminal: Terminal,
  options: One & {
    readonly plan?: RiskPlan | undefined
    readonly done?: RiskPlan | undefined
    readonly reopen: boolean
    readonly note: string
    readonly owner?: string | undefined
    readonly dueDays?: string | undefined
    readonly evidence?: string | undefined
  },
): Promise<number> {
  const { id, plan, done, reopen, note, owner, evidence } = options
  if ([plan !== undefined, done !== undefined, reopen].filter(Boolean).length !== 1)
    return call(
      terminal,
      options,
      'endRisk',
      fail({
        code: 'usage/value',
        message: 'name one of --plan, --done and --reopen',
        next: 'gatehouse risk treat --help',
      }),
    )
  if (plan !== undefined) {
    const days = options.dueDays === undefined ? ok(undefined) : whole('--due-days', options.dueDays)
    return call(terminal, options, 'planRisk', days.ok ? ok({ id, plan, note, owner, days: days.value }) : days)
  }
  return call(terminal, options, 'endRisk', ok({ id, event: done ?? 'reopen', note, evidence }))
}

export function carryRiskCommand(
  terminal: Terminal,
  options: One & { readonly days: string; readonly reason: string },
): Promise<number> {
  const { id, reason } = options
  const days = whole('--days', options.days)
  return call(terminal, options, 'askRiskAcceptance', days.ok ? ok({ id, reason, days: days.value }) : days)
}

export function speakOnRiskCommand(
  terminal: Terminal,
  options: One & { readonly role: string; readonly decision: 'approve' | 'reject'; readonly comment: string },
): Promise<number> {
  const { id, role, decision, comment } = options
  return call(terminal, options, 'speakOnRisk', ok({ id, role, decision, comment } as InputOf<'speakOnRisk'>))
}

export function burnDownCommand(
  terminal: Terminal,
  options: Common & { readonly system?: string | undefined; readonly points: string; readonly stepDays: string },
): Promise<number> {
  const points = whole('--points', options.points)
  const stepDays = whole('--step-days', options.stepDays)
  return withSession(
    terminal,
    options,
    async (session) =>
      !points.ok
        ? points
        : !stepDays.ok
          ? stepDays
          : session.call('getRiskBurnDown', { system: options.system, points: points.value, stepDays: stepDays.value }),
    ({ items }) => {
      if (options.json) return printLine(terminal, inertJson({ schemaVersion: 1, items }, 2))
      printLine(terminal, 'day         open  overdue  carried  opened  ended  by level')
      for (const point of items as unknown as readonly BurnDownPoint[]) {
        const { at, open, overdue, accepted, opened, ended, byLevel } = point
        const levels = RISK_LEVELS.filter((level) => byLevel[level] > 0).map((level) => `${byLevel[level]} ${level}`)
        const cells = [open, overdue, accepted, opened, ended].map((count, index) =>
          String(count).padStart(CELLS[index] ?? 0),
        )
        printLine(terminal, `${toRfc3339(epochMs(at)).slice(0, 10)}  ${cells.join('  ')}  ${levels.join(', ')}`)
      }
    },
  )
}

/** Widths of the columns of the burn-down. */
const CELLS = [4, 7, 7, 6, 5]

function call<Name extends OperationName>(
  terminal: Terminal,
  options: Common,
  name: Name,
  input: Result<InputOf<Name>, Problem>,
): Promise<number> {
  const ask = async (session: Session): Promise<Result<OutputOf<Name>, Problem>> =>
    input.ok ? session.call(name, input.value) : input
  return withSession(terminal, options, ask, (value) => printRisk(terminal, options.json)(value as object))
}

function whole(flag: string, text: string): Result<number, Problem> {
  const value = Number(text)
  return Number.isInteger(value) && value > 0
    ? ok(value)
    : fail({
        code: 'usage/value',
        message: `\`${flag}\` does not take \`${text}\``,
        next: 'write a whole number from 1',
      })
}
