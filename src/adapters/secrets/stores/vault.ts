import { SECOND_MS } from '../../../base/instant.ts'
import { fail, ok, type Result } from '../../../base/result.ts'
import type { VaultPlace } from '../../../contract/gateway-config/secret-reference.ts'
import { readPlainSecret, readSecretText, usable, type SecretReading } from '../secret-source.ts'
import { askWithToken, objectIn, refusedBy, secondsIn, textIn, type Minted, type StoreClient } from './store-client.ts'

/** A field of a secret in the KV engine, version 2, of a HashiCorp Vault or OpenBao. */
export async function readVault(place: VaultPlace, client: StoreClient): Promise<SecretReading> {
  const { address, path, network } = place
  const key = JSON.stringify(['vault', { ...place, path: '', field: '' }])
  const answer = await askWithToken(client, { key, mint: () => tokenOf(place, client) }, (token) => ({
    url: `${base(address)}/v1/${path}`,
    network,
    headers: { ...headersOf(place), 'x-vault-token': token },
  }))
  if (!answer.ok) return answer
  if (answer.value.status !== 200) return fail(refusedBy('Vault', answer.value))
  const value = textIn(objectIn(objectIn(answer.value.json, 'data'), 'data'), place.field)
  return value === undefined ? fail(`it has no field \`${place.field}\``) : usable(value)
}

const base = (address: string): string => address.replace(/\/+$/, '')

function headersOf({ namespace }: VaultPlace): Readonly<Record<string, string>> {
  return { 'x-vault-request': 'true', ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }) }
}

async function tokenOf(place: VaultPlace, client: StoreClient): Promise<Result<Minted<string>, string>> {
  const { token, appRole, kubernetes } = place
  if (token !== undefined) {
    const read = await readPlainSecret(token, client.ports)
    // Its file may change at any time: it is read with each use.
    return read.ok ? ok({ token: read.value, lifeMs: 0 }) : fail(`the token of Vault: ${read.failure}`)
  }
  if (appRole !== undefined) {
    const [roleId, secretId] = await Promise.all(
      [appRole.roleId, appRole.secretId].map((reference) => readPlainSecret(reference, client.ports)),
    )
    if (roleId?.ok !== true || secretId?.ok !== true) return fail('the role id or secret id of Vault cannot be read')
    return logIn(place, client, {
      mount: appRole.mount,
      credentials: { role_id: roleId.value, secret_id: secretId.value },
    })
  }
  if (kubernetes === undefined) return fail('no way to log in to Vault is named')
  const jwt = await readSecretText(kubernetes.tokenFile)
  if (!jwt.ok) return fail(`the service account's token: ${jwt.failure}`)
  return logIn(place, client, { mount: kubernetes.mount, credentials: { role: kubernetes.role, jwt: jwt.value } })
}

async function logIn(
  place: VaultPlace,
  client: StoreClient,
  { mount, credentials }: { readonly mount: string; readonly credentials: Readonly<Record<string, string>> },
): Promise<Result<Minted<string>, string>> {
  const answer = await client.ask({
    url: `${base(place.address)}/v1/auth/${mount}/login`,
    network: place.network,
    method: 'POST',
    headers: { ...headersOf(place), 'content-type': 'application/json' },
    body: JSON.stringify(credentials),
  })
  if (!answer.ok) return answer
  const auth = objectIn(answer.value.json, 'auth')
  const token = textIn(auth, 'client_token')
  if (answer.value.status !== 200 || token === undefined) return fail(refusedBy('the log-in of Vault', answer.value))
  const good = usable(token)
  return good.ok ? ok({ token: good.value, lifeMs: secondsIn(auth, 'lease_duration') * SECOND_MS }) : good
}
