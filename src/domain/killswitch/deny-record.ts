import type { EpochMs } from '../../base/instant.ts'

/** A signed order to stop serving something. Lifting is a record of its own. */
export interface DenyRecord {
  readonly id: string
  readonly system: string
  readonly scope: DenyScope
  readonly reason: string
  readonly issuedBy: string
  readonly issuedAt: EpochMs
  /** The deny record that this one lifts. */
  readonly lifts: string | null
}

export type DenyScope =
  | { readonly kind: 'system' }
  | { readonly kind: 'tool'; readonly tool: string }
  | { readonly kind: 'model'; readonly model: string }
  /** By its id in the manifest. */
  | { readonly kind: 'prompt'; readonly prompt: string }
  | { readonly kind: 'tenant'; readonly tenant: string }

export interface DenyState {
  readonly isSystemDenied: boolean
  readonly tools: ReadonlySet<string>
  readonly models: ReadonlySet<string>
  readonly prompts: ReadonlySet<string>
  readonly tenants: ReadonlySet<string>
  /** Records in force. */
  readonly active: readonly DenyRecord[]
}

/** What is denied for a system, by all records in any order. */
export function denyStateOf(system: string, records: readonly DenyRecord[]): DenyState {
  const own = records.filter((record) => record.system === system)
  const lifted = new Set(own.map((record) => record.lifts).filter((id) => id !== null))
  const active = own.filter((record) => record.lifts === null && !lifted.has(record.id))
  const named = <Kind extends DenyScope['kind']>(kind: Kind): Extract<DenyScope, { kind: Kind }>[] =>
    active.map(({ scope }) => scope).filter((scope): scope is Extract<DenyScope, { kind: Kind }> => scope.kind === kind)
  return {
    isSystemDenied: named('system').length > 0,
    tools: new Set(named('tool').map(({ tool }) => tool)),
    prompts: new Set(named('prompt').map(({ prompt }) => prompt)),
    models: new Set(named('model').map(({ model }) => model)),
    tenants: new Set(named('tenant').map(({ tenant }) => tenant)),
    active,
  }
}
