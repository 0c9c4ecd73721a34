import { createPrivateKey } from 'node:crypto'
import { ed25519Signer } from '../../src/adapters/crypto/ed25519.ts'
import { nodeRandomBytes } from '../../src/adapters/crypto/node-crypto.ts'
import { ulidIds } from '../../src/adapters/ids/ulid-ids.ts'
import { openFileLedger, type FileLedgerOptions } from '../../src/adapters/ledger/file-ledger.ts'
import type { EntryDraft, Ledger, LedgerEntry } from '../../src/application/ledger/ledger.ts'
import { utf8 } from '../../src/base/bytes.ts'
import { epochMs } from '../../src/base/instant.ts'
import { verifyCheckpoint, verifyEntry } from './verify-entry.ts'

/** A signer whose key is known to the test alone: `seed` makes another ledger's key. */
export function signerOf(seed: number): FileLedgerOptions['signer'] {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, seed)])
  return ed25519Signer(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }))
}

export function ledgerOptions(path: string, overrides: Partial<FileLedgerOptions> = {}): FileLedgerOptions {
  return {
    path,
    organization: 'acme',
    origin: 'ledger.example/acme',
    signer: signerOf(1),
    pseudonymKey: utf8('a pseudonym key for tests'),
    clock: () => epochMs(1_700_000_000_000),
    newId: ulidIds,
    randomBytes: nodeRandomBytes,
    ...overrides,
  }
}

export function draft(text: string, overrides: Partial<EntryDraft> = {}): EntryDraft {
  return { type: 'note-taken', actor: 'author-a@example.com', releaseDigest: null, payload: { text }, ...overrides }
}

export type OpenLedger = Ledger & { readonly tornBytes: number }

export async function openOrThrow(path: string, overrides: Partial<FileLedgerOptions> = {}): Promise<OpenLedger> {
  const opened = await openFileLedger(ledgerOptions(path, overrides))
  if (!opened.ok) throw new Error(`${opened.failure.code}: ${opened.failure.message}`)
  return opened.value
}

export async function appendOrThrow(ledger: Ledger, text: string): Promise<LedgerEntry> {
  const appended = await ledger.append(draft(text))
  if (!appended.ok) throw new Error(`${appended.failure.code}: ${appended.failure.message}`)
  return appended.value
}

export async function entriesOf(ledger: Ledger, from = 0, to = ledger.size): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = []
  for await (const entry of ledger.read(from, to)) entries.push(entry)
  return entries
}

/** Throws unless the newest checkpoint is signed, counts every entry, and every entry's proof leads to it. */
export async function verifyWhole(ledger: Ledger): Promise<void> {
  const { origin, signer } = ledgerOptions('')
  verifyCheckpoint(ledger.checkpoint, origin, signer.publicKey)
  for (const entry of await entriesOf(ledger)) verifyEntry(entry, ledger, origin, signer.publicKey)
}
