import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import { joinLabels } from '../authorization/labels.ts'
import { CONFIDENTIALITIES, INTEGRITIES, type Label, type Retriever } from '../manifest/manifest.ts'
import type { ChunkDenial, RetrievedChunk, StoredChunk } from './chunk.ts'
import type { RetrievalScope } from './retrieval-scope.ts'

/** A retriever that declares no label is not trusted. */
const UNDECLARED: Label = { integrity: 'untrusted', confidentiality: 'tenant' }
const ID_CHARS_MAX = 500
const TEXT_CHARS_MAX = 100_000
const PERMISSIONS_MAX = 1_000

/**
 * The second look at one hit, which holds when the store ignored the filter: a boundary, given honest metadata.
 * What is missing or has another shape is denied. `source` is the retriever's own label; a chunk's label only lowers it, and stands
 * in for one that is missing only where it is declared to.
 */
export function judgeChunk(
  hit: unknown,
  scope: RetrievalScope,
  { label: source = UNDECLARED, labelsAllChunks }: Pick<Retriever, 'label' | 'labelsAllChunks'>,
): Result<RetrievedChunk, ChunkDenial> {
  if (!isStoredChunk(hit)) return fail('malformed-chunk')
  const denial = tenantDenial(hit.metadata, scope) ?? permissionDenial(hit.metadata, scope)
  if (denial !== undefined) return fail(denial)
  const own = ownMember(hit.metadata, 'label')
  if (own === undefined || own === null)
    return labelsAllChunks === true ? ok(retrieved(hit, source)) : fail('label-missing')
  return isLabel(own) ? ok(retrieved(hit, joinLabels(source, own))) : fail('label-malformed')
}

function retrieved({ id, text, score }: StoredChunk, label: Label): RetrievedChunk {
  return { id, text, label, ...(score === undefined ? {} : { score }) }
}

function isStoredChunk(hit: unknown): hit is StoredChunk {
  if (!isJsonObject(hit)) return false
  const { id, text, metadata, score } = hit
  return (
    typeof id === 'string' &&
    id.length > 0 &&
    id.length <= ID_CHARS_MAX &&
    typeof text === 'string' &&
    text.length <= TEXT_CHARS_MAX &&
    text.isWellFormed() &&
    isJsonObject(metadata) &&
    (score === undefined || (typeof score === 'number' && Number.isFinite(score)))
  )
}

/** A member of the object's own: `__proto__` and `constructor` name nothing. */
function ownMember(metadata: JsonObject, field: string): Json | undefined {
  return Object.hasOwn(metadata, field) ? metadata[field] : undefined
}

function tenantDenial(metadata: JsonObject, { tenantField, tenants }: RetrievalScope): ChunkDenial | undefined {
  if (tenantField === undefined) return undefined
  const tenant = ownMember(metadata, tenantField)
  if (tenant === undefined || tenant === null) return 'tenant-missing'
  if (typeof tenant !== 'string' || tenant === '') return 'tenant-malformed'
  return tenants.includes(tenant) ? undefined : 'other-tenant'
}

function permissionDenial(metadata: JsonObject, { aclField, permissions }: RetrievalScope): ChunkDenial | undefined {
  if (aclField === undefined) return undefined
  const declared = ownMember(metadata, aclField)
  if (declared === undefined || declared === null) return 'permission-missing'
  const entries: readonly unknown[] = Array.isArray(declared) ? declared : [declared]
  if (entries.length > PERMISSIONS_MAX || !entries.every((entry) => typeof entry === 'string' && entry !== ''))
    return 'permission-malformed'
  return entries.some((entry) => permissions.includes(entry as string)) ? undefined : 'no-permission'
}

function isLabel(value: Json): value is Json & Label {
  if (!isJsonObject(value)) return false
  const { integrity, confidentiality } = value
  return (
    (INTEGRITIES as readonly unknown[]).includes(integrity) &&
    (CONFIDENTIALITIES as readonly unknown[]).includes(confidentiality)
  )
}
