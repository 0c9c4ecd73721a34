import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AWS_KEY, startSecretStores, type SecretStores } from '../../../test/support/secret-stores.ts'
import { tempFolder } from '../../../test/support/temp-folder.ts'
import { epochMs, HOUR_MS } from '../../base/instant.ts'
import { secretReference } from '../../contract/gateway-config/secret-reference.ts'
import { RotatingSecrets } from './rotating-secrets.ts'

let open: AsyncDisposableStack
let stores: SecretStores
let folder: string
let logged: string[]
let ahead: number
beforeEach(async () => {
  open = new AsyncDisposableStack()
  stores = open.use(await startSecretStores())
  folder = open.use(await tempFolder()).path
  logged = []
  ahead = 0
  await writeFile(join(folder, 'account.json'), stores.serviceAccount)
  await writeFile(join(folder, 'web'), 'web.identity.jwt\n')
  await writeFile(join(folder, 'kubernetes'), 'service.account.jwt')
  await writeFile(join(folder, 'azure'), 'workload.identity.jwt')
})
afterEach(() => open.disposeAsync())

const ENVIRONMENT: Readonly<Record<string, string>> = {
  VAULT_TOKEN: 'vault-root',
  ROLE: 'role-1',
  SECRET_ID: 'sid-5d1f',
  AWS_ID: AWS_KEY.accessKeyId,
  AWS_SECRET: AWS_KEY.secretAccessKey,
  AZURE_SECRET: 'azure-client-secret',
  AWS_CONTAINER_AUTHORIZATION_TOKEN: 'agent-token',
  WRONG: 'wrong-credential',
}

type Place = (more?: object) => object
const vault =
  (auth: () => object): Place =>
  (more = {}) => ({
    vault: { address: stores.url, path: 'secret/data/openai', field: 'key', namespace: 'team', ...auth(), ...more },
  })
const aws =
  (credentials: () => object): Place =>
  (more = {}) => ({
    awsSecretsManager: {
      region: 'eu-central-1',
      secret: 'prod/openai',
      endpoint: `${stores.url}/`,
      stsEndpoint: `${stores.url}/`,
      network: 'private',
      credentials: credentials(),
      ...more,
    },
  })
const gcp =
  (credentials: () => object): Place =>
  (more = {}) => ({
    gcpSecretManager: {
      project: 'project-1',
      secret: 'openai',
      endpoint: stores.url,
      tokenEndpoint: `${stores.url}/google-token`,
      network: 'private',
      credentials: credentials(),
      ...more,
    },
  })
const azure =
  (credentials: () => object): Place =>
  (more = {}) => ({
    azureKeyVault: {
      vault: 'kv-1',
      secret: 'openai',
      endpoint: stores.url,
      authority: stores.url,
      network: 'private',
      credentials: credentials(),
      ...more,
    },
  })

/** Every store with every way to prove who asks; the last word is the name that its log-in has, if there is one. */
const PLACES: readonly (readonly [string, Place, string | undefined])[] = [
  ['Vault by token', vault(() => ({ token: { env: 'VAULT_TOKEN' } })), undefined],
  [
    'Vault by AppRole',
    vault(() => ({ appRole: { roleId: { env: 'ROLE' }, secretId: { env: 'SECRET_ID' } } })),
    'approle',
  ],
  [
    'Vault by Kubernetes',
    vault(() => ({ kubernetes: { role: 'gateway', tokenFile: join(folder, 'kubernetes') } })),
    'kubernetes',
  ],
  [
    'AWS by access key',
    aws(() => ({ accessKeyId: { env: 'AWS_ID' }, secretAccessKey: { env: 'AWS_SECRET' } })),
    undefined,
  ],
  [
    'AWS by web identity',
    aws(() => ({ webIdentity: { roleArn: 'arn:aws:iam::123456789012:role/gateway', tokenFile: join(folder, 'web') } })),
    'web-identity',
  ],
  ['AWS by its agent', aws(() => ({ container: true })), 'container'],
  [
    'Google by service account',
    gcp(() => ({ serviceAccount: { file: join(folder, 'account.json') } })),
    'service-account',
  ],
  ['Google by metadata', gcp(() => ({ metadata: true })), 'google-metadata'],
  [
    'Azure by client secret',
    azure(() => ({ tenant: 'tenant-1', clientId: 'client-1', clientSecret: { env: 'AZURE_SECRET' } })),
    'azure-client',
  ],
  [
    'Azure by workload identity',
    azure(() => ({ workloadIdentity: { tenant: 'tenant-1', clientId: 'client-1', tokenFile: join(folder, 'azure') } })),
    'azure-workload',
  ],
  ['Azure by managed identity', azure(() => ({ managedIdentity: {} })), 'azure-metadata'],
]

