import type { CompletionDecision } from '../../../application/gateway/decide-completion.ts'
import type { Denial, RequestContext } from '../../../application/gateway/decide-request.ts'
import type { EpochMs } from '../../../base/instant.ts'
import { isDriftRefused, modelDrift, openWaiver } from '../../../domain/recognition/model-drift.ts'
import type { ModelExchange } from './exchange-records.ts'

/** Notes that another model answered than was asked for; gives the denial where the tier wants none of it. */
export function driftDenial(
  { marks }: Pick<ModelExchange, 'marks'>,
  { release, admitted }: RequestContext,
  { asked, answered, now }: { readonly asked: string; readonly answered: string; readonly now: EpochMs },
): (CompletionDecision & { readonly denial: Denial }) | undefined {
  const drift = modelDrift(release.manifest, asked, answered)
  if (drift === undefined) return undefined
  marks.drift = drift
  if (!isDriftRefused(release.tier, admitted.environment)) return undefined
  const waiver = openWaiver(release.driftWaivers ?? [], now)
  if (waiver !== undefined) {
    marks.drift = { ...drift, exception: waiver.exception }
    return undefined
  }
  const denial: Denial = {
    status: 403,
    code: 'release_not_approved',
    // SECURITY: the name is the provider's own text, and is not passed on.
    message: 'another model answered than the release names',
    rule: 'admission/model-answered',
  }
  return { action: 'block', findings: [], tools: [], denial, choices: [], calls: [] }
}
