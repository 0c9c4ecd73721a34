import { canonicalJsonOf, type JsonObject } from '../../base/json.ts'
import type { Release } from './release.ts'

/** What `gatehouse.lock` records of a release: enough to see that, and which, component moved. */
export function lockOf(release: Release): JsonObject {
  return {
    lockVersion: 1,
    system: release.manifest.metadata.name,
    version: release.manifest.metadata.version,
    releaseDigest: release.digest,
    guard: canonicalJsonOf(release.raw['guard'] ?? null),
    components: release.components.map(({ kind, id, digest }) => ({ kind, id, digest })),
  }
}
