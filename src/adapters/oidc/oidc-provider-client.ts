import * as oidc from 'openid-client'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { OidcConfig } from '../../contract/server/server-config.ts'
import { rolesFromClaim } from '../../domain/access/roles-from-claim.ts'

const TIMEOUT_SECONDS = 10
const NAME_CHARS_MAX = 200

/** What must come back with the browser. */
export interface SignInTransaction {
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
}

export interface OidcPerson {
  readonly name: string
  readonly roles: readonly string[]
}

/** One identity provider: authorization code with PKCE, state and nonce; roles by the configured mapping. */
export class OidcProviderClient {
  readonly #config: OidcConfig
  readonly #secret: string | undefined
  readonly #redirectUri: string
  #discovered: oidc.Configuration | undefined

  constructor(config: OidcConfig, secret: string | undefined, redirectUri: string) {
    this.#config = config
    this.#secret = secret
    this.#redirectUri = redirectUri
  }

  /** Where to send the browser. */
  async begin(): Promise<Result<{ readonly url: URL; readonly transaction: SignInTransaction }, Problem>> {
    const provider = await this.#provider()
    if (!provider.ok) return provider
    const transaction = {
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      codeVerifier: oidc.randomPKCECodeVerifier(),
    }
    const url = oidc.buildAuthorizationUrl(provider.value, {
      redirect_uri: this.#redirectUri,
      scope: this.#config.scopes.join(' '),
      state: transaction.state,
      nonce: transaction.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(transaction.codeVerifier),
      code_challenge_method: 'S256',
    })
    return ok({ url, transaction })
  }

  /** Trades what the browser brought back for a person. */
  async finish(query: URLSearchParams, transaction: SignInTransaction): Promise<Result<OidcPerson, Problem>> {
    const provider = await this.#provider()
    if (!provider.ok) return provider
    const current = new URL(this.#redirectUri)
    current.search = query.toString()
    try {
      const tokens = await oidc.authorizationCodeGrant(provider.value, current, {
        pkceCodeVerifier: transaction.codeVerifier,
        expectedState: transaction.state,
        expectedNonce: transaction.nonce,
        idTokenExpected: true,
      })
      const claims = tokens.claims() ?? { sub: '' }
      // Many providers keep groups and addresses out of the ID token.
      const { nameClaim, rolesClaim } = this.#config
      const isComplete = nameClaim in claims && rolesClaim in claims
      const isUnsaid = nameClaim === 'email' && !('email_verified' in claims)
      const tellsMore = provider.value.serverMetadata().userinfo_endpoint !== undefined
      const more =
        !isComplete || (isUnsaid && tellsMore)
          ? await oidc.fetchUserInfo(provider.value, tokens.access_token, claims.sub)
          : {}
      return this.#personOf({ ...more, ...claims })
    } catch (error) {
      return fail(refusalOf(error))
    }
  }

  #personOf(claims: Readonly<Record<string, unknown>>): Result<OidcPerson, Problem> {
    const { nameClaim, rolesClaim, roles: mapping } = this.#config
    const name = claims[nameClaim]
    if (typeof name !== 'string' || name === '' || name.length > NAME_CHARS_MAX)
      return fail({
        code: 'http/sign-in',
        message: `the identity provider gave no usable claim \`${nameClaim}\``,
        next: 'ask whoever administers the provider, or set `oidc.nameClaim`',
      })
    // SECURITY: an address that anybody may type into a profile would let them take another person's name. Some providers
    // never say; of what one says, only a plain yes counts, which some write as text.
    const { email_verified: verified = true } = claims
    if (nameClaim === 'email' && verified !== true && verified !== 'true')
      return fail({ code: 'http/sign-in', message: 'the identity provider has not verified this address' })
    const roles = rolesFromClaim(claims[rolesClaim], mapping)
    return roles.length === 0
      ? fail({
          code: 'http/sign-in',
          message: `\`${name}\` has no role here: no value of the claim \`${rolesClaim}\` is mapped to one`,
          next: 'ask an admin of this server',
        })
      : ok({ name, roles })
  }

  /** Discovered at first need and kept; a provider that is away is asked again next time. */
  async #provider(): Promise<Result<oidc.Configuration, Problem>> {
    if (this.#discovered !== undefined) return ok(this.#discovered)
    const issuer = new URL(this.#config.issuer)
    try {
      this.#discovered = await oidc.discovery(
        issuer,
        this.#config.clientId,
        undefined,
        this.#secret === undefined ? oidc.None() : oidc.ClientSecretBasic(this.#secret),
        {
          timeout: TIMEOUT_SECONDS,
          // Plain http is for a provider on this machine, in trials and tests; the configuration refuses others.
          ...(issuer.protocol === 'http:' ? { execute: [oidc.allowInsecureRequests] } : {}),
        },
      )
      return ok(this.#discovered)
    } catch (error) {
      return fail(refusalOf(error))
    }
  }
}

/** What the browser brought is not good, or the provider cannot be reached: the library tells the two apart. */
function refusalOf(error: unknown): Problem {
  if (error instanceof oidc.ResponseBodyError || error instanceof oidc.AuthorizationResponseError)
    return { code: 'http/sign-in', message: `the identity provider refused (${error.error})`, next: 'sign in again' }
  if (error instanceof oidc.ClientError && error.code !== 'OAUTH_TIMEOUT')
    return {
      code: 'http/sign-in',
      message: `the answer of the identity provider does not hold (${error.code ?? 'invalid'})`,
      next: 'sign in again',
    }
  if (error instanceof Error)
    return {
      code: 'http/provider',
      message: 'the identity provider cannot be reached',
      next: 'try again; check `oidc.issuer` if it stays so',
    }
  throw error
}
