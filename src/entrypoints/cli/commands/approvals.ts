import { epochMs, toRfc3339 } from '../../../base/instant.ts'
import type { SessionOptions } from '../session.ts'
import { inert, inertJson } from '../style.ts'
import { printLine, type Terminal } from '../terminal.ts'
import { withSession } from './with-session.ts'

type Common = SessionOptions & { readonly json: boolean }

export async function listApprovalsCommand(
  terminal: Terminal,
  options: Common & { readonly system?: string | undefined; readonly status?: string | undefined },
): Promise<number> {
  return withSession(
    terminal,
    options,
    (session) => session.call('listToolApprovals', { system: options.system, status: options.status }),
    (page) => {
      if (options.json) return printLine(terminal, inertJson(page, 2))
      if (page.items.length === 0) return printLine(terminal, 'no call waits')
      for (const item of page.items) printApproval(terminal, item)
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
