import { systemClock } from '../../../adapters/clock/system-clock.ts'
import type { Escalation } from '../../../application/governance/escalations.ts'
import type { ThreatModel } from '../../../application/governance/threat-models.ts'
import { epochMs, toRfc3339 } from '../../../base/instant.ts'
import { fail } from '../../../base/result.ts'
import type { InputOf } from '../../../contract/http/operations.ts'
import {
  FINDING_SEVERITIES,
  FINDING_SOURCES,
  isOverdue,
  type Finding,
  type FindingEvent,
} from '../../../domain/finding/finding.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { reportProblems } from '../report-problems.ts'
import type { SessionOptions } from '../session.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { printThreatModel, THREAT_FORMATS, type ThreatFormat } from './print-threats.ts'
import { printHistory } from '../print-history.ts'
import { printList, type ListOptions } from '../listing/print-list.ts'
import { withSession } from './with-session.ts'

type Common = SessionOptions & { readonly json: boolean }

interface FindingOptions extends Common {
  readonly severity?: string | undefined
  readonly owner?: string | undefined
  readonly rule?: string | undefined
  readonly incident?: string | undefined
}

export async function reportFindingCommand(
  terminal: Terminal,
  options: FindingOptions & {
    readonly system: string
    readonly title: string
    readonly description: string
    readonly source: string
    readonly location?: string | undefined
    readonly risk?: readonly string[] | undefined
    readonly release?: string | undefined
  },
): Promise<number> {
  if (!isOneOf(terminal, '--severity', options.severity, FINDING_SEVERITIES)) return EXIT_CODE.usage
  if (!isOneOf(terminal, '--source', options.source, FINDING_SOURCES)) return EXIT_CODE.usage
  const { system, title, description, source, severity, owner, location, incident } = options
  const input = {
    system,
    title,
    description,
    source,
    severity,
    owner,
    location,
    incident,
    risks: options.risk,
    releaseDigest: options.release,
    verifyingRule: options.rule,
  }
  return withSession(
    terminal,
    options,
    (session) => session.call('reportFinding', input as InputOf<'reportFinding'>),
    printFinding(terminal, options.json),
  )
}

export function isOneOf(
  terminal: Terminal,
  flag: string,
  value: string | undefined,
  allowed: readonly string[],
): boolean {
  if (value !== undefined && allowed.includes(value)) return true
  reportProblems(terminal, [
    {
      code: 'usage/value',
      message: `\`${flag}\` does not take \`${value ?? ''}\``,
      next: `use: ${allowed.join(', ')}`,
    },
  ])
  return false
}

export async function assignFindingCommand(
  terminal: Terminal,
  options: FindingOptions & { readonly id: string },
): Promise<number> {
  const { id, owner, severity, incident, rule } = options
  if (severity !== undefined && !isOneOf(terminal, '--severity', severity, FINDING_SEVERITIES)) return EXIT_CODE.usage
  return withSession(
    terminal,
    options,
    (session) =>
      session.call('assignFinding', { id, owner, severity, incident, verifyingRule: rule } as InputOf<'assignFinding'>),
    printFinding(terminal, options.json),
  )
}

export async function moveFindingCommand(
  terminal: Terminal,
  options: Common & {
    readonly id: string
    readonly event: FindingEvent
    readonly note: string
    readonly exception?: string | undefined
  },
): Promise<number> {
  const { id, event, note, exception } = options
  return withSession(
    terminal,
    options,
    (session) => session.call('changeFinding', { id, event, note, exception }),
    printFinding(terminal, options.json),
  )
}

export async function showFindingCommand(
  terminal: Terminal,
  options: Common & { readonly id: string },
): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call('getFinding', { id: options.id }),
    (value) => {
      printFinding(terminal, options.json)(value)
      if (options.json) return
      printHistory(terminal, (value as unknown as Finding).history)
    },
  )
}

export function listFindingsCommand(
  terminal: Terminal,
  options: ListOptions & { readonly system?: string | undefined; readonly status?: string | undefined },
): Promise<number> {
  const { system, status } = options
  return printList(
    terminal,
    options,
    { operation: 'listFindings', input: { system, status } },
    { print: (items) => items.forEach(printFinding(terminal, false)) },
  )
}

function printFinding(terminal: Terminal, json: boolean): (value: object) => void {
  return (value) => {
    if (json) return printLine(terminal, inertJson(value))
    const finding = value as Finding
    const { id, state, severity, system, title, owner, dueAt, verifyingRule } = finding
    const late = isOverdue(finding, systemClock()) ? 'OVERDUE since' : 'due'
    const when = state === 'closed' || state === 'dismissed' ? '' : `  ${late} ${toRfc3339(epochMs(dueAt))}`
    printLine(
      terminal,
      `${id}  ${state}  ${severity}  ${inert(system)}  ${inert(title)}  @${inert(owner)}${when}  ${verifyingRule ?? 'no verifying rule'}`,
    )
  }
}

export function escalationsCommand(terminal: Terminal, options: ListOptions): Promise<number> {
  return printList(
    terminal,
    options,
    { operation: 'listEscalations', input: {} },
    {
      print: (items) => (items as unknown as readonly Escalation[]).forEach(printEscalation(terminal)),
      printNone: () => printLine(terminal, 'nothing is overdue'),
    },
  )
}

function printEscalation(terminal: Terminal): (escalation: Escalation) => void {
  return ({ subject, system, text, overdueDays, tell }) =>
    printLine(
      terminal,
      `${subject}  ${inert(system)}  ${inert(text)}  ${overdueDays} d late${tell.length === 0 ? '' : `  tell: ${tell.join(', ')}`}`,
    )
}

export async function showThreatsCommand(
  terminal: Terminal,
  options: SessionOptions & { readonly system: string; readonly open: boolean; readonly format: string },
): Promise<number> {
  if (!isOneOf(terminal, '--format', options.format, THREAT_FORMATS)) return EXIT_CODE.usage
  return withSession(
    terminal,
    options,
    (session) => session.call('getThreatModel', { system: options.system }),
    (value) =>
      printThreatModel(terminal, value as unknown as ThreatModel, {
        format: options.format as ThreatFormat,
        onlyOpen: options.open,
      }),
  )
}

export async function attestCommand(
  terminal: Terminal,
  options: Common & { readonly system: string; readonly graph: string; readonly note: string },
): Promise<number> {
  const { system, graph, note } = options
  return withSession(
    terminal,
    options,
    (session) => session.call('attestThreatModel', { system, graph, note }),
    (value) =>
      printLine(
        terminal,
        options.json ? inertJson(value) : `threat model of ${inert(system)} attested\n  next: gatehouse gate`,
      ),
  )
}

export async function acceptThreatCommand(
  terminal: Terminal,
  options: Common & {
    readonly threat: string
    readonly system: string
    readonly role: string
    readonly reason: string
    readonly days: string
  },
): Promise<number> {
  const { threat, system, role, reason } = options
  const days = Number(options.days)
  return withSession(
    terminal,
    options,
    async (session) =>
      Number.isInteger(days) && days > 0
        ? session.call('acceptThreat', { threat, system, role, reason, days } as InputOf<'acceptThreat'>)
        : fail({
            code: 'threats/too-long',
            message: `\`${options.days}\` is no number of days`,
            next: 'write 1 to 90',
          }),
    (value) => printLine(terminal, options.json ? inertJson(value) : `${inert(threat)} is carried for ${days} days`),
  )
}
