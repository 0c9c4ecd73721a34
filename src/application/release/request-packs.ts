import type { Digest } from '../../base/digest.ts'
import type { JsonObject } from '../../base/json.ts'
import { ok, type Problem, type Result } from '../../base/result.ts'
import { isServedScope, type PolicyPack } from '../../domain/policy/policy-pack.ts'
import type { OwnerNode, Principal } from '../state/owner-node.ts'

/** A pack on requests as gateways are given it. */
export interface BoundPack {
  readonly digest: Digest
  readonly file: string
  readonly text: string
}

/** Keeps the texts of the packs on requests that a verdict is about to bind, each once, by its digest. */
export async function bindRequestPacks(
  node: OwnerNode,
  principal: Principal,
  packs: readonly PolicyPack[],
): Promise<Result<undefined, Problem>> {
  for (const { id, digest, file, scope, source } of packs) {
    if (!isServedScope(scope) || source === undefined) continue
    if ((await node.store.get('policy_packs', digest)) !== undefined) continue
    const record: BoundPack = { digest, file, text: source }
    const entry = await node.recorder.record('pack.bound', principal.name, null, {
      head: { id: digest, system: '', status: 'bound', topic: id },
      record,
    })
    if (!entry.ok) return entry
  }
  return ok(undefined)
}

/** The packs on requests among those that a verdict bound. */
export async function boundPacks(
  node: Pick<OwnerNode, 'store'>,
  digests: readonly Digest[],
): Promise<readonly JsonObject[]> {
  const known = await node.store.getMany('policy_packs', digests)
  return known.map(({ document }) => ({ file: document['file'] ?? '', text: document['text'] ?? '' }))
}
