import { XMLParser } from 'fast-xml-parser'
import { epochMs, SECOND_MS } from '../../../base/instant.ts'
import { fail, ok, type Result } from '../../../base/result.ts'
import type { AwsPlace } from '../../../contract/gateway-config/secret-reference.ts'
import { memberOf, readPlainSecret, readSecretText, type SecretReading } from '../secret-source.ts'
import { sigV4, type AwsCredentials } from './sigv4.ts'
import { askWithToken, objectIn, refusedBy, textIn, type Minted, type StoreClient } from './store-client.ts'

const SESSION_SECONDS = 3_600
/** Where agents of ECS and EKS answer; anything else in their variable is refused. */
const AGENT_HOSTS: ReadonlySet<string> = new Set([
  '169.254.170.2',
  '169.254.170.23',
  '[fd00:ec2::23]',
  '127.0.0.1',
  'localhost',
  '[::1]',
])

/** A secret, or a member of one, in AWS Secrets Manager. */
export async function readAws(place: AwsPlace, client: StoreClient): Promise<SecretReading> {
  const { region, secret, versionStage, network } = place
  const url = place.endpoint ?? `https://secretsmanager.${region}.amazonaws.com/`
  const key = JSON.stringify(['aws', place.credentials, place.stsEndpoint, region])
  const body = JSON.stringify({ SecretId: secret, VersionStage: versionStage })
  const answer = await askWithToken(client, { key, mint: () => credentialsOf(place, client) }, (credentials) => ({
    url,
    network,
    method: 'POST',
    body,
    headers: sigV4(
      {
        method: 'POST',
        url,
        body,
        region,
        service: 'secretsmanager',
        at: client.clock(),
        headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' },
      },
      credentials,
    ),
  }))
  if (!answer.ok) return answer
  if (answer.value.status !== 200) return fail(refusedBy('Secrets Manager', answer.value))
  const binary = textIn(answer.value.json, 'SecretBinary')
  const text = binary === undefined ? answer.value.json?.['SecretString'] : Buffer.from(binary, 'base64').toString()
  return memberOf(text, place.field)
}

async function credentialsOf(place: AwsPlace, client: StoreClient): Promise<Result<Minted<AwsCredentials>, string>> {
  const { credentials } = place
  if ('webIdentity' in credentials) return byWebIdentity(place, credentials.webIdentity, client)
  if ('container' in credentials) return byContainer(client)
  const [accessKeyId, secretAccessKey] = await Promise.all(
    [credentials.accessKeyId, credentials.secretAccessKey].map((one) => readPlainSecret(one, client.ports)),
  )
  const session =
    credentials.sessionToken === undefined ? undefined : await readPlainSecret(credentials.sessionToken, client.ports)
  if (accessKeyId?.ok !== true || secretAccessKey?.ok !== true || session?.ok === false)
    return fail('the access key for AWS cannot be read')
  return ok({
    token: { accessKeyId: accessKeyId.value, secretAccessKey: secretAccessKey.value, sessionToken: session?.value },
    lifeMs: 0,
  })
}

/** The role of a Kubernetes service account. */
async function byWebIdentity(
  place: AwsPlace,
  { roleArn, tokenFile }: { readonly roleArn: string; readonly tokenFile: string },
  client: StoreClient,
): Promise<Result<Minted<AwsCredentials>, string>> {
  const token = await readSecretText(tokenFile)
  if (!token.ok) return fail(`the web identity token: ${token.failure}`)
  const answer = await client.ask({
    url: place.stsEndpoint ?? `https://sts.${place.region}.amazonaws.com/`,
    network: place.network,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: roleArn,
      RoleSessionName: 'gatehouse',
      DurationSeconds: String(SESSION_SECONDS),
      WebIdentityToken: token.value,
    }).toString(),
  })
  if (!answer.ok) return answer
  if (answer.value.status !== 200) return fail(refusedBy('STS', answer.value))
  const parsed = parsedXml(answer.value.text)
  const result = objectIn(objectIn(parsed, 'AssumeRoleWithWebIdentityResponse'), 'AssumeRoleWithWebIdentityResult')
  return sessionOf(objectIn(result, 'Credentials'), 'SessionToken', client)
}

function parsedXml(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = new XMLParser({ parseTagValue: false, processEntities: false }).parse(text)
    return typeof parsed === 'object' && parsed !== null ? (parsed as Readonly<Record<string, unknown>>) : undefined
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
}

async function byContainer(client: StoreClient): Promise<Result<Minted<AwsCredentials>, string>> {
  const { environment } = client.ports
  const relative = environment['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']
  const full = environment['AWS_CONTAINER_CREDENTIALS_FULL_URI']
  const url = relative === undefined ? full : `http://169.254.170.2${relative}`
  if (url === undefined || !URL.canParse(url) || !AGENT_HOSTS.has(new URL(url).hostname))
    return fail('the agent for AWS credentials is not named by its variables')
  const tokenFile = environment['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE']
  const token =
    tokenFile === undefined
      ? ok(environment['AWS_CONTAINER_AUTHORIZATION_TOKEN'] ?? '')
      : await readSecretText(tokenFile)
  if (!token.ok) return fail(`the agent's token: ${token.failure}`)
  const answer = await client.ask({
    url,
    network: 'metadata',
    headers: token.value === '' ? {} : { authorization: token.value },
  })
  if (!answer.ok) return answer
  if (answer.value.status !== 200) return fail(refusedBy('the agent for AWS credentials', answer.value))
  return sessionOf(answer.value.json, 'Token', client)
}

function sessionOf(
  given: Readonly<Record<string, unknown>> | undefined,
  sessionName: string,
  client: StoreClient,
): Result<Minted<AwsCredentials>, string> {
  const accessKeyId = textIn(given, 'AccessKeyId')
  const secretAccessKey = textIn(given, 'SecretAccessKey')
  const sessionToken = textIn(given, sessionName)
  if (accessKeyId === undefined || secretAccessKey === undefined || sessionToken === undefined)
    return fail('AWS gave no credentials')
  const ends = Date.parse(textIn(given, 'Expiration') ?? '')
  const lifeMs = Number.isNaN(ends) ? SESSION_SECONDS * SECOND_MS : epochMs(ends) - client.clock()
  return ok({ token: { accessKeyId, secretAccessKey, sessionToken }, lifeMs })
}
