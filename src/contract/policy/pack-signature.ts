import { equalBytes, utf8 } from '../../base/bytes.ts'
import type { Digest } from '../../base/digest.ts'
import type { EpochMs } from '../../base/instant.ts'
import { canonicalJsonOf, parseJson } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import {
  parseEnvelope,
  signEnvelope,
  verifyEnvelope,
  type Envelope,
  type Signer,
  type TrustedKey,
} from '../../domain/evidence/dsse.ts'
import type { PolicyPack } from '../../domain/policy/policy-pack.ts'
import { isValidAt, type TrustedPublicKey } from '../trust/trust-file.ts'

const PAYLOAD_TYPE = 'application/vnd.gatehouse.policy-pack+json'
export const SIGNATURE_CHARS_MAX = 20_000

type Named = Pick<PolicyPack, 'id' | 'version' | 'digest' | 'file'>

/** What is signed: which pack, in which version, byte for byte. A bundle of Rego is bound through the digest in the pack. */
function body({ id, version, digest }: Named): Uint8Array {
  return utf8(canonicalJsonOf({ v: 1, id, version, digest }))
}

export function signPack(signer: Signer, pack: Named): Promise<Envelope> {
  return signEnvelope(signer, PAYLOAD_TYPE, body(pack))
}

export interface PackTrust {
  /** Keys of any purpose; only those for `policy` count, and only while they are valid. */
  readonly keys: readonly TrustedPublicKey[]
  readonly verifierOf: (publicKey: Uint8Array) => TrustedKey
  readonly now: EpochMs
}

function policyKeys({ keys, now }: Pick<PackTrust, 'keys' | 'now'>): readonly TrustedPublicKey[] {
  return keys.filter((key) => key.purpose === 'policy' && isValidAt(key, now))
}

/** Fingerprints of the trusted keys that signed exactly this pack. */
export async function verifyPackSignature(
  pack: Named,
  signature: string | undefined,
  trust: PackTrust,
): Promise<Result<readonly Digest[], Problem>> {
  const at = { file: pack.file, line: 1, column: 1 }
  if (signature === undefined)
    return fail({
      code: 'policy/unsigned',
      message: `pack \`${pack.id}@${pack.version}\` is not signed, and the trust file asks for signed packs`,
      next: 'have it signed: gatehouse policy sign PACK --key FILE',
      at,
    })
  const json = parseJson(signature, SIGNATURE_CHARS_MAX)
  const envelope = json.ok ? parseEnvelope(json.value) : undefined
  const verifiers = policyKeys(trust).map(({ publicKey }) => trust.verifierOf(publicKey))
  const signed = envelope === undefined ? undefined : await verifyEnvelope(envelope, PAYLOAD_TYPE, verifiers)
  if (envelope === undefined || signed === undefined)
    return fail({
      code: 'policy/foreign-signature',
      message: `the signature of pack \`${pack.id}@${pack.version}\` is of no key that is trusted for \`policy\` now`,
      next: 'have it signed by a holder of a trusted key, or have the key added to the trust file',
      at,
    })
  if (!equalBytes(signed, body(pack)))
    return fail({
      code: 'policy/signature-mismatch',
      message: `the signature is of another text or version than pack \`${pack.id}@${pack.version}\``,
      next: 'sign the pack again',
      at,
    })
  return ok(envelope.signatures.map(({ keyid }) => keyid as Digest))
}
