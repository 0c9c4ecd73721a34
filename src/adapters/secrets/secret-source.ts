import { readFile } from 'node:fs/promises'
import type { Clock } from '../../base/instant.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import type { PlainReference, SecretReference } from '../../contract/gateway-config/secret-reference.ts'
import { errnoOf } from '../files/errno.ts'

/** Where a secret is kept. */
export type SecretPlace = SecretReference

/** The secret, or why there is none: reasons name the place and what it answered, never what it holds. */
export type SecretReading = Result<string, string>

export interface SecretPorts {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The machine's own unless given. */
  readonly clock?: Clock | undefined
  /** Where a cloud's metadata service answers; its own well-known address unless given. */
  readonly metadataUrl?: string | undefined
}

const FILE_BYTES_MAX = 65_536
const TEXT_CHARS_MAX = 65_536

/** Reads a secret of this machine as it is now. */
export async function readPlainSecret(place: PlainReference, ports: SecretPorts): Promise<SecretReading> {
  if ('env' in place) return usable(ports.environment[place.env] ?? '')
  const text = await readSecretText(place.file)
  return text.ok ? usable(text.value) : text
}

/** The same for callers that only want to know whether it is there. */
export async function readSecret(place: PlainReference, ports: SecretPorts): Promise<string | null> {
  const reading = await readPlainSecret(place, ports)
  return reading.ok ? reading.value : null
}

/** A file's text, whatever is in it. */
export async function readSecretText(path: string): Promise<SecretReading> {
  try {
    const bytes = await readFile(path)
    return bytes.length > FILE_BYTES_MAX
      ? fail(`its file is larger than ${FILE_BYTES_MAX} bytes`)
      : ok(bytes.toString('utf8').trim())
  } catch (error) {
    const code = errnoOf(error)
    if (code === undefined) throw error
    return fail(`its file cannot be read (${code})`)
  }
}

/** SECURITY: a secret goes into a header; one that could end the header's line is none. */
export function usable(secret: string): SecretReading {
  if (secret === '') return fail('it is not there, or empty')
  return /^[\x21-\x7e]{1,8192}$/.test(secret) ? ok(secret) : fail('it has characters that no header can carry')
}

/** A secret as its store gave it: the whole text, or one member of a JSON object. */
export function memberOf(text: unknown, field: string | undefined): SecretReading {
  if (typeof text !== 'string' || text.length > TEXT_CHARS_MAX) return fail('its store gave no text')
  if (field === undefined) return usable(text.trim())
  try {
    const document: unknown = JSON.parse(text)
    const isObject = typeof document === 'object' && document !== null && Object.hasOwn(document, field)
    const value: unknown = isObject ? (document as Readonly<Record<string, unknown>>)[field] : undefined
    return typeof value === 'string' ? usable(value) : fail(`it has no member \`${field}\``)
  } catch (error) {
    // SECURITY: the parser's own message would repeat the secret.
    if (error instanceof SyntaxError) return fail('it is no JSON, though a member of it is named')
    throw error
  }
}
