import { readFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { createLocalJWKSet, decodeJwt, errors, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose'
import type { Clock } from '../../base/instant.ts'
import { isPurpose } from './subject-token.ts'
import { isJsonObject, parseJson, type Json } from '../../base/json.ts'
import type { ConfiguredIssuer } from '../../contract/gateway-config/gateway-config.ts'
import type { Subject } from '../../domain/session/conversation.ts'
import { errnoOf } from '../files/errno.ts'
import { boundedFetch, type BoundedFetch } from '../mcp/bounded-fetch.ts'

/** Whom a token stands for, by its verified claims and the gateway's own mapping. */
export interface VerifiedWorkload {
  readonly system: string
  readonly keyId: string
  /** Undefined: the token tells of no end user. */
  readonly subject: Subject | undefined
}

const TOKEN_CHARS_MAX = 8_192
const DEFAULT_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const
const DEFAULT_SKEW_SECONDS = 5
const KEYS_MAX = 100
const JWKS_CHARS_MAX = 1_048_576
const FETCH_TIMEOUT_MS = 5_000
/** A key set is read again when it is this old, and kept in use that long while it cannot be read. */
const FRESH_MS = 300_000
const STALE_MS_MAX = 24 * 60 * 60 * 1_000
/** A token by an unknown key makes nobody read the set more often than this. */
const PAUSE_MS = 1_000
const TEXT_CHARS_MAX = 200
const ROLES_MAX = 100

/** Verifies bearer tokens of the configured issuers. Anything but a valid token is nobody. */
export class WorkloadTokens implements AsyncDisposable {
  readonly #issuers: ReadonlyMap<string, Issuer>
  readonly #clock: Clock

  constructor(issuers: readonly ConfiguredIssuer[], clock: Clock) {
    this.#clock = clock
    this.#issuers = new Map(
      issuers.map((issuer) => [issuer.issuer, { config: issuer, keys: new KeySet(issuer, clock) }]),
    )
  }

  async verify(token: string): Promise<VerifiedWorkload | undefined> {
    if (token.length > TOKEN_CHARS_MAX) return undefined
    try {
      // The claim only says whose keys are asked; it counts once they have verified it.
      const issuer = this.#issuers.get(decodeJwt(token).iss ?? '')
      if (issuer === undefined) return undefined
      return workloadOf(issuer.config, await this.#payload(issuer, token))
    } catch (error) {
      // Web Crypto's own error: the issuer publishes something that is no key under the id that the token names.
      if (error instanceof errors.JOSEError || error instanceof DOMException) return undefined
      throw error
    }
  }

  async #payload({ config, keys }: Issuer, token: string): Promise<JWTPayload> {
    const verify = async (set: KeysOfIssuer): Promise<JWTPayload> =>
      (
        await jwtVerify(token, set, {
          issuer: config.issuer,
          audience: config.audience,
          algorithms: [...(config.algorithms ?? DEFAULT_ALGORITHMS)],
          clockTolerance: config.clockSkewSeconds ?? DEFAULT_SKEW_SECONDS,
          requiredClaims: ['exp', 'sub'],
          currentDate: new Date(this.#clock()),
        })
      ).payload
    try {
      return await verify(await keys.current())
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      // The issuer may have a new key.
      return verify(await keys.reread())
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#issuers.values()].map(({ keys }) => keys[Symbol.asyncDispose]()))
  }
}

interface Issuer {
  readonly config: ConfiguredIssuer
  readonly keys: KeySet
}

/** Keeps each key that it has imported. */
type KeysOfIssuer = ReturnType<typeof createLocalJWKSet>
const NO_KEYS = createLocalJWKSet({ keys: [] })

/** An issuer's keys, as they were last read. */
class KeySet implements AsyncDisposable {
  readonly #place: ConfiguredIssuer['jwks']
  readonly #clock: Clock
  readonly #fetch: BoundedFetch | undefined
  #set: KeysOfIssuer = NO_KEYS
  #readAt = Number.NEGATIVE_INFINITY
  #triedAt = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | undefined

  constructor({ jwks }: ConfiguredIssuer, clock: Clock) {
    this.#place = jwks
    this.#clock = clock
    this.#fetch = 'url' in jwks ? boundedFetch(jwks.network ?? 'public') : undefined
  }

  async current(): Promise<KeysOfIssuer> {
    if (this.#clock() - this.#readAt > FRESH_MS) await this.#read()
    // SECURITY: a set that could not be read for a day may hold keys that were taken back.
    return this.#clock() - this.#readAt > STALE_MS_MAX ? NO_KEYS : this.#set
  }

  async reread(): Promise<KeysOfIssuer> {
    await this.#read()
    return this.#set
  }

  /** One at a time, and not again within the pause: whoever comes meanwhile has the same answer. */
  #read(): Promise<void> {
    if (this.#reading === undefined && this.#clock() - this.#triedAt < PAUSE_MS) return Promise.resolve()
    this.#reading ??= this.#readNow().finally(() => (this.#reading = undefined))
    return this.#reading
  }

  async #readNow(): Promise<void> {
    this.#triedAt = this.#clock()
    const text = 'file' in this.#place ? await readKeyFile(this.#place.file) : await this.#download(this.#place.url)
    const json = text === undefined ? undefined : parseJson(text, JWKS_CHARS_MAX)
    const keys = json?.ok === true && isJsonObject(json.value) ? json.value['keys'] : undefined
    if (!Array.isArray(keys) || keys.length > KEYS_MAX || !keys.every(isJsonObject)) return
    this.#set = createLocalJWKSet({ keys: keys as unknown as JSONWebKeySet['keys'] })
    this.#readAt = this.#clock()
  }

  async #download(url: string): Promise<string | undefined> {
    try {
      const response = await this.#fetch?.fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) })
      return response?.status === 200 ? await response.text() : undefined
    } catch (error) {
      // Away: the keys that were read before stay in use, for a day at most.
      if (error instanceof Error) return undefined
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#fetch?.[Symbol.asyncDispose]()
  }
}

async function readKeyFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    return undefined
  }
}

/** Undefined: a claim that the mapping needs is not there, or is not what it should be. */
function workloadOf(
  { issuer, system, claims = {} }: ConfiguredIssuer,
  payload: JWTPayload,
): VerifiedWorkload | undefined {
  const keyId = `jwt-${createHash('sha256')
    .update(`${issuer}\n${payload.sub ?? ''}`)
    .digest('hex')
    .slice(0, 12)}`
  if (claims.tenant === undefined) return { system, keyId, subject: undefined }
  const tenant = textAt(payload, claims.tenant)
  const principal = textAt(payload, claims.principal ?? 'sub')
  const session = textAt(payload, claims.session ?? 'sid')
  const roles = claims.roles === undefined ? [] : rolesAt(payload, claims.roles)
  if (tenant === undefined || principal === undefined || session === undefined || roles === undefined) return undefined
  const purpose = claims.purpose === undefined ? undefined : textAt(payload, claims.purpose)
  const known = purpose !== undefined && isPurpose(purpose) ? { purpose } : {}
  return { system, keyId, subject: { tenant, principal, session, roles, ...known } }
}

/** A claim by its whole name, which may hold dots, else by its path. */
function claimAt(payload: JWTPayload, path: string): Json | undefined {
  if (Object.hasOwn(payload, path)) return payload[path] as Json
  let value: unknown = payload
  for (const name of path.split('.')) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return undefined
    value = value[name]
  }
  return value as Json
}

function textAt(payload: JWTPayload, path: string): string | undefined {
  const value = claimAt(payload, path)
  return typeof value === 'string' && value !== '' && value.length <= TEXT_CHARS_MAX && value.isWellFormed()
    ? value
    : undefined
}

function rolesAt(payload: JWTPayload, path: string): readonly string[] | undefined {
  const value = claimAt(payload, path) ?? []
  const list: readonly unknown[] =
    typeof value === 'string' ? value.split(' ').filter((role) => role !== '') : Array.isArray(value) ? value : [null]
  const isGood =
    list.length <= ROLES_MAX && list.every((role) => typeof role === 'string' && role.length <= TEXT_CHARS_MAX)
  return isGood ? (list as readonly string[]) : undefined
}
