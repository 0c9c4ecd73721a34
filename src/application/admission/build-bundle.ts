import { utf8 } from '../../base/bytes.ts'
import { HOUR_MS } from '../../base/instant.ts'
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
  const releases = await listAll(node.store, 'releases', {})
  const revoked = new Set((await listAll(node.store, 'exceptions', { status: 'revoked' })).map(({ id }) => id))
  const bySystem = Map.groupBy(releases, ({ system }) => system)
  const gatewayKeys = await gatewayKeyHashes(node, environment)
  const waivers = await driftWaivers(node)
  const systems: JsonObject[] = []
  for (const [system, own] of bySystem) {
    const released: JsonObject[] = []
    for (const { document } of own) {
      const [newest] = await node.store.list('verdicts', {
        system,
        releaseDigest: document['digest'] as StoredVerdict['releaseDigest'],
        topic: environment,
        limit: 1,
      })
      const verdict = newest?.document as unknown as StoredVerdict | undefined
      // The newest verdict counts: a release that was blocked since is not served on an older word.
      if (verdict?.verdict !== 'released' || verdict.validUntil <= now || verdict.envelope === null) continue
      // A waiver that was ended takes the verdicts with it that rest on it.
      if (verdict.results.some(({ exceptionId }) => exceptionId !== null && revoked.has(exceptionId))) continue
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
        driftWaivers: waiversOf(verdict, waivers, now),
      })
    }
    const intake = (own[0]?.document['manifest'] as { intake?: { multiTenant?: boolean } } | undefined)?.intake
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