async function secretsOf(place: object): Promise<RotatingSecrets> {
  const secrets = await RotatingSecrets.open(new Map([['a', secretReference.parse(place)]]), {
    environment: { ...ENVIRONMENT, AWS_CONTAINER_CREDENTIALS_FULL_URI: `${stores.url}/aws-agent` },
    metadataUrl: stores.url,
    clock: () => epochMs(Date.now() + ahead),
    monotonicMs: () => performance.now(),
    log: (line) => void logged.push(line),
  })
  open.defer(() => secrets.close())
  return secrets
}

const SECRETS =
  /sk-|wrong-credential|vault-root|sid-5d1f|EXAMPLEKEY|azure-client-secret|agent-token|token-\d|session-\d|PRIVATE/
afterEach(() => expect(logged.join('\n')).not.toMatch(SECRETS))

describe.each(PLACES)('a secret in %s', (_, place, login) => {
  test('is read, and read anew after it was rotated, with one log-in for both', async () => {
    const secrets = await secretsOf(place())
    expect([secrets.current('a'), logged]).toEqual(['sk-first-93f1', []])
    stores.secret = 'sk-second-04c7'
    await secrets.refresh()
    expect(secrets.current('a')).toBe('sk-second-04c7')
    expect(stores.logins).toEqual(login === undefined ? [] : [login])
  })

  test('is read on after its token was revoked, and again after it ended', async () => {
    const secrets = await secretsOf(place())
    if (login === undefined) return
    stores.revoke()
    stores.secret = 'sk-second-04c7'
    await secrets.refresh()
    expect([secrets.current('a'), stores.logins]).toEqual(['sk-second-04c7', [login, login]])
    // AWS dates what is signed: there the clock of both moves on by nothing that a store would refuse.
    if (login === 'web-identity' || login === 'container') return
    ahead = HOUR_MS
    await secrets.refresh()
    expect(stores.logins).toHaveLength(3)
  })

  test('that is away leaves the last secret in use', async () => {
    const secrets = await secretsOf(place())
    stores.failure = (response) => void response.destroy()
    await secrets.refresh()
    await secrets.refresh()
    expect(secrets.current('a')).toBe('sk-first-93f1')
    expect(logged).toEqual([
      expect.stringMatching(/`a` cannot be read: the last one stays in use \(.*cannot be reached\)/),
    ])
    stores.failure = undefined
    stores.secret = 'sk-second-04c7'
    await secrets.refresh()
    expect([secrets.current('a'), logged.length]).toEqual(['sk-second-04c7', 2])
  })

  test.each<[string, NonNullable<SecretStores['failure']>]>([
    ['an error that repeats the secret', (response) => void response.writeHead(500).end('{"error":"sk-leaked-1"}')],
    ['a redirect', (response) => void response.writeHead(307, { location: `${stores.url}/elsewhere` }).end()],
    ['no JSON', (response) => void response.end('sk-leaked-1')],
    ['JSON of another kind', (response) => void response.end('["sk-leaked-1"]')],
    [
      'members of other types',
      (response) =>
        void response.end('{"data":7,"auth":[],"payload":"x","access_token":{},"value":9,"SecretString":3}'),
    ],
    ['too much', (response) => void response.end('x'.repeat(200_000))],
    ['nothing', (response) => void response.end()],
  ])('is none where its store answers %s, and the reason tells nothing of it', async (__, failure) => {
    stores.failure = failure
    const secrets = await secretsOf(place())
    expect(secrets.current('a')).toBeNull()
    expect(logged).toHaveLength(1)
    expect(logged[0]).toContain('it is not asked until it can')
  })

  test('with a line break in it is none', async () => {
    stores.secret = 'sk-first\r\nx-injected: 1'
    const secrets = await secretsOf(place())
    expect(secrets.current('a')).toBeNull()
  })

  test('is not looked for at a private address unless the file says so', async () => {
    const secrets = await secretsOf(place({ network: 'public' }))
    expect(secrets.current('a')).toBeNull()
    expect(logged[0]).toContain('an address that is refused')
  })
})

