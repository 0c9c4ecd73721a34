/** Narrows what the roles of a credential admit. `null` sets no bound of that kind. */
export interface CallScope {
  readonly operations: readonly string[] | null
  readonly systems: readonly string[] | null
  readonly environment: string | null
}

/** What one call touches. `null` where it names none. */
export interface ScopedCall {
  readonly operation: string
  readonly system: string | null
  readonly environment: string | null
  readonly isRead: boolean
}

export type ScopeRefusal = 'operation' | 'system' | 'environment'

/**
 * Undefined when the call lies within the scope. A bound that the call gives nothing to hold against refuses it: a call
 * on all systems is outside the scope of one system. Reads name no environment and are not bound by it.
 */
export function scopeRefusal(scope: CallScope, call: ScopedCall): ScopeRefusal | undefined {
  if (scope.operations !== null && !scope.operations.includes(call.operation)) return 'operation'
  if (scope.systems !== null && (call.system === null || !scope.systems.includes(call.system))) return 'system'
  if (scope.environment !== null && !call.isRead && call.environment !== scope.environment) return 'environment'
  return undefined
}
