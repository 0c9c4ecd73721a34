import type { ServedRelease } from '../../../application/gateway/admitted-system.ts'
import type { TransportTarget, UpstreamInfo } from '../../../adapters/providers/transport/transport.ts'

/** Where a model of a release is to be asked: at the upstream named like its provider, else at one that lists it. */
export function targetsOf(
  { manifest }: ServedRelease,
  model: string,
  upstreams: ReadonlyMap<string, UpstreamInfo>,
): readonly TransportTarget[] {
  const provider = manifest.components.models.find((candidate) => candidate.model === model)?.provider
  const serving = [...upstreams.values()].filter(({ models }) => models === undefined || models.has(model))
  const named = serving.filter(({ id }) => id === provider)
  return (named.length > 0 ? named : serving.slice(0, 1)).map(({ id }) => ({ upstream: id, model }))
}
