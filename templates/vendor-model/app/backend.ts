import type { CaseSubject } from 'gatehouse/sdk'

/** What tools did, for the oracles of a suite. */
export interface Effects {
  readonly toolCalls: { name: string; args: Readonly<Record<string, unknown>> }[]
  readonly records: { id: string; tenant: string; roles: readonly string[] }[]
}

/** This system has no tools. */
export function loadTools(): readonly { readonly name: string; readonly parameters: object }[] {
  return []
}

export function runTool(_: CaseSubject, effects: Effects, call: Effects['toolCalls'][number]): object {
  effects.toolCalls.push(call)
  return { error: 'no such tool' }
}
