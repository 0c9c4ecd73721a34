import { base64Of, bytesOfHex, equalBytes, hexOf, textOf, utf8 } from '../../base/bytes.ts'
import { digestOfBytes, digestOfJson, hexOfDigest, type Sha256 } from '../../base/digest.ts'
import { canonicalJson, parseJson, type Json, type JsonObject } from '../../base/json.ts'
import { IN_TOTO_PAYLOAD, parseEnvelope, verifyEnvelope, type TrustedKey } from '../../domain/evidence/dsse.ts'
import { PACK_INDEX, STATEMENT_TYPE } from '../../domain/evidence/statement.ts'
import { parseCheckpoint, type Checkpoint } from '../../domain/ledger/checkpoint.ts'
import { commitmentOf, leafBytes, type Leaf } from '../../domain/ledger/leaf.ts'
import { leafHash, verifyInclusion } from '../../domain/ledger/merkle.ts'
import { noteKeyId, parseNote } from '../../domain/ledger/signed-note.ts'
import { parseTlogProof } from '../../domain/ledger/tlog-proof.ts'
import { entryAttestation } from './entry-attestation.ts'
import { PACK_PATHS, packEntrySchema, packIndexSchema, type PackIndex } from './pack-layout.ts'
import { readStoredZip, type ArchiveFile } from './stored-zip.ts'

/** Keys that the auditor trusts, from a trust file that did not come out of the pack. */
export interface PackTrust {
  readonly organization: string
  readonly origin: string
  readonly ledger: readonly (TrustedKey & { readonly publicKey: Uint8Array })[]
  readonly gate: readonly TrustedKey[]
}

export interface VerificationStep {
  readonly name: 'archive' | 'index' | 'files' | 'checkpoint' | 'entries' | 'inclusion' | 'attestations'
  readonly isGood: boolean
  /** What was found; on failure what was expected and what was got. */
  readonly detail: string
}

export interface PackReport {
  readonly isGood: boolean
  readonly steps: readonly VerificationStep[]
  readonly index: PackIndex | undefined
}

const JSON_CHARS_MAX = 64 * 1_048_576

class Bad extends Error {
  readonly step: VerificationStep['name']
  constructor(step: VerificationStep['name'], detail: string) {
    super(detail)
    this.step = step
  }
}

/** Verifies a pack offline, against the given trust alone. Never throws on bad input; stops at the first broken step. */
export async function verifyPack(sha256: Sha256, archive: Uint8Array, trust: PackTrust): Promise<PackReport> {
  const steps: VerificationStep[] = []
  const good = (name: VerificationStep['name'], detail: string): void => void steps.push({ name, isGood: true, detail })
  let index: PackIndex | undefined
  try {
    const files = readStoredZip(archive)
    if (files === undefined)
      throw new Bad(
        'archive',
        'the archive is not the bytes that its content gives: altered, damaged, or written by another tool',
      )
    good('archive', `${files.length} files, byte for byte as rebuilt`)
    const byPath = new Map(files.map(({ path, bytes }) => [path, bytes]))
    index = await verifyIndex(sha256, byPath, trust)
    good('index', `signed by ledger key, ${index.entries.length} entries of \`${index.system}\``)
    verifyFiles(sha256, byPath, index)
    good('files', `${index.files.length}/${index.files.length} digests match, none missing, none added`)
    const checkpoint = await verifyCheckpoint(sha256, byPath, index, trust)
    good('checkpoint', `size ${checkpoint.size}, root ${hexOf(checkpoint.root).slice(0, 12)}…`)
    const leaves = verifyEntries(sha256, byPath, index)
    good('entries', `${leaves.length} payloads match their commitments`)
    verifyProofs(sha256, byPath, { index, checkpoint, leaves })
    good('inclusion', `${leaves.length} entries are in the ledger`)
    const attestations = await verifyAttestations(byPath, leaves, trust)
    good('attestations', `${attestations} signatures by gate keys`)
    return { isGood: true, steps, index }
  } catch (error) {
    if (!(error instanceof Bad)) throw error
    steps.push({ name: error.step, isGood: false, detail: error.message })
    return { isGood: false, steps, index }
  }
}

