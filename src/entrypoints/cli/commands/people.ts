import type { InputOf } from '../../../contract/http/operations.ts'
import { EXCEPTION_DAYS_MAX, type ReleaseException } from '../../../domain/release/release-exception.ts'
import { DAY_MS, epochMs, toRfc3339, type EpochMs } from '../../../base/instant.ts'
import { systemClock } from '../../../adapters/clock/system-clock.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { reportProblems } from '../report-problems.ts'
import type { ListOptions } from '../listing/print-list.ts'
import type { SessionOptions } from '../session.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { pagedCommand } from './identity.ts'
import { withSession } from './with-session.ts'

type Common = SessionOptions & { readonly json: boolean }

export async function requestExceptionCommand(
  terminal: Terminal,
  options: Common & {
    readonly rule: string
    readonly system: string
    readonly release: string
    readonly reason: string
    readonly acceptedBy: string
    readonly compensating?: string | undefined
    readonly owner?: string | undefined
    readonly days: string
  },
): Promise<number> {
  const expiresAt = endIn(terminal, options.days)
  if (expiresAt === undefined) return EXIT_CODE.usage
  const input = {
    system: options.system,
    ruleId: options.rule,
    releaseDigest: options.release,
    reason: options.reason,
    riskAcceptedBy: options.acceptedBy,
    compensatingRule: options.compensating,
    owner: options.owner,
    expiresAt,
  }
  return withSession(
    terminal,
    options,
    (session) => session.call('requestException', input),
    printException(terminal, options.json),
  )
}

function endIn(terminal: Terminal, text: string): EpochMs | undefined {
  const days = Number(text)
  if (Number.isInteger(days) && days >= 1 && days <= EXCEPTION_DAYS_MAX) return epochMs(systemClock() + days * DAY_MS)
  reportProblems(terminal, [
    {
      code: 'exception/days',
      message: `\`${text}\` is not a number of days from 1 to ${EXCEPTION_DAYS_MAX}`,
      next: 'choose a shorter end; renew it if the reason stands',
    },
  ])
  return undefined
}

export async function renewExceptionCommand(
  terminal: Terminal,
  options: Common & { readonly id: string; readonly reason: string; readonly days: string },
): Promise<number> {
  const expiresAt = endIn(terminal, options.days)
  if (expiresAt === undefined) return EXIT_CODE.usage
  return withSession(
    terminal,
    options,
    (session) => session.call('renewException', { id: options.id, reason: options.reason, expiresAt }),
    printException(terminal, options.json),
  )
}

export async function decideExceptionCommand(
  terminal: Terminal,
  options: Common & {
    readonly id: string
    readonly decision: 'approve' | 'deny'
    readonly role?: string | undefined
    readonly comment?: string | undefined
  },
): Promise<number> {
  const { id, decision, role, comment } = options
  const input = { id, decision, role, comment } as InputOf<'decideException'>
  return withSession(
    terminal,
    options,
    (session) => session.call('decideException', input),
    printException(terminal, options.json),
  )
}

export async function acceptRiskCommand(
  terminal: Terminal,
  options: Common & { readonly id: string; readonly role?: string | undefined },
): Promise<number> {
  const input = { id: options.id, role: options.role } as InputOf<'acceptExceptionRisk'>
  return withSession(
    terminal,
    options,
    (session) => session.call('acceptExceptionRisk', input),
    printException(terminal, options.json),
  )
}

export async function endExceptionCommand(
  terminal: Terminal,
  options: Common & { readonly id: string; readonly reason: string },
): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call('endException', { id: options.id, reason: options.reason }),
    printException(terminal, options.json),
  )
}

/** Where a waiver stands, and who has to say something next. */
function printException(terminal: Terminal, json: boolean): (value: object) => void {
  return (value) => {
    if (json) return printLine(terminal, inertJson(value))
    const { id, status, expiresAt, missing = [] } = value as ReleaseException & { readonly missing?: readonly string[] }
    switch (status) {
      case 'requested':
        return printLine(
          terminal,
          `${id} requested; it has no effect until it is approved\n  next: gatehouse exception approve ${id} --as NAME`,
        )
      case 'in-review':
        printLine(terminal, `${id} in review; it has no effect yet`)
        for (const who of missing) printLine(terminal, `  missing: ${inert(who)}`)
        return undefined
      case 'approved':
        return printLine(
          terminal,
          `${id} approved; it lapses on ${toRfc3339(epochMs(expiresAt))}\n  next: gatehouse gate`,
        )
      case 'denied':
      case 'withdrawn':
      case 'revoked':
        return printLine(terminal, `${id} ${status}\n  next: gatehouse gate`)
    }
  }
}

export async function approveCommand(
  terminal: Terminal,
  options: Common & {
    readonly system: string
    readonly release: string
    readonly env: string
    readonly role: string
    readonly reject: boolean
    readonly comment: string
  },
): Promise<number> {
  const input = {
    system: options.system,
    releaseDigest: options.release,
    environment: options.env,
    role: options.role,
    decision: options.reject ? ('reject' as const) : ('approve' as const),
    comment: options.comment,
  }
  return withSession(
    terminal,
    options,
    (session) => session.call('giveApproval', input),
    (approval) => {
      if (options.json) printLine(terminal, inertJson(approval))
      else
        printLine(
          terminal,
          `${inert(String(approval['principal']))} (${options.role}): ${input.decision} for ${options.env}\n  next: gatehouse gate --env ${options.env} --no-run`,
        )
    },
  )
}

type ListOperation = 'listExceptions' | 'listDenies' | 'listIncidents' | 'listAlerts'

export function listCommand(
  terminal: Terminal,
  options: ListOptions & { readonly operation: ListOperation; readonly system?: string | undefined },
): Promise<number> {
  const { operation, system } = options
  return pagedCommand(terminal, options, { operation, input: { system } }, (item) => {
    const title =
      operation === 'listExceptions' ? waiverText(item) : (item['title'] ?? item['reason'] ?? item['ruleId'] ?? '')
    return `${String(item['id'])}  ${String(item['status'])}  ${toRfc3339(epochMs(Number(item['at'])))}  ${inert(String(item['system']))}  ${inert(String(title))}`
  })
}

/** What is waived, until when, and why. */
function waiverText({ ruleId, expiresAt, reason }: Readonly<Record<string, unknown>>): string {
  return `${String(ruleId)} until ${toRfc3339(epochMs(Number(expiresAt)))}: ${String(reason)}`
}
