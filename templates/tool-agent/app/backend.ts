import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CaseSubject } from 'gatehouse/sdk'
import { PROJECT } from './settings.ts'

interface Subscription {
  readonly id: string
  readonly tenant: string
  readonly customer: string
  readonly plan: string
  readonly price: number
  readonly renews: string
  readonly seats: number
}

/** What tools did, for the oracles of a suite. */
export interface Effects {
  readonly toolCalls: { name: string; args: Readonly<Record<string, unknown>> }[]
  readonly records: { id: string; tenant: string; roles: readonly string[] }[]
}

const TOOLS = ['lookup_subscription', 'cancel_subscription', 'send_email'] as const
const subscriptions = JSON.parse(
  readFileSync(join(PROJECT, 'data', 'subscriptions.json'), 'utf8'),
) as readonly Subscription[]

export function loadTools(): readonly { readonly name: string; readonly parameters: object }[] {
  return TOOLS.map((name) => ({
    name,
    parameters: JSON.parse(readFileSync(join(PROJECT, 'tools', `${name}.json`), 'utf8')) as object,
  }))
}

/** Runs one tool for one verified customer; cancellations and mails stay in this process: nothing is sent. */
export function runTool(subject: CaseSubject, effects: Effects, call: Effects['toolCalls'][number]): object {
  effects.toolCalls.push(call)
  if (call.name === 'send_email') return { status: 'sent' }
  // SECURITY: records are looked up within those of the verified subject, whatever number the model names.
  const own = subscriptions.filter(
    ({ tenant, customer }) => tenant === subject.tenant && customer === subject.principal,
  )
  const subscription = own.find(({ id }) => id === call.args['subscription'])
  if (subscription === undefined) return { error: 'no such subscription on this account' }
  effects.records.push({ id: subscription.id, tenant: subscription.tenant, roles: [] })
  switch (call.name) {
    case 'lookup_subscription': {
      const { id, plan, price, renews, seats } = subscription
      return { subscription: id, plan, price, renews, seats }
    }
    case 'cancel_subscription':
      return { subscription: subscription.id, status: 'cancelled' }
    default:
      return { error: 'no such tool' }
  }
}
