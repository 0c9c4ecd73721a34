import type { EpochMs } from '../../base/instant.ts'

export interface StoredSession {
  readonly id: string
  readonly tokenHash: string
  /** The token before the last rotation, and until when it still counts. */
  readonly previousHash: string | null
  readonly previousUntil: EpochMs | null
  readonly name: string
  readonly roles: readonly string[]
  readonly method: string
  readonly client: string
  readonly createdAt: EpochMs
  readonly usedAt: EpochMs
  readonly rotatedAt: EpochMs
}

export interface StoredAnswer {
  readonly fingerprint: string
  /** Null: the call runs, or ended without an answer. */
  readonly answer: string | null
}

/** Short-lived state of identity, of one organization; only hashes of secrets. */
export interface IdentityStore {
  readonly sessions: {
    insert(session: StoredSession): Promise<void>
    /** By the current token or the one before it. */
    find(tokenHash: string): Promise<StoredSession | undefined>
    get(id: string): Promise<StoredSession | undefined>
    touch(id: string, at: EpochMs): Promise<void>
    /** False when another call has rotated it in between. */
    rotate(
      id: string,
      from: string,
      to: string,
      at: { readonly now: EpochMs; readonly previousUntil: EpochMs },
    ): Promise<boolean>
    /** Newest first; of one name, or of everybody. */
    list(name: string | undefined, limit: number): Promise<readonly StoredSession[]>
    remove(id: string): Promise<boolean>
    removeStale(bounds: { readonly createdBefore: EpochMs; readonly usedBefore: EpochMs }): Promise<void>
  }
  readonly codes: {
    put(code: {
      readonly hash: string
      readonly purpose: string
      readonly content: string
      readonly expiresAt: EpochMs
    }): Promise<void>
    /** Gives the content out once, if it has not ended; forgets what has. */
    take(hash: string, purpose: string, now: EpochMs): Promise<string | undefined>
  }
  readonly uses: {
    record(id: string, at: EpochMs): Promise<void>
    lastOf(ids: readonly string[]): Promise<ReadonlyMap<string, EpochMs>>
  }
  readonly answers: {
    /** Claims the key for a call, or says what is there. Forgets what has ended. */
    claim(
      caller: string,
      key: string,
      claim: { readonly fingerprint: string; readonly now: EpochMs; readonly expiresAt: EpochMs },
    ): Promise<{ readonly kind: 'claimed' | 'full' } | { readonly kind: 'present'; readonly stored: StoredAnswer }>
    keep(caller: string, key: string, answer: string): Promise<void>
    release(caller: string, key: string): Promise<void>
  }
}
