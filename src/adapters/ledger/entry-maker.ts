import { createHmac } from 'node:crypto'
import type { EntryDraft, LedgerEntry } from '../../application/ledger/ledger.ts'
import { bytesOfHex, hexOf, utf8 } from '../../base/bytes.ts'
import type { Clock } from '../../base/instant.ts'
import { canonicalJson, type JsonObject } from '../../base/json.ts'
import type { Problem } from '../../base/result.ts'
import type { Signer } from '../../domain/evidence/dsse.ts'
import { formatCheckpoint } from '../../domain/ledger/checkpoint.ts'
import { commitmentOf, type Leaf } from '../../domain/ledger/leaf.ts'
import type { MerkleTree } from '../../domain/ledger/merkle.ts'
import { formatNote, noteKeyId, parseNote } from '../../domain/ledger/signed-note.ts'
import { ed25519Verifier } from '../crypto/ed25519.ts'
import { nodeSha256, type RandomBytes } from '../crypto/node-crypto.ts'
import type { NewId } from '../ids/ulid-ids.ts'

/** Whose ledger it is and what entries are made with: the same for every place that it is kept in. */
export interface LedgerIdentity {
  readonly organization: string
  /** First line of every checkpoint and name of the signing key. */
  readonly origin: string
  readonly signer: Signer & { readonly publicKey: Uint8Array }
  readonly pseudonymKey: Uint8Array
  readonly clock: Clock
  readonly newId: NewId
  readonly randomBytes: RandomBytes
}

export const PAYLOAD_BYTES_MAX = 16 * 1_048_576
const SALT_BYTES = 32

/** Why a draft cannot become an entry; undefined when it can. */
export function refuseDraft(draft: EntryDraft): Problem | undefined {
  // Everything the leaf and its commitment will hold: a text without canonical form must not stop the writer.
  const canonical = canonicalJson({ ...draft, payload: { ...draft.payload, actor: draft.actor } })
  if (canonical.ok && canonical.value.length <= PAYLOAD_BYTES_MAX) return undefined
  return {
    code: 'ledger/bad-payload',
    message: canonical.ok ? `the payload is larger than ${PAYLOAD_BYTES_MAX} characters` : canonical.failure.message,
  }
}

export function makeEntry(identity: LedgerIdentity, index: number, id: string, draft: EntryDraft): LedgerEntry {
  const { organization, pseudonymKey, clock, randomBytes } = identity
  const salt = randomBytes(SALT_BYTES)
  const actor = createHmac('sha256', pseudonymKey).update(`actor\n${draft.actor}`).digest('hex').slice(0, 32)
  const payload = { ...draft.payload, actor: draft.actor } satisfies JsonObject
  const leaf: Leaf = {
    v: 1,
    id,
    type: draft.type,
    at: clock(),
    organization,
    actor,
    releaseDigest: draft.releaseDigest,
    commitment: commitmentOf(nodeSha256, salt, payload),
  }
  return { index, leaf, salt: hexOf(salt), payload }
}

/** Does the payload belong to the leaf? */
export function isCommittedTo({ leaf, salt, payload }: Omit<LedgerEntry, 'index'>): boolean {
  const bytes = bytesOfHex(salt)
  if (bytes === undefined || !canonicalJson({ leaf: { ...leaf }, payload }).ok) return false
  return commitmentOf(nodeSha256, bytes, payload) === leaf.commitment
}

export function signCheckpoint(identity: LedgerIdentity, tree: MerkleTree): Promise<string> {
  return signNote(identity, formatCheckpoint({ origin: identity.origin, size: tree.size, root: tree.root() }))
}

/** A text that ends with a line end, signed by the ledger's key. Its first line says what it is. */
export async function signNote({ origin, signer }: LedgerIdentity, text: string): Promise<string> {
  const keyId = noteKeyId(nodeSha256, origin, signer.publicKey)
  return formatNote(text, [{ name: origin, keyId, signature: await signer.sign(utf8(text)) }])
}

/** Tells whether a signed checkpoint, or another note, comes from this ledger's key. */
export function ownCheckpoint({
  origin,
  signer,
}: {
  readonly origin: string
  readonly signer: { readonly publicKey: Uint8Array }
}): (note: string) => Promise<boolean> {
  const verifier = ed25519Verifier(signer.publicKey)
  const keyId = hexOf(noteKeyId(nodeSha256, origin, signer.publicKey))
  return async (note) => {
    const parsed = parseNote(note)
    const own = parsed?.signatures.find(({ name, keyId: id }) => name === origin && hexOf(id) === keyId)
    return parsed !== undefined && own !== undefined && verifier.verify(utf8(parsed.text), own.signature)
  }
}
