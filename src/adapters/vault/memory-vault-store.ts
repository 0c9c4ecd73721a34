import type { Clock } from '../../base/instant.ts'
import type { VaultEntry, VaultScope, VaultStore } from '../../domain/vault/vault.ts'

export interface VaultBounds {
  readonly entriesPerScopeMax: number
  readonly entriesMax: number
}

const BOUNDS: VaultBounds = { entriesPerScopeMax: 2_000, entriesMax: 200_000 }

/** Entries of one process. A full scope takes no more; when the whole is full, the scope that was unused longest goes. */
export function memoryVaultStore(clock: Clock, bounds: VaultBounds = BOUNDS): VaultStore {
  const scopes = new Map<string, { readonly scope: VaultScope; readonly entries: Map<string, VaultEntry> }>()
  let total = 0
  const keyOf = ({ tenant, session, purpose }: VaultScope): string => JSON.stringify([tenant, session, purpose])

  function erase(matches: (scope: VaultScope) => boolean): number {
    let erased = 0
    for (const [key, { scope, entries }] of scopes) {
      if (!matches(scope)) continue
      erased += entries.size
      scopes.delete(key)
    }
    total -= erased
    return erased
  }

  function dropExpired(entries: Map<string, VaultEntry>): void {
    for (const [token, { expiresAt }] of entries) if (!(expiresAt > clock()) && entries.delete(token)) total -= 1
  }

  function makeRoom(keep: string): void {
    for (const [key, { entries }] of scopes) {
      if (total <= bounds.entriesMax) return
      if (key === keep) continue
      total -= entries.size
      scopes.delete(key)
    }
  }

  return {
    get: (scope, token) => scopes.get(keyOf(scope))?.entries.get(token),
    put(scope, token, entry) {
      const key = keyOf(scope)
      const held = scopes.get(key) ?? { scope, entries: new Map<string, VaultEntry>() }
      // Re-insertion keeps the map in order of use.
      scopes.delete(key)
      scopes.set(key, held)
      if (!held.entries.has(token)) {
        if (held.entries.size >= bounds.entriesPerScopeMax) dropExpired(held.entries)
        if (held.entries.size >= bounds.entriesPerScopeMax) return false
        total += 1
      }
      held.entries.set(token, entry)
      makeRoom(key)
      return true
    },
    remove(scope, token) {
      if (scopes.get(keyOf(scope))?.entries.delete(token) === true) total -= 1
    },
    eraseSession: (tenant, session) => erase((scope) => scope.tenant === tenant && scope.session === session),
    eraseTenant: (tenant) => erase((scope) => scope.tenant === tenant),
  }
}
