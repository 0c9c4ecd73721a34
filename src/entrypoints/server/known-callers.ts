import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { bearerOf, SESSION_COOKIE } from './authenticate.ts'

const CALLERS_MAX = 10_000

/**
 * Credentials that held when they were last looked at. SECURITY: anybody can make up credentials without end, so one is a
 * caller of its own only from when it was found to hold; until then its address is the caller.
 */
export class KnownCallers {
  /** In the order of their last call. */
  readonly #hashes = new Set<string>()

  /** What an authentication of the request came to. */
  heard(request: FastifyRequest, holds: boolean): void {
    const hash = hashOf(request)
    if (hash === undefined) return
    this.#hashes.delete(hash)
    if (!holds) return
    this.#hashes.add(hash)
    const [oldest] = this.#hashes
    if (this.#hashes.size > CALLERS_MAX && oldest !== undefined) this.#hashes.delete(oldest)
  }

  keyOf(request: FastifyRequest): string {
    const hash = hashOf(request)
    return hash !== undefined && this.#hashes.has(hash) ? `credential ${hash}` : addressKey(request)
  }
}

export const addressKey = ({ ip }: FastifyRequest): string => `address ${ip}`

/** The credential that decides who calls, as `authenticate` has it. */
function hashOf(request: FastifyRequest): string | undefined {
  const credential = request.headers.authorization === undefined ? request.cookies[SESSION_COOKIE] : bearerOf(request)
  return credential === undefined ? undefined : createHash('sha256').update(credential).digest('base64')
}
