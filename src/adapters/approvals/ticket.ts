import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import type { RandomBytes } from '../crypto/node-crypto.ts'

/** What a client is handed: the id that people see, and the secret that opens what waits. */
export interface Ticket {
  readonly id: string
  readonly secret: Uint8Array
}

const TICKET = /^([0-9A-HJKMNP-TV-Z]{26})\.([\w-]{43})$/
const SECRET_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

export function newTicket(newId: () => string, randomBytes: RandomBytes): Ticket {
  return { id: newId(), secret: randomBytes(SECRET_BYTES) }
}

export function writeTicket({ id, secret }: Ticket): string {
  return `${id}.${Buffer.from(secret).toString('base64url')}`
}

export function readTicket(text: string): Ticket | undefined {
  const [, id, secret] = TICKET.exec(text) ?? []
  return id === undefined || secret === undefined ? undefined : { id, secret: Buffer.from(secret, 'base64url') }
}

const keyOf = ({ id, secret }: Ticket): Buffer =>
  createHash('sha256').update('gatehouse.held.v1\n').update(`${id}\n`).update(secret).digest()

/** SECURITY: the secret leaves the gateway with the client: whoever reads what is kept can open nothing. */
export function seal(ticket: Ticket, text: string, randomBytes: RandomBytes): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', keyOf(ticket), nonce)
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64')
}

/** Undefined: it was not sealed for this ticket, or is not as it was. */
export function unseal(ticket: Ticket, sealed: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64')
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined
  const decipher = createDecipheriv('aes-256-gcm', keyOf(ticket), bytes.subarray(0, NONCE_BYTES))
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
}
