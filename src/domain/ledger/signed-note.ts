import { base64Of, bytesOfBase64, concatBytes, utf8 } from '../../base/bytes.ts'
import type { Sha256 } from '../../base/digest.ts'

/** C2SP signed-note: text ending in a newline, a blank line, then `— name base64(keyId4 ‖ signature)` lines. */
export interface SignedNote {
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

export interface NoteSignature {
  readonly name: string
  readonly keyId: Uint8Array
  readonly signature: Uint8Array
}

const ED25519_TYPE = 0x01
const SIGNATURES_MAX = 16

/** SHA-256(name ‖ 0x0A ‖ type ‖ public key)[:4]. */
export function noteKeyId(sha256: Sha256, name: string, publicKey: Uint8Array): Uint8Array {
  return sha256(concatBytes(utf8(name), Uint8Array.of(0x0a, ED25519_TYPE), publicKey)).slice(0, 4)
}

export function formatNote(text: string, signatures: readonly NoteSignature[]): string {
  const lines = signatures.map(
    ({ name, keyId, signature }) => `\u2014 ${name} ${base64Of(concatBytes(keyId, signature))}\n`,
  )
  return `${text}\n${lines.join('')}`
}

/** Undefined unless the note is spelled in its one canonical way. */
export function parseNote(note: string): SignedNote | undefined {
  const split = note.lastIndexOf('\n\n')
  if (split < 0 || !note.endsWith('\n')) return undefined
  const text = note.slice(0, split + 1)
  const lines = note.slice(split + 2, -1).split('\n')
  if (lines.length > SIGNATURES_MAX) return undefined
  const signatures: NoteSignature[] = []
  for (const line of lines) {
    const parts = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line)
    const bytes = parts?.[2] === undefined ? undefined : bytesOfBase64(parts[2])
    if (parts?.[1] === undefined || bytes === undefined || bytes.length < 5) return undefined
    signatures.push({ name: parts[1], keyId: bytes.slice(0, 4), signature: bytes.slice(4) })
  }
  return { text, signatures }
}