/** JSON in its one canonical spelling, so that no byte of a file is free. */
function canonicalFile(step: VerificationStep['name'], files: ReadonlyMap<string, Uint8Array>, path: string): Json {
  const text = textOf(files.get(path) ?? new Uint8Array())
  const json = parseJson(text ?? '', JSON_CHARS_MAX)
  const canonical = json.ok ? canonicalJson(json.value) : undefined
  if (!json.ok || canonical?.ok !== true || canonical.value !== text)
    throw new Bad(step, `\`${path}\` is missing or not canonical JSON`)
  return json.value
}

async function verifyIndex(
  sha256: Sha256,
  files: ReadonlyMap<string, Uint8Array>,
  trust: PackTrust,
): Promise<PackIndex> {
  const envelope = parseEnvelope(canonicalFile('index', files, PACK_PATHS.index))
  const body = envelope === undefined ? undefined : await verifyEnvelope(envelope, IN_TOTO_PAYLOAD, trust.ledger)
  if (body === undefined) throw new Bad('index', 'the index is not signed by a ledger key of the trust file')
  const statement = JSON.parse(textOf(body) ?? 'null') as JsonObject | null
  const parsed = packIndexSchema.safeParse(statement?.['predicate'])
  if (statement?.['_type'] !== STATEMENT_TYPE || statement['predicateType'] !== PACK_INDEX || !parsed.success)
    throw new Bad('index', 'the index is no statement about a pack')
  const subject = statement['subject'] as readonly { readonly digest?: { readonly sha256?: string } }[] | undefined
  if (subject?.[0]?.digest?.sha256 !== hexOfDigest(digestOfJson(sha256, parsed.data.files as unknown as Json)))
    throw new Bad('index', 'the index does not match its subject')
  if (parsed.data.organization !== trust.organization || parsed.data.origin !== trust.origin)
    throw new Bad(
      'index',
      `expected ledger \`${trust.origin}\` of \`${trust.organization}\`, got \`${parsed.data.origin}\` of \`${parsed.data.organization}\``,
    )
  return parsed.data
}

function verifyFiles(sha256: Sha256, files: ReadonlyMap<string, Uint8Array>, index: PackIndex): void {
  const listed = new Map(index.files.map(({ path, sha256: digest }) => [path, digest]))
  if (listed.size !== index.files.length) throw new Bad('files', 'the index lists a file twice')
  for (const path of files.keys())
    if (path !== PACK_PATHS.index && !listed.has(path))
      throw new Bad('files', `\`${path}\` is in the archive and not in the index`)
  for (const [path, expected] of listed) {
    const bytes = files.get(path)
    if (bytes === undefined) throw new Bad('files', `\`${path}\` is missing`)
    const got = hexOfDigest(digestOfBytes(sha256, bytes))
    if (got !== expected)
      throw new Bad('files', `\`${path}\`: expected ${expected.slice(0, 12)}…, got ${got.slice(0, 12)}…`)
  }
}

async function verifyCheckpoint(
  sha256: Sha256,
  files: ReadonlyMap<string, Uint8Array>,
  index: PackIndex,
  trust: PackTrust,
): Promise<Checkpoint> {
  const note = parseNote(textOf(files.get(PACK_PATHS.checkpoint) ?? new Uint8Array()) ?? '')
  const checkpoint = note === undefined ? undefined : parseCheckpoint(note.text)
  if (note === undefined || checkpoint === undefined) throw new Bad('checkpoint', 'it is no signed checkpoint')
  if (checkpoint.origin !== trust.origin || checkpoint.size !== index.ledgerSize)
    throw new Bad(
      'checkpoint',
      `expected size ${index.ledgerSize} of \`${trust.origin}\`, got ${checkpoint.size} of \`${checkpoint.origin}\``,
    )
  for (const key of trust.ledger) {
    const keyId = noteKeyId(sha256, trust.origin, key.publicKey)
    const own = note.signatures.find(
      (signature) => signature.name === trust.origin && equalBytes(signature.keyId, keyId),
    )
    if (own !== undefined && note.signatures.length === 1 && (await key.verify(utf8(note.text), own.signature)))
      return checkpoint
  }
  throw new Bad('checkpoint', 'it is not signed by a ledger key of the trust file')
}

