import { celEngine } from '../../adapters/policy-cel/cel-engine.ts'
import { opaEndpoints } from '../../adapters/policy-opa/opa-endpoints.ts'
import { opaEngine } from '../../adapters/policy-opa/opa-engine.ts'
import { askRegoOfEach, type RegoBundles } from '../../application/release/ask-rego.ts'
import { factsOf } from '../../application/release/plan-checks.ts'
import type { EpochMs } from '../../base/instant.ts'
import type { JsonObject } from '../../base/json.ts'
import { fail, ok, type Problem, type Result } from '../../base/result.ts'
import { judgeRules, type JudgedRules, type RuleInputs } from '../../domain/release/decide-release.ts'
import type { RegoAnswer } from '../../domain/policy/rego-engine.ts'
import type { PreparedGate } from './gate/prepare-gate.ts'

/** What Rego says of each document, by the engines that this machine has: bundles of the packs, servers of `GATEHOUSE_OPA`. */
export type AskRego = (each: readonly RuleInputs[]) => Promise<readonly ReadonlyMap<string, RegoAnswer>[]>

export function regoOfPacks(
  packs: PreparedGate['packs'],
  environment: Readonly<Record<string, string | undefined>>,
): Result<AskRego, readonly Problem[]> {
  const endpoints = opaEndpoints(environment)
  if (!endpoints.ok) return fail([endpoints.failure])
  const engine = opaEngine({ endpoints: endpoints.value })
  const bundles: RegoBundles = new Map(
    packs.flatMap(({ pack, bundle }) => (bundle === undefined ? [] : [[pack.id, bundle] as const])),
  )
  return ok((each) => askRegoOfEach(engine, each, bundles))
}

/** The rules of a project as it lies there, with nothing run and nothing asked of the state: only declarations count. */
export async function judgeProject(
  { packs, inputs }: PreparedGate,
  environment: Readonly<Record<string, string | undefined>>,
  now: EpochMs,
): Promise<Result<JudgedRules, readonly Problem[]>> {
  const ask = regoOfPacks(packs, environment)
  if (!ask.ok) return ask
  const rules: RuleInputs = {
    engine: celEngine(),
    packs: inputs.packs,
    tier: inputs.tier,
    environment: inputs.environment,
    manifest: inputs.release.raw,
    facts: factsOf(inputs) as unknown as JsonObject,
    evidence: new Map(),
    expectedKeys: new Map(),
    now,
  }
  const [rego] = await ask.value([rules])
  return ok(judgeRules({ ...rules, rego }))
}
