import type { Signer } from '../../domain/evidence/dsse.ts'

/** One key per purpose, so that losing one does not lose the others. */
export const KEY_PURPOSES = ['gate', 'ledger', 'deny', 'bundle'] as const
export type KeyPurpose = (typeof KEY_PURPOSES)[number]

export type SigningKeys = Readonly<Record<KeyPurpose, Signer & { readonly publicKey: Uint8Array }>>
