import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { systemClock } from '../../../adapters/clock/system-clock.ts'
import { errnoOf } from '../../../adapters/files/errno.ts'
import type { StoredApprovalCase } from '../../../application/governance/approval-cases.ts'
import { DAY_MS, epochMs, toRfc3339 } from '../../../base/instant.ts'
import { fail, type Problem } from '../../../base/result.ts'
import { parseRights, RIGHTS_ROWS } from '../../../contract/rights/parse-rights.ts'
import { DECIDING_ROLES, DECISIONS, rightOf, type DecisionRights } from '../../../domain/approval/decision-rights.ts'
import type { Delegation } from '../../../domain/approval/delegation.ts'
import type { InputOf } from '../../../contract/http/operations.ts'
import { EXIT_CODE } from '../exit-code.ts'
import { reportProblems } from '../report-problems.ts'
import { printList, type ListOptions } from '../listing/print-list.ts'
import type { SessionOptions } from '../session.ts'
import { inert, inertJson, styleFor } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { printNextWord } from './print-next-word.ts'
import { withSession } from './with-session.ts'

type Common = SessionOptions & { readonly json: boolean }

export async function showRightsCommand(terminal: Terminal, options: Common): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call('getDecisionRights', {}),
    (value) => {
      if (options.json) return printLine(terminal, inertJson(value, 2))
      const rights = value as unknown as DecisionRights
      const style = styleFor(terminal.hasColor)
      printLine(terminal, style.bold(`decision rights ${inert(rights.id)} ${rights.version}`))
      for (const { decision, tier } of RIGHTS_ROWS) {
        const { people, roles, distinctRoles } = rightOf(rights, decision, tier)
        const who = people === 0 ? 'nobody is asked' : `${people} of: ${roles.join(', ')}`
        printLine(
          terminal,
          `  ${decision.padEnd(20)} ${tier}  ${who}${distinctRoles && people > 1 ? ' (in different roles)' : ''}`,
        )
      }
    },
  )
}

export async function adoptRightsCommand(
  terminal: Terminal,
  options: Common & { readonly file: string },
): Promise<number> {
  const text = await readText(resolve(terminal.workingFolder, options.file))
  if (text === undefined) {
    reportProblems(terminal, [
      { code: 'rights/no-file', message: `\`${options.file}\` cannot be read`, next: 'check the path' },
    ])
    return EXIT_CODE.usage
  }
  // Read here first, so that every problem is shown with its line and not only the first.
  const parsed = parseRights(options.file, text)
  if (!parsed.ok) {
    reportProblems(terminal, parsed.failure)
    return EXIT_CODE.usage
  }
  return withSession(
    terminal,
    options,
    (session) => session.call('adoptDecisionRights', { file: basename(options.file), text }),
    (value) =>
      printLine(
        terminal,
        options.json
          ? inertJson(value)
          : `adopted ${inert(parsed.value.id)} ${parsed.value.version}\n  next: gatehouse rights show`,
      ),
  )
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    return undefined
  }
}

export async function delegateCommand(
  terminal: Terminal,
  options: Common & {
    readonly to: string
    readonly role: string
    readonly for: string
    readonly days: string
    readonly reason: string
  },
): Promise<number> {
  const decisions = options.for.split(',')
  const days = Number(options.days)
  const problem =
    oneOf('--role', [options.role], DECIDING_ROLES) ??
    oneOf('--for', decisions, DECISIONS) ??
    (Number.isInteger(days) && days >= 1
      ? undefined
      : { code: 'delegation/days', message: `\`${options.days}\` is no number of days`, next: 'write 1 to 30' })
  if (problem !== undefined) {
    reportProblems(terminal, [problem])
    return EXIT_CODE.usage
  }
  const { to, role, reason } = options
  const input = { to, role, decisions, reason, expiresAt: systemClock() + days * DAY_MS } as InputOf<'delegateRole'>
  return withSession(
    terminal,
    options,
    (session) => session.call('delegateRole', input),
    (value) => {
      if (options.json) return printLine(terminal, inertJson(value))
      const { id, expiresAt } = value as unknown as Delegation
      printLine(
        terminal,
        `${id}: ${inert(to)} may act as ${role} until ${toRfc3339(expiresAt)}\n  next: gatehouse delegation end ${id}`,
      )
    },
  )
}

