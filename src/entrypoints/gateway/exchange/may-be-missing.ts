import type { ModelExchange } from './exchange-records.ts'

/**
 * Whether the policy on missing records may apply at all: only to a release that was recognised and is of the lowest tier.
 * SECURITY: what no release was recognised for counts as of the highest.
 */
export function mayBeMissing({ caller }: Pick<ModelExchange, 'caller'>, releaseDigest: string | null): boolean {
  return caller.admitted.releases.find(({ digest }) => digest === releaseDigest)?.tier === 'T3'
}
