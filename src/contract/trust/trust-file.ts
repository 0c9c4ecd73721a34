import { z } from 'zod'
import { bytesOfBase64 } from '../../base/bytes.ts'
import { digestOfBytes, type Digest, type Sha256 } from '../../base/digest.ts'
import { epochMs, parseRfc3339, type EpochMs } from '../../base/instant.ts'
import { parseJson } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { KEY_PURPOSES } from '../../application/keys/signing-keys.ts'

const instant = z
  .string()
  .max(40)
  .refine((text) => parseRfc3339(text) !== undefined, 'must be an RFC 3339 instant')

/** What a key is trusted for: what an owner signs, and `policy`, by which people sign packs with keys of their own. */
export const TRUST_PURPOSES = [...KEY_PURPOSES, 'policy'] as const
export type TrustPurpose = (typeof TRUST_PURPOSES)[number]

const trustSchema = z.strictObject({
  trustVersion: z.literal(1),
  organization: z.string().min(1).max(100),
  origin: z.string().min(1).max(200),
  threshold: z.strictObject({ gate: z.literal(1), ledger: z.literal(1), deny: z.literal(1), bundle: z.literal(1) }),
  keys: z
    .array(
      z.strictObject({
        purpose: z.enum(TRUST_PURPOSES),
        keyId: z.string().regex(/^sha256:[0-9a-f]{64}$/),
        publicKey: z.string().max(100),
        validFrom: instant,
        validUntil: instant.nullable(),
      }),
    )
    .min(1)
    .max(100),
})

/** Whom an installation or an auditor trusts, for what, and since when. */
export type TrustFile = z.infer<typeof trustSchema>

export interface TrustedPublicKey {
  readonly purpose: TrustPurpose
  readonly keyId: Digest
  /** 32 raw Ed25519 bytes. */
  readonly publicKey: Uint8Array
  readonly validFrom: EpochMs
  /** Exclusive; null: until it is replaced. */
  readonly validUntil: EpochMs | null
}

const TRUST_CHARS_MAX = 65_536

/** Parses a trust file and checks that every fingerprint is that of its key. */
export function parseTrustFile(
  sha256: Sha256,
  text: string,
): Result<{ readonly file: TrustFile; readonly keys: readonly TrustedPublicKey[] }, Problem> {
  const json = parseJson(text, TRUST_CHARS_MAX)
  if (!json.ok)
    return fail({
      code: 'trust/invalid',
      message: `the trust file is not JSON: ${json.failure.message}`,
      next: 'use the `trust.json` that the operator published',
    })
  const parsed = trustSchema.safeParse(json.value)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    return fail({
      code: 'trust/invalid',
      message: `the trust file is not valid at \`${issue?.path.join('.') ?? ''}\`: ${issue?.message ?? ''}`,
      next: 'see docs/reference/trust-file.md',
    })
  }
  const keys: TrustedPublicKey[] = []
  for (const { purpose, keyId, publicKey, validFrom, validUntil } of parsed.data.keys) {
    const bytes = bytesOfBase64(publicKey)
    if (bytes?.length !== 32 || digestOfBytes(sha256, bytes) !== keyId)
      return fail({
        code: 'trust/fingerprint',
        message: `key \`${keyId}\` is not the fingerprint of its public key`,
        next: 'fetch the trust file again',
      })
    keys.push({
      purpose,
      keyId: keyId as Digest,
      publicKey: bytes,
      // The schema has seen that both are instants.
      validFrom: parseRfc3339(validFrom) ?? epochMs(0),
      validUntil: validUntil === null ? null : (parseRfc3339(validUntil) ?? epochMs(0)),
    })
  }
  return ok({ file: parsed.data, keys })
}

export function isValidAt(
  { validFrom, validUntil }: Pick<TrustedPublicKey, 'validFrom' | 'validUntil'>,
  at: EpochMs,
): boolean {
  return at >= validFrom && (validUntil === null || at < validUntil)
}