interface VerifiedEntry {
  readonly position: number
  readonly hash: Uint8Array
  readonly attestation: ArchiveFile | undefined
}

function verifyEntries(
  sha256: Sha256,
  files: ReadonlyMap<string, Uint8Array>,
  index: PackIndex,
): readonly VerifiedEntry[] {
  if (index.entries.length === 0) throw new Bad('entries', 'the pack proves nothing: it has no entry')
  return index.entries.map((position) => {
    const path = PACK_PATHS.entry(position)
    const parsed = packEntrySchema.safeParse(canonicalFile('entries', files, path))
    const salt = parsed.success ? bytesOfHex(parsed.data.salt) : undefined
    if (!parsed.success || salt === undefined) throw new Bad('entries', `\`${path}\` is no ledger entry`)
    const { leaf, payload } = parsed.data
    const got = commitmentOf(sha256, salt, payload as JsonObject)
    if (got !== leaf.commitment)
      throw new Bad('entries', `\`${path}\`: expected commitment ${leaf.commitment}, got ${got}`)
    return {
      position,
      hash: leafHash(sha256, leafBytes(leaf as Leaf)),
      attestation: entryAttestation(payload as JsonObject),
    }
  })
}

function verifyProofs(
  sha256: Sha256,
  files: ReadonlyMap<string, Uint8Array>,
  {
    index,
    checkpoint,
    leaves,
  }: {
    readonly index: PackIndex
    readonly checkpoint: Checkpoint
    readonly leaves: readonly VerifiedEntry[]
  },
): void {
  const verbatim = textOf(files.get(PACK_PATHS.checkpoint) ?? new Uint8Array())
  for (const { position, hash } of leaves) {
    const proof = parseTlogProof(textOf(files.get(PACK_PATHS.proof(position)) ?? new Uint8Array()) ?? '')
    if (proof === undefined || proof.index !== position || proof.checkpoint !== verbatim)
      throw new Bad('inclusion', `entry #${position} has no proof to this checkpoint`)
    const isIn = verifyInclusion(sha256, {
      leaf: hash,
      index: position,
      size: index.ledgerSize,
      proof: proof.hashes,
      root: checkpoint.root,
    })
    if (!isIn)
      throw new Bad('inclusion', `entry #${position}: its proof does not lead to root ${base64Of(checkpoint.root)}`)
  }
}

/** Each attestation is the one of its entry, and each entry's is there: none comes from beside the ledger. */
async function verifyAttestations(
  files: ReadonlyMap<string, Uint8Array>,
  entries: readonly VerifiedEntry[],
  trust: PackTrust,
): Promise<number> {
  const logged = new Map(
    entries.flatMap(({ attestation }) => (attestation === undefined ? [] : [[attestation.path, attestation.bytes]])),
  )
  for (const path of logged.keys())
    if (!files.has(path)) throw new Bad('attestations', `\`${path}\` is in an entry and not in the archive`)
  let count = 0
  for (const [path, bytes] of files) {
    if (!path.startsWith('attestations/')) continue
    const expected = logged.get(path)
    if (expected === undefined || !equalBytes(bytes, expected))
      throw new Bad('attestations', `\`${path}\` is not what an entry of the pack holds`)
    const envelope = parseEnvelope(canonicalFile('attestations', files, path))
    if (envelope === undefined) throw new Bad('attestations', `\`${path}\` is no DSSE envelope`)
    // Deny records are signed by the deny key for gateways; here they count as payload of their entry.
    if (envelope.payloadType !== IN_TOTO_PAYLOAD) continue
    if ((await verifyEnvelope(envelope, IN_TOTO_PAYLOAD, trust.gate)) === undefined)
      throw new Bad('attestations', `\`${path}\` is not signed by a gate key of the trust file`)
    count += 1
  }
  return count
}
