import { epochMs, toRfc3339 } from '../../../base/instant.ts'
import { fail } from '../../../base/result.ts'
import type { InputOf } from '../../../contract/http/operations.ts'
import { COMMITMENT_DAYS_MAX, type Commitment } from '../../../domain/commitment/commitment.ts'
import { printList, type ListOptions } from '../listing/print-list.ts'
import type { SessionOptions } from '../session.ts'
import { inert, inertJson } from '../style.ts'
import { printHistory } from '../print-history.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { printNextWord } from './print-next-word.ts'
import { withSession } from './with-session.ts'

type Common = SessionOptions & { readonly json: boolean }
type One = Common & { readonly id: string }

export function proposeCommitmentCommand(
  terminal: Terminal,
  options: Common & {
    readonly system: string
    readonly customer: string
    readonly text: string
    readonly contract: string
    readonly rule: readonly string[]
    readonly days: string
  },
): Promise<number> {
  const { system, customer, text, contract, rule: rules } = options
  const days = Number(options.days)
  return withSession(
    terminal,
    options,
    async (session) =>
      Number.isInteger(days) && days > 0
        ? session.call('proposeCommitment', { system, customer, text, contract, rules: [...rules], days })
        : fail({
            code: 'usage/value',
            message: `\`--days\` does not take \`${options.days}\``,
            next: `write 1 to ${COMMITMENT_DAYS_MAX}`,
          }),
    printAndNext(terminal, options.json),
  )
}

export function speakOnCommitmentCommand(
  terminal: Terminal,
  options: One & { readonly role: string; readonly decision: 'approve' | 'reject'; readonly comment: string },
): Promise<number> {
  const { id, role, decision, comment } = options
  const input = { id, role, decision, comment } as InputOf<'speakOnCommitment'>
  return withSession(
    terminal,
    options,
    (session) => session.call('speakOnCommitment', input),
    printAndNext(terminal, options.json),
  )
}

export function endCommitmentCommand(
  terminal: Terminal,
  options: One & { readonly event: 'withdraw' | 'end'; readonly note: string },
): Promise<number> {
  const { id, event, note } = options
  return withSession(
    terminal,
    options,
    (session) => session.call('endCommitment', { id, event, note }),
    print(terminal, options.json),
  )
}

export function showCommitmentCommand(terminal: Terminal, options: One): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call('getCommitment', { id: options.id }),
    (value) => {
      print(terminal, options.json)(value)
      if (options.json) return
      const { rules, contract, history } = value as unknown as Commitment
      printLine(terminal, `  held by ${rules.join(', ')}${contract === '' ? '' : `, in ${inert(contract)}`}`)
      printHistory(terminal, history)
    },
  )
}

export function listCommitmentsCommand(
  terminal: Terminal,
  options: ListOptions & { readonly system?: string | undefined; readonly status?: string | undefined },
): Promise<number> {
  const { system, status } = options
  return printList(
    terminal,
    options,
    { operation: 'listCommitments', input: { system, status } },
    { print: (items) => items.forEach(print(terminal, false)) },
  )
}

function printAndNext(terminal: Terminal, isJson: boolean): (value: object) => void {
  return (value) => {
    print(terminal, isJson)(value)
    if (!isJson) printNextWord(terminal, 'commitment approve', value as Commitment)
  }
}

function print(terminal: Terminal, isJson: boolean): (value: object) => void {
  return (value) => {
    if (isJson) return printLine(terminal, inertJson(value))
    const { id, state, tier, system, customer, text, expiresAt, requestedBy } = value as Commitment
    printLine(
      terminal,
      `${id}  ${state}  ${tier}  ${inert(system)}  ${inert(customer)}  ${inert(text)}  @${inert(requestedBy)}  until ${toRfc3339(epochMs(expiresAt))}`,
    )
  }
}