describe('credentials that a store refuses', () => {
  test.each<[string, Place]>([
    ['Vault', vault(() => ({ token: { env: 'WRONG' } }))],
    ['Vault by AppRole', vault(() => ({ appRole: { roleId: { env: 'ROLE' }, secretId: { env: 'WRONG' } } }))],
    ['AWS', aws(() => ({ accessKeyId: { env: 'AWS_ID' }, secretAccessKey: { env: 'WRONG' } }))],
    ['AWS by another key id', aws(() => ({ accessKeyId: { env: 'WRONG' }, secretAccessKey: { env: 'AWS_SECRET' } }))],
    ['Azure', azure(() => ({ tenant: 'tenant-1', clientId: 'client-1', clientSecret: { env: 'WRONG' } }))],
    [
      'Azure by no variable',
      azure(() => ({ tenant: 'tenant-1', clientId: 'client-1', clientSecret: { env: 'ABSENT' } })),
    ],
    ['Google by no file', gcp(() => ({ serviceAccount: { file: join(folder, 'absent') } }))],
    ['Google by a file that is no key', gcp(() => ({ serviceAccount: { file: join(folder, 'web') } }))],
  ])('of %s are a reason without them', async (_, place) => {
    const secrets = await secretsOf(place())
    expect([secrets.current('a'), logged.length]).toEqual([null, 1])
  })
})

describe('one member of a secret', () => {
  test.each([
    ['{"key":"sk-member-1","other":"x"}', 'sk-member-1'],
    ['{"other":"sk-member-1"}', null],
    ['{"key":7}', null],
    ['sk-no-json', null],
    ['{"__proto__":{"key":"sk-1"}}', null],
  ])('of %s', async (secret, expected) => {
    stores.secret = secret
    const [, place] = PLACES.find(([name]) => name === 'AWS by access key')!
    expect((await secretsOf(place({ field: 'key' }))).current('a')).toBe(expected)
  })
})

describe('the agent for AWS credentials', () => {
  test.each(['http://169.254.169.254/latest', 'http://evil.example/creds', 'no address'])(
    'is not asked at %s',
    async (address) => {
      const [, place] = PLACES.find(([name]) => name === 'AWS by its agent')!
      const secrets = await RotatingSecrets.open(new Map([['a', secretReference.parse(place())]]), {
        environment: { AWS_CONTAINER_CREDENTIALS_FULL_URI: address },
        monotonicMs: () => 0,
        log: (line) => void logged.push(line),
      })
      open.defer(() => secrets.close())
      expect(logged).toEqual([expect.stringContaining('is not named by its variables')])
    },
  )
})

describe('a reference', () => {
  test.each<[string, object]>([
    ['to Vault with two log-ins', { token: { env: 'A' }, kubernetes: { role: 'r' } }],
    ['to Vault with none', {}],
    ['to Vault with a path that climbs', { token: { env: 'A' }, path: 'secret/../sys/raw' }],
    ['to Vault with a token in clear', { token: 'hvs.abc' }],
    ['to Vault whose token lies in Vault', { token: { vault: {} } }],
    ['to Vault with a query in its address', { token: { env: 'A' }, address: 'https://vault.example/?a=1' }],
  ])('%s is refused', (_, more) => {
    const place = { vault: { address: 'https://vault.example', path: 'secret/data/a', field: 'k', ...more } }
    expect(secretReference.safeParse(place).success).toBe(false)
  })
})
