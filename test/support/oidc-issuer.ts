import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'

export interface OidcIssuer extends AsyncDisposable {
  readonly url: string
  readonly clientId: string
  readonly clientSecret: string
  /** Who signs in next, and what the provider says of them. */
  person: {
    readonly sub: string
    readonly claims: Readonly<Record<string, unknown>>
    /** What the ID token says too; nothing where it is left out. */
    readonly inIdToken?: readonly string[]
  }
}

/** A real OpenID provider on a free port; it asks nobody for a password. */
export async function startOidcIssuer(redirectUri: () => string): Promise<OidcIssuer> {
  const handler: { current: (request: IncomingMessage, response: ServerResponse) => void } = {
    current: (_, response) => void response.writeHead(503).end(),
  }
  const server = createServer((request, response) => handler.current(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const state: Pick<OidcIssuer, 'person'> = { person: { sub: 'nobody', claims: {} } }
  const clientId = 'gatehouse'
  const clientSecret = 'a-secret-of-the-test-provider'
  const provider = new Provider(url, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri()] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], groups: ['groups'] },
    scopes: ['openid', 'email', 'groups'],
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    // Which claims stand in the ID token is the person's to say, below.
    conformIdTokenClaims: false,
    findAccount: (_, sub) => ({
      accountId: sub,
      claims: async (use) => {
        const { claims, inIdToken = [] } = state.person
        const said = Object.entries(claims).filter(([name]) => use !== 'id_token' || inIdToken.includes(name))
        return { sub, ...Object.fromEntries(said) }
      },
    }),
    cookies: { keys: ['test'] },
    async loadExistingGrant({ oidc }) {
      const grant = new provider.Grant({ clientId, accountId: oidc.session?.accountId ?? '' })
      grant.addOIDCScope('openid email groups')
      await grant.save()
      return grant
    },
  })
  const callback = provider.callback()
  handler.current = (request, response) => {
    if (request.url?.startsWith('/interaction/') !== true) return void callback(request, response)
    void provider.interactionFinished(request, response, { login: { accountId: state.person.sub } })
  }
  return {
    url,
    clientId,
    clientSecret,
    get person() {
      return state.person
    },
    set person(person) {
      state.person = person
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}
