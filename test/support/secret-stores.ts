import { createHash, createHmac, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { jwtVerify } from 'jose'

/** One local server that speaks as Vault, AWS, Google and Azure document their protocols, and holds one secret. */
export interface SecretStores extends AsyncDisposable {
  readonly url: string
  /** What every store holds. */
  secret: string
  /** Log-ins and tokens that were given. */
  readonly logins: string[]
  /** Tokens of before are good no more. */
  revoke(): void
  /** In place of every answer. */
  failure: ((response: ServerResponse) => void) | undefined
  readonly serviceAccount: string
}

export const AWS_KEY = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const SKEW_MS = 300_000

interface Asked {
  readonly request: IncomingMessage
  readonly url: URL
  readonly body: string
}

export async function startSecretStores(): Promise<SecretStores> {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  let generation = 0
  const logins: string[] = []
  const token = (): string => `token-${generation}`
  const isGood = ({ request }: Asked): boolean => request.headers.authorization === `Bearer ${token()}`
  const granted = (what: string, body: object): object => {
    logins.push(what)
    return body
  }
  const oauth = (what: string): object =>
    granted(what, { access_token: token(), expires_in: 3_599, token_type: 'Bearer' })

  const routes: Readonly<
    Record<string, (asked: Asked) => object | number | string | Promise<object | number | string>>
  > = {
    'POST /v1/auth/approle/login': ({ body }) => {
      const { role_id: role, secret_id: id } = JSON.parse(body) as Record<string, string>
      if (role !== 'role-1' || id !== 'sid-5d1f') return 400
      return granted('approle', { auth: { client_token: token(), lease_duration: 3_600, renewable: true } })
    },
    'POST /v1/auth/kubernetes/login': ({ body }) => {
      const { role, jwt } = JSON.parse(body) as Record<string, string>
      if (role !== 'gateway' || jwt !== 'service.account.jwt') return 403
      return granted('kubernetes', { auth: { client_token: token(), lease_duration: 3_600 } })
    },
    'GET /v1/secret/data/openai': ({ request }) => {
      const { 'x-vault-token': sent, 'x-vault-namespace': namespace, 'x-vault-request': guard } = request.headers
      if (guard !== 'true' || namespace !== 'team') return 400
      if (sent !== 'vault-root' && sent !== token()) return 403
      return { data: { data: { key: stores.secret }, metadata: { version: 3 } } }
    },
    'POST /': (asked) => (asked.request.headers['x-amz-target'] === undefined ? sts(asked) : secretsManager(asked)),
    'GET /aws-agent': ({ request }) =>
      request.headers.authorization === 'agent-token'
        ? granted('container', {
            AccessKeyId: AWS_KEY.accessKeyId,
            SecretAccessKey: AWS_KEY.secretAccessKey,
            Token: `session-${generation}`,
            Expiration: new Date(Date.now() + 3_600_000).toISOString(),
          })
        : 403,
    'POST /google-token': async ({ body, url }) => {
      const form = new URLSearchParams(body)
      if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') return 400
      try {
        const { payload } = await jwtVerify(form.get('assertion') ?? '', pair.publicKey, {
          algorithms: ['RS256'],
          issuer: 'gateway@project-1.iam.gserviceaccount.com',
          audience: `${url.origin}/google-token`,
        })
        if (payload['scope'] !== 'https://www.googleapis.com/auth/cloud-platform') return 400
      } catch {
        return 401
      }
      return oauth('service-account')
    },
    'GET /computeMetadata/v1/instance/service-accounts/default/token': ({ request }) =>
      request.headers['metadata-flavor'] === 'Google' ? oauth('google-metadata') : 403,
    'GET /v1/projects/project-1/secrets/openai/versions/latest:access': (asked) =>
      isGood(asked)
        ? {
            name: 'projects/1/secrets/openai/versions/7',
            payload: { data: Buffer.from(stores.secret).toString('base64') },
          }
        : 401,
    'POST /tenant-1/oauth2/v2.0/token': ({ body }) => {
      const form = new URLSearchParams(body)
      const isClient = form.get('client_secret') === 'azure-client-secret'
      const isWorkload =
        form.get('client_assertion') === 'workload.identity.jwt' &&
        form.get('client_assertion_type') === 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
      const isAsked =
        form.get('grant_type') === 'client_credentials' &&
        form.get('client_id') === 'client-1' &&
        form.get('scope') === 'https://vault.azure.net/.default'
      return isAsked && (isClient || isWorkload) ? oauth(isClient ? 'azure-client' : 'azure-workload') : 401
    },
    'GET /metadata/identity/oauth2/token': ({ request, url }) =>
      request.headers['metadata'] === 'true' && url.searchParams.get('resource') === 'https://vault.azure.net'
        ? granted('azure-metadata', { access_token: token(), expires_in: '3599' })
        : 400,
    'GET /secrets/openai': (asked) =>
      asked.url.searchParams.get('api-version') !== '7.4'
        ? 400
        : isGood(asked)
          ? { value: stores.secret, id: 'https://v.vault.azure.net/secrets/openai/1' }
          : 401,
  }

  const sts = ({ body }: Asked): string | number => {
    const form = new URLSearchParams(body)
    if (form.get('Action') !== 'AssumeRoleWithWebIdentity' || form.get('WebIdentityToken') !== 'web.identity.jwt')
      return 403
    logins.push('web-identity')
    return `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>
<Credentials><AccessKeyId>${AWS_KEY.accessKeyId}</AccessKeyId><SecretAccessKey>${AWS_KEY.secretAccessKey}</SecretAccessKey>
<SessionToken>session-${generation}</SessionToken><Expiration>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration>
</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`
  }
  const secretsManager = (asked: Asked): object | number => {
    if (asked.request.headers['x-amz-target'] !== 'secretsmanager.GetSecretValue') return 400
    const session = asked.request.headers['x-amz-security-token']
    if (session !== undefined && session !== `session-${generation}`) return 403
    if (!isSigned(asked)) return 403
    const { SecretId: id, VersionStage: stage } = JSON.parse(asked.body) as Record<string, string>
    return id === 'prod/openai' && stage === 'AWSCURRENT' ? { Name: id, SecretString: stores.secret } : 400
  }

  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (bytes: Buffer) => (body += bytes.toString()))
    request.on('end', () => {
      if (stores.failure !== undefined) return stores.failure(response)
      const url = new URL(request.url ?? '/', stores.url)
      const route = routes[`${request.method} ${url.pathname}`]
      void Promise.resolve(route === undefined ? 404 : route({ request, url, body })).then((answer) => {
        if (typeof answer === 'number') response.writeHead(answer).end(`{"error":"no: ${stores.secret}"}`)
        else response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
      })
      return undefined
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stores: SecretStores = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secret: 'sk-first-93f1',
    logins,
    failure: undefined,
    revoke: () => void (generation += 1),
    serviceAccount: JSON.stringify({
      type: 'service_account',
      client_email: 'gateway@project-1.iam.gserviceaccount.com',
      private_key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      // Where a key file sends its holder is not believed.
      token_uri: 'http://169.254.169.254/steal',
    }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return stores
}

/** Signature Version 4 from what arrived on the wire, written apart from the code that signs. */
export function isSigned({ request, url, body }: Asked, secretAccessKey = AWS_KEY.secretAccessKey): boolean {
  const claim =
    /^AWS4-HMAC-SHA256 Credential=(?<id>[^/]+)\/(?<day>\d{8})\/(?<region>[^/]+)\/(?<service>[^/]+)\/aws4_request, SignedHeaders=(?<names>[^,]+), Signature=(?<signature>[0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    )?.groups
  const sentAt = String(request.headers['x-amz-date'])
  if (claim === undefined || claim['id'] !== AWS_KEY.accessKeyId || !sentAt.startsWith(claim['day'] ?? '-'))
    return false
  const instant = Date.parse(sentAt.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  if (!(Math.abs(Date.now() - instant) < SKEW_MS)) return false
  const names = (claim['names'] ?? '').split(';')
  // What decides about the request must be under its signature.
  for (const needed of ['host', 'x-amz-date', 'x-amz-target']) if (!names.includes(needed)) return false
  if (request.headers['x-amz-security-token'] !== undefined && !names.includes('x-amz-security-token')) return false
  let text = `${request.method}\n${url.pathname}\n${url.search.slice(1)}\n`
  for (const name of names) text += `${name}:${String(request.headers[name])}\n`
  text += `\n${names.join(';')}\n${createHash('sha256').update(body).digest('hex')}`
  const mac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest()
  const dayKey = mac(Buffer.concat([Buffer.from('AWS4'), Buffer.from(secretAccessKey)]), claim['day'] ?? '')
  const signingKey = mac(mac(mac(dayKey, claim['region'] ?? ''), claim['service'] ?? ''), 'aws4_request')
  const scope = [claim['day'], claim['region'], claim['service'], 'aws4_request'].join('/')
  const hashed = createHash('sha256').update(text).digest('hex')
  return mac(signingKey, `AWS4-HMAC-SHA256\n${sentAt}\n${scope}\n${hashed}`).toString('hex') === claim['signature']
}
