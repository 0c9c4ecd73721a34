import { importPKCS8, SignJWT } from 'jose'
import { HOUR_MS, SECOND_MS } from '../../../base/instant.ts'
import { parseJson } from '../../../base/json.ts'
import { fail, ok, type Result } from '../../../base/result.ts'
import type { GcpPlace } from '../../../contract/gateway-config/secret-reference.ts'
import { memberOf, readSecretText, type SecretReading } from '../secret-source.ts'
import { askWithToken, objectIn, refusedBy, secondsIn, textIn, type Minted, type StoreClient } from './store-client.ts'

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
const METADATA_URL = 'http://169.254.169.254'
const KEY_CHARS_MAX = 65_536

/** A secret, or a member of one, in Google Secret Manager. */
export async function readGcp(place: GcpPlace, client: StoreClient): Promise<SecretReading> {
  const { project, secret, version, endpoint, network } = place
  const key = JSON.stringify(['gcp', place.credentials, place.tokenEndpoint])
  const answer = await askWithToken(client, { key, mint: () => tokenOf(place, client) }, (token) => ({
    url: `${endpoint.replace(/\/+$/, '')}/v1/projects/${project}/secrets/${secret}/versions/${version}:access`,
    network,
    headers: { authorization: `Bearer ${token}` },
  }))
  if (!answer.ok) return answer
  if (answer.value.status !== 200) return fail(refusedBy('Secret Manager', answer.value))
  const data = textIn(objectIn(answer.value.json, 'payload'), 'data')
  return data === undefined
    ? fail('its store gave no text')
    : memberOf(Buffer.from(data, 'base64').toString(), place.field)
}

async function tokenOf(place: GcpPlace, client: StoreClient): Promise<Result<Minted<string>, string>> {
  const { credentials, tokenEndpoint, network } = place
  const answer =
    'metadata' in credentials
      ? await client.ask({
          url: `${client.ports.metadataUrl ?? METADATA_URL}/computeMetadata/v1/instance/service-accounts/default/token`,
          network: 'metadata',
          headers: { 'metadata-flavor': 'Google' },
        })
      : await byServiceAccount(credentials.serviceAccount.file, client, { url: tokenEndpoint, network })
  if (!answer.ok) return answer
  const token = textIn(answer.value.json, 'access_token')
  if (answer.value.status !== 200 || token === undefined)
    return fail(refusedBy('the token service of Google', answer.value))
  return ok({ token, lifeMs: secondsIn(answer.value.json, 'expires_in') * SECOND_MS })
}

/** RFC 7523: a JWT by the service account's own key for a token. SECURITY: where it is sent, this file says and not the key's. */
async function byServiceAccount(
  path: string,
  client: StoreClient,
  to: { readonly url: string; readonly network: GcpPlace['network'] },
): Promise<ReturnType<StoreClient['ask']>> {
  const text = await readSecretText(path)
  if (!text.ok) return fail(`the service account: ${text.failure}`)
  const json = parseJson(text.value, KEY_CHARS_MAX)
  const account = json.ok ? (json.value as Readonly<Record<string, unknown>> | null) : null
  const [email, privateKey] = [textIn(account ?? {}, 'client_email'), textIn(account ?? {}, 'private_key')]
  if (email === undefined || privateKey === undefined) return fail('the service account: its file is no key file')
  const assertion = await assertionOf({ email, privateKey, audience: to.url, at: client.clock() })
  if (!assertion.ok) return assertion
  return client.ask({
    url: to.url,
    network: to.network,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: assertion.value,
    }).toString(),
  })
}

async function assertionOf(claim: {
  readonly email: string
  readonly privateKey: string
  readonly audience: string
  readonly at: number
}): Promise<Result<string, string>> {
  try {
    const key = await importPKCS8(claim.privateKey, 'RS256')
    const at = Math.floor(claim.at / SECOND_MS)
    return ok(
      await new SignJWT({ scope: SCOPE })
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
        .setIssuer(claim.email)
        .setAudience(claim.audience)
        .setIssuedAt(at)
        .setExpirationTime(at + HOUR_MS / SECOND_MS)
        .sign(key),
    )
  } catch (error) {
    // SECURITY: the library's message may hold a part of the key.
    if (error instanceof Error) return fail('the service account: its key cannot be used')
    throw error
  }
}
