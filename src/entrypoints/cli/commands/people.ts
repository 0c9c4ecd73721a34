import { DAY_MS, epochMs, toRfc3339 } from '../../../base/instant.ts'
import { systemClock } from '../../../adapters/clock/system-clock.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { reportProblems } from '../report-problems.ts'
import type { SessionOptions } from '../session.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
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
    readonly compensating: string
    readonly days: string
  },
): Promise<number> {
  const days = Number(options.days)
  if (!Number.isInteger(days) || days < 1 || days > 90) {
    reportProblems(terminal, [
      {
        code: 'exception/days',
        message: `\`${options.days}\` is not a number of days from 1 to 90`,
        next: 'choose a shorter end; renew it if the reason stands',
      },
    ])
    return EXIT_CODE.usage
  }
  const input = {
    system: options.system,
    ruleId: options.rule,
    releaseDigest: options.release,
    reason: options.reason,
    riskAcceptedBy: options.acceptedBy,
    compensatingRule: options.compensating,
    expiresAt: epochMs(systemClock() + days * DAY_MS),
  }
  return withSession(
    terminal,
    options,
    (session) => session.call('requestException', input),
    (exception) => {
      if (options.json) printLine(terminal, inertJson(exception))
      else
        printLine(
          terminal,
          `${String(exception['id'])} requested; it has no effect until somebody else approves it\n  next: gatehouse exception approve ${String(exception['id'])} --as NAME`,
        )
    },
  )
}

export async function decideExceptionCommand(
  terminal: Terminal,
  options: Common & { readonly id: string; readonly decision: 'approve' | 'deny' },
): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call('decideException', { id: options.id, decision: options.decision }),
    (exception) => {
      if (options.json) printLine(terminal, inertJson(exception))
      else
        printLine(
          terminal,
          `${options.id} ${String(exception['status'])} by ${inert(String(exception['decidedBy']))}; it lapses on ${toRfc3339(epochMs(Number(exception['expiresAt'])))}\n  next: gatehouse gate`,
        )
    },
  )
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

type ListOperation = 'listExceptions' | 'listRisks' | 'listDenies' | 'listIncidents' | 'listAlerts'

export async function listCommand(
  terminal: Terminal,
  options: Common & { readonly operation: ListOperation; readonly system?: string | undefined },
): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call(options.operation, { system: options.system }),
    ({ items }) => {
      if (options.json) {
        printLine(terminal, inertJson({ schemaVersion: 1, items }, 2))
        return
      }
      if (items.length === 0) printLine(terminal, 'none')
      for (const item of items) {
        const title = item['title'] ?? item['reason'] ?? item['ruleId'] ?? ''
        printLine(
          terminal,
          `${String(item['id'])}  ${String(item['status'])}  ${toRfc3339(epochMs(Number(item['at'])))}  ${inert(String(item['system']))}  ${inert(String(title))}`,
        )
      }
    },
  )
}
