import { readFile } from 'node:fs/promises'
import { request } from 'undici'
import { errnoOf } from '../files/errno.ts'

/** Where a secret is kept. */
export type SecretPlace =
  | { readonly env: string }
  | { readonly file: string }
  | {
      readonly vault: {
        readonly address: string
        readonly path: string
        readonly field: string
        readonly token: { readonly env: string } | { readonly file: string }
        readonly namespace?: string | undefined
      }
    }

export interface SecretPorts {
  readonly environment: Readonly<Record<string, string | undefined>>
}

const FILE_BYTES_MAX = 65_536
const VAULT_TIMEOUT_MS = 5_000

/** Reads a secret as it is now; null when it is not there. Reasons name the place, never the secret. */
export async function readSecret(place: SecretPlace, ports: SecretPorts): Promise<string | null> {
  if ('env' in place) return usable(ports.environment[place.env])
  if ('file' in place) return readSecretFile(place.file)
  return readVault(place.vault, ports)
}

async function readSecretFile(path: string): Promise<string | null> {
  try {
    const bytes = await readFile(path)
    return bytes.length > FILE_BYTES_MAX ? null : usable(bytes.toString('utf8').trim())
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    return null
  }
}

/** SECURITY: a secret goes into a header; one that could end the header's line is none. */
function usable(secret: string | undefined): string | null {
  return secret !== undefined && /^[\x21-\x7e]{1,8192}$/.test(secret) ? secret : null
}

type VaultPlace = Extract<SecretPlace, { vault: unknown }>['vault']

/** A field of a secret in a HashiCorp Vault KV engine, version 2. */
async function readVault(vault: VaultPlace, ports: SecretPorts): Promise<string | null> {
  const token = await readSecret(vault.token, ports)
  if (token === null) return null
  try {
    const { statusCode, body } = await request(`${vault.address.replace(/\/+$/, '')}/v1/${vault.path}`, {
      headers: {
        'x-vault-token': token,
        'x-vault-request': 'true',
        ...(vault.namespace === undefined ? {} : { 'x-vault-namespace': vault.namespace }),
      },
      headersTimeout: VAULT_TIMEOUT_MS,
      bodyTimeout: VAULT_TIMEOUT_MS,
    })
    if (statusCode !== 200) {
      await body.dump({ limit: FILE_BYTES_MAX })
      return null
    }
    const answer = (await body.json()) as { data?: { data?: Record<string, unknown> } }
    const value = answer.data?.data?.[vault.field]
    return typeof value === 'string' ? usable(value) : null
  } catch (error) {
    // Away or no JSON: the key that was read before stays in use.
    if (error instanceof Error) return null
    throw error
  }
}
