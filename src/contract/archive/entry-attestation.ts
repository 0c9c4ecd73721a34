import { utf8 } from '../../base/bytes.ts'
import { canonicalJsonOf, isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import { parseEnvelope } from '../../domain/evidence/dsse.ts'
import { PACK_PATHS } from './pack-layout.ts'
import type { ArchiveFile } from './stored-zip.ts'

/** The envelope inside an entry's payload as a file of its own, for tools that know DSSE and nothing of us. */
export function entryAttestation(payload: JsonObject): ArchiveFile | undefined {
  const record = payload['record']
  if (!isJsonObject(record)) return undefined
  const { id } = record
  const envelope = parseEnvelope(record['envelope'])
  if (envelope === undefined || typeof id !== 'string') return undefined
  return {
    path: PACK_PATHS.attestation(id),
    bytes: utf8(canonicalJsonOf(envelope as unknown as Json)),
  }
}
