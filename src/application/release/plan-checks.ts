import { digestOfJson, type Digest, type Sha256 } from '../../base/digest.ts'
import type { Json } from '../../base/json.ts'
import type { Suite, SuiteCase } from '../../domain/evaluation/suite.ts'
import type { Tier } from '../../domain/manifest/manifest.ts'
import type { PolicyEngine } from '../../domain/policy/policy-engine.ts'
import {
  isServedScope,
  evaluateRule,
  type BUILTIN_CHECKS,
  type CheckSpec,
  type PolicyPack,
  type PolicyRule,
} from '../../domain/policy/policy-pack.ts'
import type { Release } from '../../domain/release/release.ts'
import { ALPHA_DEFAULT, casesNeeded, type Criterion } from '../../domain/statistics/criterion.ts'

/** A check that a release needs, with everything that its result will depend on. */
export interface PlannedCheck {
  readonly rule: PolicyRule
  readonly pack: string
  readonly spec: CheckSpec
  /** None for built-in checks and for `all-hold`. */
  readonly criterion: Criterion | undefined
  readonly suites: readonly Suite[]
  readonly casesAvailable: number
  /** Fewest cases that can decide the criterion in favour; undefined when it needs none. */
  readonly casesNeeded: number | undefined
  readonly key: Digest
}

export interface PlanInputs {
  readonly release: Release
  readonly tier: Tier
  readonly environment: string
  readonly packs: readonly PolicyPack[]
  readonly suites: readonly Suite[]
  readonly learned: Suite | undefined
  /** Cases learned from incidents, whether or not a suite names a target to run them on. */
  readonly learnedCases: number
  /** Digest of the target's code, by module path. */
  readonly targets: ReadonlyMap<string, Digest>
  /** Which model answers: a base URL, or `simulated`. */
  readonly model: string
  /** What the campaigns of `redteam` checks depend on, and how many attacks each has, by rule. */
  readonly campaigns: ReadonlyMap<string, PlannedCampaign>
}

export interface PlannedCampaign {
  readonly inputs: Digest
  readonly target: Digest | null
  readonly attacks: number
}

/** Facts about a release that rules may use besides the manifest. */
export function factsOf(inputs: Pick<PlanInputs, 'learnedCases' | 'suites'>): {
  readonly learnedCases: number
  readonly suites: readonly string[]
} {
  return { learnedCases: inputs.learnedCases, suites: inputs.suites.map(({ purpose }) => purpose) }
}

/** Every rule that applies and asks for evidence, with the key that its evidence must have. */
export function planChecks(
  ports: { readonly engine: PolicyEngine; readonly sha256: Sha256 },
  inputs: PlanInputs,
): readonly PlannedCheck[] {
  const document = {
    tier: inputs.tier,
    environment: inputs.environment,
    manifest: inputs.release.raw,
    facts: factsOf(inputs),
    evidence: {},
  }
  const applying: ApplyingCheck[] = []
  for (const pack of inputs.packs) {
    if (isServedScope(pack.scope)) continue
    for (const rule of pack.rules) {
      if (rule.check === undefined) continue
      const applies = evaluateRule(ports.engine, rule.when, document)
      // A rule whose `when` cannot be evaluated is planned too: the gate will say what is wrong with it.
      if (applies.ok && !applies.value) continue
      applying.push({ pack, rule, spec: rule.check })
    }
  }
  const read = applying.flatMap(({ spec }) => (spec.kind === 'suite' ? suitesFor(inputs, spec.purpose) : []))
  return applying.map((check) => planCheck(ports.sha256, { ...inputs, read }, check))
}

interface ApplyingCheck {
  readonly pack: PolicyPack
  readonly rule: PolicyRule
  readonly spec: CheckSpec
}

/** Suites that some check reads, each once. */
export function suitesRead(checks: readonly Pick<PlannedCheck, 'suites'>[]): readonly Suite[] {
  return [...new Map(checks.flatMap(({ suites }) => suites.map((suite) => [suite.id, suite]))).values()]
}

function planCheck(
  sha256: Sha256,
  inputs: PlanInputs & { readonly read: readonly Suite[] },
  { pack, rule, spec }: ApplyingCheck,
): PlannedCheck {
  const suites = spec.kind === 'suite' ? suitesFor(inputs, spec.purpose) : []
  const criterion = criterionOf(spec, inputs.tier)
  const campaign = spec.kind === 'redteam' ? inputs.campaigns.get(rule.id) : undefined
  const key = digestOfJson(sha256, {
    check: rule.id,
    version: CHECK_VERSION,
    spec: spec as unknown as Json,
    criterion: (criterion ?? null) as Json,
    release: inputs.release.digest,
    suites: suites.map(({ digest }) => digest),
    targets: suites.map(({ target }) => inputs.targets.get(target) ?? null),
    model: asksModel(spec) ? inputs.model : null,
    ...(spec.kind === 'redteam' ? { campaign: (campaign ?? null) as Json } : {}),
    ...(readsAll(spec) ? { read: [...new Set(inputs.read.map(({ digest }) => digest))] } : {}),
  })
  const casesAvailable = campaign?.attacks ?? suites.reduce((sum, suite) => sum + suite.cases.length, 0)
  return {
    rule,
    pack: pack.id,
    spec,
    criterion,
    suites,
    casesAvailable,
    casesNeeded: criterion === undefined ? undefined : casesNeeded(criterion),
    key,
  }
}

export function isBuiltin(spec: CheckSpec, name: (typeof BUILTIN_CHECKS)[number]): boolean {
  return spec.kind === 'builtin' && spec.name === name
}

/** They run nothing themselves, and look at every case that the other checks run. */
function readsAll(spec: CheckSpec): boolean {
  return isBuiltin(spec, 'journey-coverage') || isBuiltin(spec, 'model-version')
}

function asksModel(spec: CheckSpec): boolean {
  return spec.kind === 'suite' || spec.kind === 'redteam' || isBuiltin(spec, 'model-version')
}

/** Raised when the way a check computes its result changes: old evidence then no longer counts. */
export const CHECK_VERSION = 5

function suitesFor({ suites, learned }: PlanInputs, purpose: Suite['purpose']): readonly Suite[] {
  const own = suites.filter((suite) => suite.purpose === purpose)
  return purpose === 'regression' && learned !== undefined ? [...own, learned] : own
}

function criterionOf(spec: CheckSpec, tier: Tier): Criterion | undefined {
  const atMost = 'atMost' in spec ? spec.atMost?.[tier] : undefined
  const atLeast = 'atLeast' in spec ? spec.atLeast?.[tier] : undefined
  // Absent rather than undefined: the criterion is part of the evidence's key.
  const design = spec.kind === 'suite' && spec.design !== undefined ? { design: spec.design } : {}
  if (atMost !== undefined) return { direction: 'at-most', threshold: atMost, alpha: ALPHA_DEFAULT, ...design }
  if (atLeast === undefined) return undefined
  return { direction: 'at-least', threshold: atLeast, alpha: ALPHA_DEFAULT, ...design }
}

/** Cases learned from incidents as a suite of their own, run on the target of the project's suites. */
export function learnedSuite(sha256: Sha256, cases: readonly SuiteCase[], target: string): Suite | undefined {
  if (cases.length === 0) return undefined
  return {
    id: 'learned',
    version: '1.0.0',
    purpose: 'regression',
    trials: 1,
    seed: 1,
    target,
    cases,
    digest: digestOfJson(sha256, cases as unknown as Json),
  }
}
