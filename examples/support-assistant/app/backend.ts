import { scopedRecords, type CaseSubject } from '../../../src/entrypoints/sdk/index.ts'
import { searchDocuments } from './knowledge-base.ts'
import type { AppRelease } from './project.ts'

/** What the tools did, for the page and for the oracles of a suite. */
export interface Effects {
  readonly toolCalls: { name: string; args: Readonly<Record<string, unknown>> }[]
  readonly records: { id: string; tenant: string; roles: readonly string[] }[]
}

const DOCUMENTS_MAX = 4

/** Runs one tool for one verified end user; tickets, refunds and mails stay in this process. */
export function runTool(
  release: AppRelease,
  subject: CaseSubject,
  effects: Effects,
  call: { readonly name: string; readonly args: Readonly<Record<string, unknown>> },
): object {
  const text = (name: string): string => String(call.args[name] ?? '')
  effects.toolCalls.push({ name: call.name, args: call.args })
  switch (call.name) {
    case 'search_kb': {
      const readable = scopedRecords(release.documents, subject, release.scope)
      const found = searchDocuments(readable, text('query'), DOCUMENTS_MAX)
      for (const { id, tenant, allowedRoles } of found) effects.records.push({ id, tenant, roles: allowedRoles })
      return { documents: found.map(({ id, title, text: body }) => ({ id, title, text: body })) }
    }
    case 'lookup_order': {
      const order = release.orders.find(({ id }) => id === text('order_id'))
      const isVisible =
        order !== undefined &&
        (!release.isOrderScoped || (order.tenant === subject.tenant && order.customer === subject.principal))
      if (!isVisible) return { error: 'no such order on this account' }
      effects.records.push({ id: order.id, tenant: order.tenant, roles: [] })
      return {
        order_id: order.id,
        status: order.status,
        total: order.total,
        placed_at: order.placedAt,
        carrier: order.carrier,
        tracking: order.tracking,
        items: order.items.map(({ name, qty }) => `${qty} × ${name}`),
      }
    }
    case 'create_ticket':
      return { ticket_id: `T-${1_000 + effects.toolCalls.length}`, status: 'open' }
    case 'issue_refund':
      return { order_id: text('order_id'), amount: Number(call.args['amount']), status: 'refunded' }
    case 'send_email':
      return { status: 'sent' }
    default:
      return { error: 'no such tool' }
  }
}
