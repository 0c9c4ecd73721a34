import { createHash, timingSafeEqual } from 'node:crypto'
import { nodeRandomBytes } from '../../adapters/crypto/node-crypto.ts'
import type { Principal } from '../../application/state/owner-node.ts'
import { base64Of } from '../../base/bytes.ts'
import { HOUR_MS, MINUTE_MS, type Clock } from '../../base/instant.ts'

const LINK_LIFE_MS = 15 * MINUTE_MS
const SESSION_IDLE_MS = 2 * HOUR_MS
const SESSION_LIFE_MS = 12 * HOUR_MS
const SESSIONS_MAX = 1_000
const LINKS_MAX = 100

export function randomToken(): string {
  return base64Of(nodeRandomBytes(32)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Equal without telling by time how much of it was right. */
export function sameSecret(left: string, right: string): boolean {
  return timingSafeEqual(createHash('sha256').update(left).digest(), createHash('sha256').update(right).digest())
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')

/** One-time login links and browser sessions of the embedded mode; only hashes are kept, in memory. */
export class SignIn {
  readonly #clock: Clock
  readonly #links = new Map<string, number>()
  readonly #sessions = new Map<string, { readonly principal: Principal; readonly createdAt: number; usedAt: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A token for one login within a quarter of an hour. */
  newLink(): string {
    const token = randomToken()
    this.#links.set(hashOf(token), this.#clock() + LINK_LIFE_MS)
    if (this.#links.size > LINKS_MAX) this.#links.delete(this.#links.keys().next().value ?? '')
    return token
  }

  /** Trades a link for a session; a link works once. */
  redeem(token: string): string | undefined {
    const key = hashOf(token)
    const endsAt = this.#links.get(key)
    this.#links.delete(key)
    if (endsAt === undefined || endsAt <= this.#clock()) return undefined
    const session = randomToken()
    const now = this.#clock()
    this.#sessions.set(hashOf(session), {
      principal: { name: 'console', roles: ['admin'] },
      createdAt: now,
      usedAt: now,
    })
    if (this.#sessions.size > SESSIONS_MAX) this.#sessions.delete(this.#sessions.keys().next().value ?? '')
    return session
  }

  principalOf(session: string): Principal | undefined {
    const key = hashOf(session)
    const held = this.#sessions.get(key)
    const now = this.#clock()
    if (held === undefined || now - held.usedAt > SESSION_IDLE_MS || now - held.createdAt > SESSION_LIFE_MS) {
      this.#sessions.delete(key)
      return undefined
    }
    held.usedAt = now
    return held.principal
  }

  end(session: string): void {
    this.#sessions.delete(hashOf(session))
  }
}
