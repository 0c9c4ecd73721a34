import type { Clock, EpochMs } from '../../base/instant.ts'
import { epochMs } from '../../base/instant.ts'
import { confidentialityRank } from '../authorization/labels.ts'
import type { Confidentiality } from '../manifest/manifest.ts'
import { tokenOf } from './token.ts'

/** Where a token means something. The same value has another token in every scope. */
export interface VaultScope {
  readonly tenant: string
  readonly session: string
  /** What the values may be used for, such as `chat`. */
  readonly purpose: string
}

export interface VaultEntry {
  /** The value, encrypted for this scope and token. */
  readonly sealed: Uint8Array
  readonly confidentiality: Confidentiality
  readonly expiresAt: EpochMs
}

/** Entries by scope and token, bounded. What is erased or dropped makes its tokens inert, never wrong. */
export interface VaultStore {
  get(scope: VaultScope, token: string): VaultEntry | undefined
  /** False when the scope is full; the entry is then not kept. */
  put(scope: VaultScope, token: string, entry: VaultEntry): boolean
  remove(scope: VaultScope, token: string): void
  /** How many entries went. */
  eraseSession(tenant: string, session: string): number
  eraseTenant(tenant: string): number
}

/** Keys derived per tenant (encryption) and per scope (hash). Synchronous: a guard asks for a token in mid-text. */
export interface VaultCrypto {
  mac(scope: VaultScope, text: string): Uint8Array
  seal(scope: VaultScope, token: string, value: string): Uint8Array
  /** Undefined when the bytes were not sealed for this scope and token. */
  open(scope: VaultScope, token: string, sealed: Uint8Array): string | undefined
}

export interface Revealed {
  readonly value: string
  readonly confidentiality: Confidentiality
}

export interface Vault {
  /** The value's token, the same each time within its scope; undefined when it cannot be kept (full, too long, or the store fails). */
  tokenFor(scope: VaultScope, kind: string, value: string, confidentiality: Confidentiality): string | undefined
  /** The value of a token of this scope. Unknown, foreign, forged and expired tokens have none. */
  reveal(scope: VaultScope, token: string): Revealed | undefined
  eraseSession(tenant: string, session: string): number
  eraseTenant(tenant: string): number
}

const VALUE_CHARS_MAX = 1_024
/** Tries before a value goes without a token: each collides with a chance of about one in a million. */
const COLLISIONS_MAX = 8

/** Reversible pseudonyms. `ttlMs` counts from a value's last use. */
export function createVault(
  { crypto, store, clock }: { readonly crypto: VaultCrypto; readonly store: VaultStore; readonly clock: Clock },
  { ttlMs }: { readonly ttlMs: number },
): Vault {
  function reveal(scope: VaultScope, token: string): Revealed | undefined {
    const entry = store.get(scope, token)
    if (entry === undefined) return undefined
    if (!(entry.expiresAt > clock())) {
      store.remove(scope, token)
      return undefined
    }
    const value = crypto.open(scope, token, entry.sealed)
    return value === undefined ? undefined : { value, confidentiality: entry.confidentiality }
  }

  // oxlint-disable-next-line max-params -- a scope, and one value told in full
  function tokenFor(
    scope: VaultScope,
    kind: string,
    value: string,
    confidentiality: Confidentiality,
  ): string | undefined {
    if (value.length > VALUE_CHARS_MAX || !value.isWellFormed()) return undefined
    for (let attempt = 0; attempt < COLLISIONS_MAX; attempt++) {
      const token = tokenOf(kind, crypto.mac(scope, JSON.stringify([kind, attempt, value])))
      const held = reveal(scope, token)
      if (held !== undefined && held.value !== value) continue
      const isKept = store.put(scope, token, {
        sealed: crypto.seal(scope, token, value),
        confidentiality: held === undefined ? confidentiality : higher(held.confidentiality, confidentiality),
        expiresAt: epochMs(clock() + ttlMs),
      })
      return isKept === true ? token : undefined
    }
    return undefined
  }

  return {
    tokenFor: (...value) => orNothing(() => tokenFor(...value)),
    reveal: (...token) => orNothing(() => reveal(...token)),
    eraseSession: (tenant, session) => store.eraseSession(tenant, session),
    eraseTenant: (tenant) => store.eraseTenant(tenant),
  }
}

/** A store or key that throws keeps nothing and reveals nothing; what it was asked about stays hidden. Erasing is not so: it must be told. */
function orNothing<Value>(ask: () => Value): Value | undefined {
  try {
    return ask()
  } catch {
    return undefined
  }
}

function higher(left: Confidentiality, right: Confidentiality): Confidentiality {
  return confidentialityRank(left) >= confidentialityRank(right) ? left : right
}
