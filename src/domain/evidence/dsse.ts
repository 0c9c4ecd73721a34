import { base64Of, bytesOfBase64, concatBytes, utf8 } from '../../base/bytes.ts'
import type { Digest } from '../../base/digest.ts'
import { isJsonObject, type Json } from '../../base/json.ts'

export const IN_TOTO_PAYLOAD = 'application/vnd.in-toto+json'

/** A DSSE envelope (secure-systems-lab/dsse v1.0.2). */
export interface Envelope {
  readonly payload: string
  readonly payloadType: string
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[]
}

/** Signs bytes with one key; `keyId` is its fingerprint. */
export interface Signer {
  readonly keyId: Digest
  sign(bytes: Uint8Array): Promise<Uint8Array>
}

/** A public key that somebody trusts for one purpose. */
export interface TrustedKey {
  readonly keyId: Digest
  verify(bytes: Uint8Array, signature: Uint8Array): Promise<boolean>
}

/** "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body. */
export function preAuthEncoding(payloadType: string, body: Uint8Array): Uint8Array {
  const type = utf8(payloadType)
  return concatBytes(utf8(`DSSEv1 ${type.length} `), type, utf8(` ${body.length} `), body)
}

export async function signEnvelope(signer: Signer, payloadType: string, body: Uint8Array): Promise<Envelope> {
  const signature = await signer.sign(preAuthEncoding(payloadType, body))
  return { payload: base64Of(body), payloadType, signatures: [{ keyid: signer.keyId, sig: base64Of(signature) }] }
}

/**
 * The verified body, or undefined. Only these bytes may be used afterwards.
 * SECURITY: `keyid` chooses nothing by itself; every signature must come from a trusted key and none may be left over,
 * so that no byte of the envelope is free to change.
 */
export async function verifyEnvelope(
  envelope: Envelope,
  payloadType: string,
  trusted: readonly TrustedKey[],
): Promise<Uint8Array | undefined> {
  if (envelope.payloadType !== payloadType || envelope.signatures.length === 0) return undefined
  const body = bytesOfBase64(envelope.payload)
  if (body === undefined) return undefined
  // A repeated signature proves nothing new and would leave the envelope's bytes free to grow.
  if (new Set(envelope.signatures.map(({ keyid }) => keyid)).size !== envelope.signatures.length) return undefined
  const encoded = preAuthEncoding(payloadType, body)
  for (const { keyid, sig } of envelope.signatures) {
    const signature = bytesOfBase64(sig)
    const key = trusted.find((candidate) => candidate.keyId === keyid)
    if (signature === undefined || key === undefined || !(await key.verify(encoded, signature))) return undefined
  }
  return body
}

const SIGNATURES_MAX = 16

/** Undefined unless the value is an envelope and nothing more. */
export function parseEnvelope(value: Json | undefined): Envelope | undefined {
  if (!isJsonObject(value) || Object.keys(value).toSorted().join() !== 'payload,payloadType,signatures')
    return undefined
  const { payload, payloadType, signatures } = value
  if (typeof payload !== 'string' || typeof payloadType !== 'string' || !Array.isArray(signatures)) return undefined
  if (signatures.length > SIGNATURES_MAX) return undefined
  const parsed: { keyid: string; sig: string }[] = []
  for (const entry of signatures as readonly Json[]) {
    if (!isJsonObject(entry) || Object.keys(entry).toSorted().join() !== 'keyid,sig') return undefined
    if (typeof entry['keyid'] !== 'string' || typeof entry['sig'] !== 'string') return undefined
    parsed.push({ keyid: entry['keyid'], sig: entry['sig'] })
  }
  return { payload, payloadType, signatures: parsed }
}
