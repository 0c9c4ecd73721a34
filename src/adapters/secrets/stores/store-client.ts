import { isIP } from 'node:net'
import { Agent, request } from 'undici'
import { parsedJson, isJsonObject } from '../../../base/json.ts'
import type { Clock } from '../../../base/instant.ts'
import { fail, ok, type Result } from '../../../base/result.ts'
import { classifyAddress } from '../../../domain/routing/address-class.ts'
import { systemClock } from '../../clock/system-clock.ts'
import { isReachable, pinnedLookup, type NetworkReach } from '../../http/pinned-lookup.ts'
import type { SecretPorts } from '../secret-source.ts'

const BODY_BYTES_MAX = 131_072
const TIMEOUT_MS = 5_000
/** A token is renewed once this share of its life is over, and never used in its last seconds. */
const LIFE_SHARE = 0.8
const TOKENS_MAX = 1_000

export interface StoreRequest {
  readonly url: string
  /** `metadata`: an address of this cloud's own agent on the machine, which the code and not the file names. */
  readonly network: NetworkReach | 'metadata'
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface StoreAnswer {
  readonly status: number
  readonly text: string
  /** Undefined: it is no JSON. */
  readonly json: Readonly<Record<string, unknown>> | undefined
}

export interface Minted<Token> {
  readonly token: Token
  readonly lifeMs: number
}

/** Connections to stores of secrets, and the tokens that they gave. */
export class StoreClient {
  readonly ports: SecretPorts
  readonly clock: Clock
  readonly #agents = new Map<string, Agent>()
  readonly #tokens = new Map<string, { readonly minted: Promise<Result<Minted<unknown>, string>>; goodUntil: number }>()

  constructor(ports: SecretPorts) {
    this.ports = ports
    this.clock = ports.clock ?? systemClock
  }

  /**
   * One request. Redirects are not followed: they would carry credentials to where the file does not name. SECURITY: reasons
   * hold the status and nothing of the answer, which may be the secret.
   */
  async ask({ url, network, method = 'GET', headers = {}, body }: StoreRequest): Promise<Result<StoreAnswer, string>> {
    const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
    if (network !== 'metadata' && isIP(host) !== 0 && !isReachable(classifyAddress(host), network))
      return fail('its store has an address that is refused')
    try {
      const answer = await request(url, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
        dispatcher: this.#agentFor(network),
        headersTimeout: TIMEOUT_MS,
        bodyTimeout: TIMEOUT_MS,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      const parts: Buffer[] = []
      let length = 0
      for await (const part of answer.body) {
        parts.push(part as Buffer)
        length += (part as Buffer).length
        if (length > BODY_BYTES_MAX) return fail('its store answered too much')
      }
      const text = Buffer.concat(parts).toString('utf8')
      return ok({ status: answer.statusCode, text, json: objectOf(text) })
    } catch (error) {
      if (error instanceof Error) return fail('its store cannot be reached')
      throw error
    }
  }

  /** A token that is kept while it is good; those who need the same one at once get one. */
  async token<Token>(key: string, mint: () => Promise<Result<Minted<Token>, string>>): Promise<Result<Token, string>> {
    const known = this.#tokens.get(key)
    if (known !== undefined && this.clock() < known.goodUntil) {
      const minted = (await known.minted) as Result<Minted<Token>, string>
      return minted.ok ? ok(minted.value.token) : minted
    }
    const minting = mint()
    // Until it is known how long it lives, it counts for whoever asks meanwhile.
    const entry = { minted: minting as Promise<Result<Minted<unknown>, string>>, goodUntil: Infinity }
    if (this.#tokens.size >= TOKENS_MAX) this.#tokens.delete(this.#tokens.keys().next().value ?? '')
    this.#tokens.set(key, entry)
    const minted = await minting
    if (minted.ok) entry.goodUntil = this.clock() + Math.max(0, minted.value.lifeMs) * LIFE_SHARE
    else this.#tokens.delete(key)
    return minted.ok ? ok(minted.value.token) : minted
  }

  /** The token was refused: the next who needs one asks anew. */
  forget(key: string): void {
    this.#tokens.delete(key)
  }

  #agentFor(network: StoreRequest['network']): Agent {
    const known = this.#agents.get(network)
    if (known !== undefined) return known
    const lookup = network === 'metadata' ? {} : { lookup: pinnedLookup(network) }
    const agent = new Agent({ connect: { timeout: TIMEOUT_MS, ...lookup }, connections: 8, keepAliveTimeout: 10_000 })
    this.#agents.set(network, agent)
    return agent
  }

  async close(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.close()))
  }
}

/** Asks with a token; one that is refused is forgotten, and the store asked once more with a fresh one. */
export async function askWithToken<Token>(
  client: StoreClient,
  token: { readonly key: string; readonly mint: () => Promise<Result<Minted<Token>, string>> },
  request: (token: Token) => StoreRequest,
): Promise<Result<StoreAnswer, string>> {
  for (let isLast = false; ; isLast = true) {
    const got = await client.token(token.key, token.mint)
    if (!got.ok) return got
    const answer = await client.ask(request(got.value))
    if (isLast || !answer.ok || (answer.value.status !== 401 && answer.value.status !== 403)) return answer
    client.forget(token.key)
  }
}

/** Why an answer is none. */
export const refusedBy = (who: string, { status }: StoreAnswer): string => `${who} answered ${status}`

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  const value = parsedJson(text)
  return isJsonObject(value) ? value : undefined
}

/** A member that is an object, or an empty one. */
export function objectIn(
  value: Readonly<Record<string, unknown>> | undefined,
  name: string,
): Readonly<Record<string, unknown>> {
  const member = value?.[name]
  return typeof member === 'object' && member !== null ? (member as Readonly<Record<string, unknown>>) : {}
}

export function textIn(value: Readonly<Record<string, unknown>> | undefined, name: string): string | undefined {
  const member = value?.[name]
  return typeof member === 'string' && member !== '' ? member : undefined
}

export function secondsIn(value: Readonly<Record<string, unknown>> | undefined, name: string): number {
  // Azure's managed identities write numbers as texts.
  const seconds = Number(value?.[name])
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 0
}
