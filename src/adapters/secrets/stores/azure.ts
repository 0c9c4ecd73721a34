import { SECOND_MS } from '../../../base/instant.ts'
import { fail, ok, type Result } from '../../../base/result.ts'
import type { AzurePlace } from '../../../contract/gateway-config/secret-reference.ts'
import { memberOf, readPlainSecret, readSecretText, type SecretReading } from '../secret-source.ts'
import { askWithToken, refusedBy, secondsIn, textIn, type Minted, type StoreClient } from './store-client.ts'

const API_VERSION = '7.4'
const METADATA_URL = 'http://169.254.169.254'

/** A secret, or a member of one, in Azure Key Vault. */
export async function readAzure(place: AzurePlace, client: StoreClient): Promise<SecretReading> {
  const base = (place.endpoint ?? `https://${place.vault}.vault.azure.net`).replace(/\/+$/, '')
  const key = JSON.stringify(['azure', place.credentials, place.authority, place.audience])
  const answer = await askWithToken(client, { key, mint: () => tokenOf(place, client) }, (token) => ({
    url: `${base}/secrets/${place.secret}${place.version === undefined ? '' : `/${place.version}`}?api-version=${API_VERSION}`,
    network: place.network,
    headers: { authorization: `Bearer ${token}` },
  }))
  if (!answer.ok) return answer
  if (answer.value.status !== 200) return fail(refusedBy('Key Vault', answer.value))
  return memberOf(answer.value.json?.['value'], place.field)
}

async function tokenOf(place: AzurePlace, client: StoreClient): Promise<Result<Minted<string>, string>> {
  const { credentials } = place
  const answer =
    'managedIdentity' in credentials
      ? await byManagedIdentity(place, credentials.managedIdentity.clientId, client)
      : await byClient(place, credentials, client)
  if (!answer.ok) return answer
  const token = textIn(answer.value.json, 'access_token')
  if (answer.value.status !== 200 || token === undefined)
    return fail(refusedBy('the token service of Azure', answer.value))
  return ok({ token, lifeMs: secondsIn(answer.value.json, 'expires_in') * SECOND_MS })
}

async function byManagedIdentity(
  { audience }: AzurePlace,
  clientId: string | undefined,
  client: StoreClient,
): ReturnType<StoreClient['ask']> {
  const query = new URLSearchParams({
    'api-version': '2018-02-01',
    resource: audience,
    ...(clientId === undefined ? {} : { client_id: clientId }),
  })
  return client.ask({
    url: `${client.ports.metadataUrl ?? METADATA_URL}/metadata/identity/oauth2/token?${query.toString()}`,
    network: 'metadata',
    headers: { metadata: 'true' },
  })
}

async function byClient(
  { authority, audience, network }: AzurePlace,
  credentials: Exclude<AzurePlace['credentials'], { readonly managedIdentity: unknown }>,
  client: StoreClient,
): ReturnType<StoreClient['ask']> {
  const isWorkload = 'workloadIdentity' in credentials
  const { tenant, clientId } = isWorkload ? credentials.workloadIdentity : credentials
  const proof = isWorkload
    ? await readSecretText(credentials.workloadIdentity.tokenFile)
    : await readPlainSecret(credentials.clientSecret, client.ports)
  if (!proof.ok) return fail(`the credentials for Azure: ${proof.failure}`)
  return client.ask({
    url: `${authority.replace(/\/+$/, '')}/${tenant}/oauth2/v2.0/token`,
    network,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      scope: `${audience.replace(/\/+$/, '')}/.default`,
      ...(isWorkload
        ? {
            client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
            client_assertion: proof.value,
          }
        : { client_secret: proof.value }),
    }).toString(),
  })
}
