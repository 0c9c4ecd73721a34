import { canonicalJsonOf, type JsonObject } from '../../base/json.ts'
import type { EpochMs } from '../../base/instant.ts'
import type { RequestPolicy } from '../../domain/authorization/authorize-tool-call.ts'
import { leakIndex, type LeakIndex } from '../../domain/detection/prompt-leak.ts'
import { ALL_TABLE_DETECTORS } from '../../domain/guardrail/all-table-detectors.ts'
import { resolveGuardPolicy, type GuardPolicy } from '../../domain/guardrail/guard-policy.ts'
import { computeTier } from '../../domain/manifest/compute-tier.ts'
import { parseTemplate, type PromptTemplate } from '../../domain/manifest/prompt-template.ts'
import type { Tier } from '../../domain/manifest/manifest.ts'
import type { DriftWaiver } from '../../domain/recognition/model-drift.ts'
import type { RecognisableRelease } from '../../domain/recognition/recognise-request.ts'
import type { Release } from '../../domain/release/release.ts'

/** A release made ready for serving: everything a request needs is computed once. */
export interface ServedRelease extends RecognisableRelease {
  readonly tier: Tier
  readonly guard: GuardPolicy
  readonly leak: LeakIndex
  readonly schemas: ReadonlyMap<string, JsonObject>
  /** Packs that are applied to every call of a tool. */
  readonly requestPolicy?: RequestPolicy | undefined
  /** Approved waivers of the check on who answers. */
  readonly driftWaivers?: readonly DriftWaiver[] | undefined
  /** Approved waivers of the check on the pins of MCP servers. */
  readonly mcpDriftWaivers?: readonly DriftWaiver[] | undefined
  /** Exclusive: from here on the release is refused. */
  readonly validUntil: EpochMs
}

/** What one gateway API key stands for. */
export interface AdmittedSystem {
  readonly organization: string
  readonly system: string
  readonly environment: string
  readonly isMultiTenant: boolean
  readonly releases: readonly ServedRelease[]
}

/** Written once for each admitted system: it stands for as long as the bundle it came with. */
const scopes = new WeakMap<AdmittedSystem, string>()

/** Organization, system and environment as keys of what is kept for a system begin. */
export function scopeOf(admitted: AdmittedSystem): string {
  let scope = scopes.get(admitted)
  if (scope === undefined) {
    const { organization, system, environment } = admitted
    scope = [organization, system, environment].map(encodeURIComponent).join('/')
    scopes.set(admitted, scope)
  }
  return scope
}

export function serveRelease(
  release: Release,
  validUntil: EpochMs,
  policy: Pick<RequestPolicy, 'packs' | 'environment'> & Pick<ServedRelease, 'driftWaivers' | 'mcpDriftWaivers'> = {
    packs: [],
    environment: '',
  },
): ServedRelease {
  const { tier } = computeTier(release.manifest)
  const templates: { promptId: string; template: PromptTemplate }[] = []
  for (const prompt of release.manifest.components.prompts ?? []) {
    const parsed = parseTemplate(release.prompts[prompt.id] ?? '', prompt.slots ?? {})
    // A template that does not parse matches nothing: its requests are refused.
    if (parsed.ok) templates.push({ promptId: prompt.id, template: parsed.value })
  }
  const schemas = new Map(Object.entries(release.toolSchemas).map(([id, { schema }]) => [id, schema]))
  return {
    digest: release.digest,
    manifest: release.manifest,
    templates,
    toolSchemas: new Map([...schemas].map(([id, schema]) => [id, canonicalJsonOf(schema)])),
    tier,
    guard: resolveGuardPolicy(release.manifest.guard, tier, ALL_TABLE_DETECTORS),
    leak: leakIndex(templates.flatMap(({ template }) => template.literals)),
    schemas,
    requestPolicy:
      policy.packs.length === 0
        ? undefined
        : { packs: policy.packs, environment: policy.environment, tier, manifest: release.raw },
    driftWaivers: policy.driftWaivers,
    mcpDriftWaivers: policy.mcpDriftWaivers,
    validUntil,
  }
}
