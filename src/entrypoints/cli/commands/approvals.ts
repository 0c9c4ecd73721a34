import { epochMs, toRfc3339 } from '../../../base/instant.ts'
import { printList, type ListOptions } from '../listing/print-list.ts'
import type { SessionOptions } from '../session.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { withSession } from './with-session.ts'

type Common = SessionOptions & { readonly json: boolean }

export function listApprovalsCommand(
  terminal: Terminal,
  options: ListOptions & { readonly system?: string | undefined; readonly status?: string | undefined },
): Promise<number> {
  const { system, status } = options
  return printList(
    terminal,
    options,
    { operation: 'listToolApprovals', input: { system, status } },
    {
      print: (items) => items.forEach((item) => printApproval(terminal, item)),
      printNone: () => printLine(terminal, 'no call waits'),
    },
  )
}

function printApproval(terminal: Terminal, item: Readonly<Record<string, unknown>>): void {
  const text = (name: string): string => inert(String(item[name] ?? ''))
  const roles = Array.isArray(item['roles']) ? item['roles'].map((role) => inert(String(role))).join(' or ') : ''
  const until = toRfc3339(epochMs(Number(item['expiresAt'] ?? 0)))
  printLine(
    terminal,
    `${text('id')}  ${text('state')}  ${text('system')}/${text('environment')}  by ${roles} until ${until}`,
  )
  for (const line of String(item['text'] ?? '').split('\n')) printLine(terminal, `  ${inert(line)}`)
  if (item['state'] !== 'pending') printLine(terminal, `  ${text('decidedBy')}: ${text('comment')}`)
}

export async function decideApprovalCommand(
  terminal: Terminal,
  {
    id,
    decision,
    comment,
    ...options
  }: Common & { readonly id: string; readonly decision: 'approved' | 'refused'; readonly comment: string },
): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call('decideToolApproval', { id, decision, comment }),
    (decided) => {
      if (options.json) return printLine(terminal, inertJson(decided))
      printLine(terminal, `${inert(id)} ${decision}`)
    },
  )
}
