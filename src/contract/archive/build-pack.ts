import { utf8 } from '../../base/bytes.ts'
import { digestOfBytes, digestOfJson, hexOfDigest } from '../../base/digest.ts'
import { toRfc3339 } from '../../base/instant.ts'
import { canonicalJsonOf, isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import type { LedgerEntry } from '../../application/ledger/ledger.ts'
import { ACCESS_ENTRY, SEGMENT_ENTRY } from '../../application/state/entry-types.ts'
import type { OwnerNode, Principal } from '../../application/state/owner-node.ts'
import { IN_TOTO_PAYLOAD, signEnvelope } from '../../domain/evidence/dsse.ts'
import { PACK_INDEX, statementBytes } from '../../domain/evidence/statement.ts'
import { parseCheckpoint } from '../../domain/ledger/checkpoint.ts'
import { parseNote } from '../../domain/ledger/signed-note.ts'
import { formatTlogProof } from '../../domain/ledger/tlog-proof.ts'
import { entryAttestation } from './entry-attestation.ts'
import { PACK_PATHS, type PackIndex } from './pack-layout.ts'
import { writeStoredZip, type ArchiveFile } from './stored-zip.ts'

/** An entry takes up to three files, and an archive holds 50,000. */
const ENTRIES_MAX = 16_000

export interface BuiltPack {
  readonly archive: Uint8Array<ArrayBuffer>
  readonly entries: number
  readonly ledgerSize: number
}

/** Selects a system's entries from the ledger and makes them provable by themselves: proofs, checkpoint, signed index. */
export async function buildPack(
  node: OwnerNode,
  principal: Principal,
  input: { readonly system: string; readonly trustFile: string; readonly entriesMax?: number },
): Promise<Result<BuiltPack, Problem>> {
  const checkpoint = node.ledger.checkpoint
  const head = parseCheckpoint(parseNote(checkpoint)?.text ?? '')
  if (head === undefined)
    return fail({
      code: 'pack/no-checkpoint',
      message: 'the ledger has no checkpoint',
      next: 'run `gatehouse gate` first',
    })
  const { entriesMax = ENTRIES_MAX } = input
  const chosen: LedgerEntry[] = []
  for await (const entry of node.ledger.read(0, head.size)) {
    if (!belongsTo(entry, input.system)) continue
    if (chosen.length === entriesMax)
      return fail({
        code: 'pack/too-large',
        message: `the ledger has more than ${entriesMax} entries of system \`${input.system}\``,
        next: 'give the auditor a backup of the ledger: this version has no shorter selection',
      })
    chosen.push(entry)
  }
  if (chosen.length === 0)
    return fail({
      code: 'pack/empty',
      message: `the ledger has no entry of system \`${input.system}\``,
      next: 'check the name with `gatehouse console` or gate it first',
    })
  const files: ArchiveFile[] = [
    { path: PACK_PATHS.checkpoint, bytes: utf8(checkpoint) },
    { path: PACK_PATHS.trust, bytes: utf8(input.trustFile) },
  ]
  for (const { index, leaf, salt, payload } of chosen) {
    files.push({ path: PACK_PATHS.entry(index), bytes: utf8(canonicalJsonOf({ leaf: { ...leaf }, salt, payload })) })
    files.push({
      path: PACK_PATHS.proof(index),
      bytes: utf8(formatTlogProof({ index, hashes: node.ledger.inclusionProof(index, head.size), checkpoint })),
    })
    const attestation = entryAttestation(payload)
    if (attestation !== undefined) files.push(attestation)
  }
  files.push(
    await signedIndex(node, principal, { system: input.system, origin: head.origin, size: head.size, chosen, files }),
  )
  const archive = writeStoredZip(files)
  const logged = await node.recorder.append({
    type: ACCESS_ENTRY,
    actor: principal.name,
    releaseDigest: null,
    payload: { system: input.system, packDigest: digestOfBytes(node.sha256, archive), entries: chosen.length },
  })
  return logged.ok ? ok({ archive, entries: chosen.length, ledgerSize: head.size }) : logged
}

function belongsTo({ leaf, payload }: LedgerEntry, system: string): boolean {
  if (leaf.type === SEGMENT_ENTRY)
    return (payload['lines'] as readonly JsonObject[]).some((line) => line['system'] === system)
  const head = payload['head']
  return isJsonObject(head) && head['system'] === system
}

async function signedIndex(
  node: OwnerNode,
  principal: Principal,
  {
    system,
    origin,
    size,
    chosen,
    files,
  }: {
    readonly system: string
    readonly origin: string
    readonly size: number
    readonly chosen: readonly LedgerEntry[]
    readonly files: readonly ArchiveFile[]
  },
): Promise<ArchiveFile> {
  const index: PackIndex = {
    packVersion: 1,
    organization: node.organization,
    origin,
    createdAt: toRfc3339(node.clock()),
    createdBy: principal.name,
    system,
    releases: [...new Set(chosen.map(({ leaf }) => leaf.releaseDigest).filter((digest) => digest !== null))].toSorted(),
    ledgerSize: size,
    entries: chosen.map(({ index: position }) => position),
    files: files
      .map(({ path, bytes }) => ({ path, sha256: hexOfDigest(digestOfBytes(node.sha256, bytes)) }))
      .toSorted((left, right) => (left.path < right.path ? -1 : 1)),
  }
  const body = statementBytes({
    subjectName: `evidence pack of ${system}`,
    subjectDigest: digestOfJson(node.sha256, index.files as unknown as Json),
    predicateType: PACK_INDEX,
    predicate: index as unknown as JsonObject,
  })
  return {
    path: PACK_PATHS.index,
    bytes: utf8(canonicalJsonOf((await signEnvelope(node.keys.ledger, IN_TOTO_PAYLOAD, body)) as unknown as Json)),
  }
}
