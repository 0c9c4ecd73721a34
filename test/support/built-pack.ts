import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ed25519Verifier } from '../../src/adapters/crypto/ed25519.ts'
import { nodeSha256 } from '../../src/adapters/crypto/node-crypto.ts'
import { utf8 } from '../../src/base/bytes.ts'
import { digestOfBytes, digestOfJson, hexOfDigest } from '../../src/base/digest.ts'
import { canonicalJsonOf, type Json, type JsonObject } from '../../src/base/json.ts'
import { PACK_PATHS, type PackIndex } from '../../src/contract/archive/pack-layout.ts'
import { readStoredZip, writeStoredZip, type ArchiveFile } from '../../src/contract/archive/stored-zip.ts'
import type { PackTrust } from '../../src/contract/archive/verify-pack.ts'
import { parseTrustFile } from '../../src/contract/trust/trust-file.ts'
import { IN_TOTO_PAYLOAD, signEnvelope, type Signer } from '../../src/domain/evidence/dsse.ts'
import { PACK_INDEX, statementBytes } from '../../src/domain/evidence/statement.ts'
import type { Session } from '../../src/entrypoints/cli/session.ts'

export async function packOf(session: Session, system: string): Promise<Uint8Array> {
  const built = await session.call('buildPack', { system })
  if (!built.ok) throw new Error(`${built.failure.code}: ${built.failure.message}`)
  return new Uint8Array(Buffer.from(built.value.archive, 'base64'))
}

/** What an auditor who was given this trust file trusts; keys are parsed once. */
export function trustOf(text: string): PackTrust {
  const parsed = parseTrustFile(nodeSha256, text)
  if (!parsed.ok) throw new Error(parsed.failure.message)
  const { file, keys } = parsed.value
  const keysFor = (purpose: string): PackTrust['ledger'] =>
    keys.filter((key) => key.purpose === purpose).map(({ publicKey }) => ({ ...ed25519Verifier(publicKey), publicKey }))
  return { organization: file.organization, origin: file.origin, ledger: keysFor('ledger'), gate: keysFor('gate') }
}

export async function trustIn(stateFolder: string): Promise<PackTrust> {
  return trustOf(await readFile(join(stateFolder, 'trust.json'), 'utf8'))
}

export function filesOf(archive: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const files = readStoredZip(archive)
  if (files === undefined) throw new Error('the archive cannot be read')
  return new Map(files.map(({ path, bytes }) => [path, bytes]))
}

export function zipOf(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  return writeStoredZip([...files].map(([path, bytes]): ArchiveFile => ({ path, bytes })))
}

export function indexOf(files: ReadonlyMap<string, Uint8Array>): PackIndex {
  const envelope = JSON.parse(Buffer.from(files.get(PACK_PATHS.index)!).toString()) as { payload: string }
  const statement = JSON.parse(Buffer.from(envelope.payload, 'base64').toString()) as { predicate: PackIndex }
  return statement.predicate
}

/** What somebody who holds the given key could make of the files: a fresh index over them, signed. */
export async function resigned(
  files: ReadonlyMap<string, Uint8Array>,
  signer: Signer,
  change: Partial<PackIndex> = {},
): Promise<Uint8Array> {
  const rest = new Map([...files].filter(([path]) => path !== PACK_PATHS.index))
  const index: PackIndex = {
    ...indexOf(files),
    files: [...rest]
      .map(([path, bytes]) => ({ path, sha256: hexOfDigest(digestOfBytes(nodeSha256, bytes)) }))
      .toSorted((left, right) => (left.path < right.path ? -1 : 1)),
    ...change,
  }
  const body = statementBytes({
    subjectName: `evidence pack of ${index.system}`,
    subjectDigest: digestOfJson(nodeSha256, index.files as unknown as Json),
    predicateType: PACK_INDEX,
    predicate: index as unknown as JsonObject,
  })
  const envelope = await signEnvelope(signer, IN_TOTO_PAYLOAD, body)
  return zipOf(new Map([...rest, [PACK_PATHS.index, utf8(canonicalJsonOf(envelope as unknown as Json))]]))
}