function oneOf(flag: string, values: readonly string[], allowed: readonly string[]): Problem | undefined {
  const wrong = values.find((value) => !allowed.includes(value))
  return wrong === undefined
    ? undefined
    : { code: 'usage/value', message: `\`${flag}\` does not take \`${wrong}\``, next: `use: ${allowed.join(', ')}` }
}

export async function endDelegationCommand(
  terminal: Terminal,
  options: Common & { readonly id: string },
): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call('revokeDelegation', { id: options.id }),
    (value) => printLine(terminal, options.json ? inertJson(value) : `${options.id} ended`),
  )
}

export function listDelegationsCommand(terminal: Terminal, options: ListOptions): Promise<number> {
  return printList(
    terminal,
    options,
    { operation: 'listDelegations', input: {} },
    { print: (items) => (items as unknown as readonly Delegation[]).forEach(printDelegation(terminal)) },
  )
}

function printDelegation(terminal: Terminal): (delegation: Delegation) => void {
  return ({ id, from, to, role, decisions, expiresAt, revokedAt }) => {
    const state = revokedAt !== null ? 'ended' : expiresAt <= systemClock() ? 'expired' : 'open'
    printLine(
      terminal,
      `${id}  ${state}  ${inert(from)} → ${inert(to)}  ${role} for ${decisions.join(',')} until ${toRfc3339(epochMs(expiresAt))}`,
    )
  }
}

export async function askDecisionCommand(
  terminal: Terminal,
  options: Common & { readonly kind: string; readonly system: string; readonly subject: string; readonly text: string },
): Promise<number> {
  const input = { ...options, decision: options.kind } as unknown as InputOf<'openApprovalCase'>
  return withSession(
    terminal,
    options,
    async (session) =>
      oneOf('<decision>', [options.kind], ['threshold-change', 'customer-commitment']) === undefined
        ? session.call('openApprovalCase', {
            system: input.system,
            decision: input.decision,
            subject: input.subject,
            text: input.text,
          })
        : fail({
            code: 'usage/value',
            message: `\`${options.kind}\` is not asked this way`,
            next: 'use: threshold-change, customer-commitment',
          }),
    printCaseAndNext(terminal, options.json),
  )
}

export async function speakCommand(
  terminal: Terminal,
  options: Common & {
    readonly id: string
    readonly word: 'approve' | 'reject'
    readonly role: string
    readonly comment: string
  },
): Promise<number> {
  const { id, word, role, comment } = options
  return withSession(
    terminal,
    options,
    (session) =>
      session.call('speakOnApprovalCase', { id, role, comment, decision: word } as InputOf<'speakOnApprovalCase'>),
    printCaseAndNext(terminal, options.json),
  )
}

export async function withdrawCommand(terminal: Terminal, options: Common & { readonly id: string }): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call('withdrawApprovalCase', { id: options.id }),
    printCase(terminal, options.json),
  )
}

export function listDecisionsCommand(
  terminal: Terminal,
  options: ListOptions & { readonly system?: string | undefined },
): Promise<number> {
  return printList(
    terminal,
    options,
    { operation: 'listApprovalCases', input: { system: options.system } },
    { print: (items) => items.forEach(printCase(terminal, false)) },
  )
}

function printCase(terminal: Terminal, json: boolean): (value: object) => void {
  return (value) => {
    if (json) return printLine(terminal, inertJson(value))
    const { id, state, decision, system, subject, tier } = value as StoredApprovalCase
    printLine(terminal, `${id}  ${state}  ${decision}  ${inert(system)} (${tier})  ${inert(subject)}`)
  }
}

function printCaseAndNext(terminal: Terminal, json: boolean): (value: object) => void {
  return (value) => {
    printCase(terminal, json)(value)
    if (!json) printNextWord(terminal, 'decision approve', value as StoredApprovalCase)
  }
}
