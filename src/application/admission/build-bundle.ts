import { utf8 } from '../../base/bytes.ts'
import { HOUR_MS, type EpochMs } from '../../base/instant.ts'
import { canonicalJsonOf, type JsonObject } from '../../base/json.ts'
import { signEnvelope, type Envelope } from '../../domain/evidence/dsse.ts'
import { gatewayKeyHashes } from '../identity/api-keys.ts'
import { workloadKeysFor } from '../identity/workload-keys.ts'
import { boundPacks } from '../release/request-packs.ts'
import type { StoredVerdict } from '../release/stored-verdict.ts'
import { decidedToolApprovals } from '../respond/tool-approvals.ts'
import { activeDenies, driftWaivers, waiversOf } from './bundle-parts.ts'
import { listAll } from '../state/list-all.ts'
import type { OwnerNode } from '../state/owner-node.ts'
import { LIST_MAX, type RecordKind, type StateRecord } from '../state/records.ts'

export const BUNDLE_PAYLOAD_TYPE = 'application/vnd.gatehouse.bundle+json'
/** How long a gateway may serve from its last good bundle while the control plane is away. */
export const BUNDLE_LIFE_MS = 24 * HOUR_MS

export interface BundleKeys {
  /** Hash of the API key that stands for a system in an environment. */
  readonly apiKeyHash: (system: string, environment: string) => { readonly id: string; readonly sha256: string }
  /** Public keys (base64) that may sign subjects. */
  readonly workloadKeys: readonly string[]
}

/** Everything a gateway needs to serve on its own: released releases with their verdicts, keys, and deny records; signed. */
export async function buildBundle(
  node: OwnerNode,
  keys: BundleKeys,
  environment: string,
  revision: number,
): Promise<Envelope> {
  // Before anything is read: a bundle never says that it knows more entries than it does.
  const version = await node.store.cursor()
  const now = node.clock()
  // Heads alone: a state has many more releases than a gateway serves.
  const releases = await listAll(node.store, 'releases', { parts: [] })
  const revoked = new Set(
    (await listAll(node.store, 'exceptions', { status: 'revoked', parts: [] })).map(({ id }) => id),
  )
  const bySystem = Map.groupBy(releases, ({ system }) => system)
  const manifests = new Map(
    (await node.store.newestOfEach('releases', ['manifest'])).map((record) => [
      record.system,
      record.document['manifest'],
    ]),
  )
  const gatewayKeys = await gatewayKeyHashes(node, environment)
  const waivers = await driftWaivers(node)
  const systems: JsonObject[] = []
  for (const [system, own] of bySystem) {
    const released: JsonObject[] = []
    for (const { document, verdict } of await served(node, { system, environment, own, now })) {
      // A waiver that was ended takes the verdicts with it that rest on it.
      if (verdict.results.some(({ exceptionId }) => exceptionId !== null && revoked.has(exceptionId))) continue
      const mcpDriftWaivers = waiversOf(verdict, waivers.mcp, now)
      released.push({
        digest: document['digest'],
        manifest: document['manifest'],
        files: document['files'],
        prompts: document['prompts'],
        toolSchemas: document['toolSchemas'],
        packs: await boundPacks(
          node,
          verdict.packs.map((pack) => pack.digest),
        ),
        vsa: verdict.envelope as unknown as JsonObject,
        driftWaivers: waiversOf(verdict, waivers.model, now),
        ...(mcpDriftWaivers.length === 0 ? {} : { mcpDriftWaivers }),
      })
    }
    const intake = (manifests.get(system) as { intake?: { multiTenant?: boolean } } | undefined)?.intake
    systems.push({
      system,
      environment,
      multiTenant: intake?.multiTenant === true,
      apiKeys: [
        { ...keys.apiKeyHash(system, environment) },
        ...(gatewayKeys.get(system) ?? []).map(({ id, sha256 }) => ({ id, sha256 })),
      ],
      workloadKeys: [...(await workloadKeysFor(node, system, keys.workloadKeys))],
      releases: released,
    })
  }
  const denies = await activeDenies(node)
  const body = {
    bundleVersion: 1,
    organization: node.organization,
    revision,
    version,
    issuedAt: now,
    expiresAt: now + BUNDLE_LIFE_MS,
    systems,
    denies,
    approvals: (await decidedToolApprovals(node, environment)) as unknown as readonly JsonObject[],
  }
  return signEnvelope(node.keys.bundle, BUNDLE_PAYLOAD_TYPE, utf8(canonicalJsonOf(body)))
}

interface Served {
  readonly document: JsonObject
  readonly verdict: StoredVerdict
}

/** Releases of a system whose newest verdict for the environment lets them be served now, in the order of `own`. */
async function served(
  node: OwnerNode,
  {
    system,
    environment,
    own,
    now,
  }: {
    readonly system: string
    readonly environment: string
    readonly own: readonly StateRecord[]
    readonly now: EpochMs
  },
): Promise<readonly Served[]> {
  const newest = new Map<string | null, StateRecord>()
  for (const verdict of await listAll(node.store, 'verdicts', { system, topic: environment, parts: ['validUntil'] }))
    // Newest first. The newest counts: a release that was blocked since is not served on an older word.
    if (!newest.has(verdict.releaseDigest)) newest.set(verdict.releaseDigest, verdict)
  const good = [...newest.values()].filter(
    ({ status, document }) => status === 'released' && Number(document['validUntil']) > now,
  )
  const verdicts = await documentsOf(node, 'verdicts', good)
  const goodDigests = new Set<string | null>(good.map(({ releaseDigest }) => releaseDigest))
  const wanted = own.filter(({ id }) => goodDigests.has(id))
  const documents = await documentsOf(node, 'releases', wanted)
  return wanted.flatMap(({ id }): readonly Served[] => {
    const document = documents.get(id)
    const verdict = verdicts.get(newest.get(id)?.id ?? '') as unknown as StoredVerdict | undefined
    if (document === undefined || verdict?.verdict !== 'released' || verdict.envelope === null) return []
    return [{ document, verdict }]
  })
}

async function documentsOf(
  node: OwnerNode,
  kind: RecordKind,
  records: readonly StateRecord[],
): Promise<ReadonlyMap<string, JsonObject>> {
  const documents = new Map<string, JsonObject>()
  for (let from = 0; from < records.length; from += LIST_MAX) {
    const ids = records.slice(from, from + LIST_MAX).map(({ id }) => id)
    for (const { id, document } of await node.store.getMany(kind, ids)) documents.set(id, document)
  }
  return documents
}
