import type { Digest } from '../../base/digest.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Result } from '../../base/result.ts'
import type { PolicyEngine, PolicyFailure } from './policy-engine.ts'
import type { RegoSource } from './rego-engine.ts'

export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const
export type Severity = (typeof SEVERITIES)[number]
export const CHECK_METRICS = ['attack-success', 'over-block', 'task-success', 'all-hold'] as const

export const BUILTIN_CHECKS = [
  'secret-scan',
  'metadata',
  'journey-coverage',
  'model-version',
  'prompt-lint',
  'notices',
] as const

export const TEST_EXPECTATIONS = ['pass', 'fail', 'skip'] as const
export const POLICY_MODES = ['enforce', 'shadow'] as const
export type PolicyMode = (typeof POLICY_MODES)[number]
/** What a pack's rules read: a release before it is served; while it is served one call of a tool, or one request to a model. */
export const POLICY_SCOPES = ['release', 'request', 'model-request'] as const
export type PolicyScope = (typeof POLICY_SCOPES)[number]
export const REQUEST_EFFECTS = ['block', 'require-approval'] as const
export type RequestEffect = (typeof REQUEST_EFFECTS)[number]

/** Evidence that a rule asks for. */
export type CheckSpec =
  | { readonly kind: 'builtin'; readonly name: (typeof BUILTIN_CHECKS)[number] }
  | {
      readonly kind: 'suite'
      readonly purpose: 'red-team' | 'benign' | 'quality' | 'regression'
      readonly metric: (typeof CHECK_METRICS)[number]
      /** Per tier; exactly one of the two is set, except for `all-hold`, which has none. */
      readonly atMost?: Readonly<Record<string, number>> | undefined
      readonly atLeast?: Readonly<Record<string, number>> | undefined
      /** `sequential` draws cases until the criterion is decided; `fixed` (default) runs them all. */
      readonly design?: 'fixed' | 'sequential' | undefined
    }
  /** A campaign of the catalogue against the application; without `goals`, of all of them. */
  | {
      readonly kind: 'redteam'
      readonly budget: number
      readonly goals?: readonly string[] | undefined
      readonly atMost: Readonly<Record<string, number>>
    }
  /** Results of another tool, brought in by `gatehouse evidence import`; without `tools`, of any that can be read. */
  | {
      readonly kind: 'imported'
      readonly tools?: readonly string[] | undefined
      readonly atLeast?: Readonly<Record<string, number>> | undefined
    }

export interface PolicyRule {
  readonly id: string
  readonly title: string
  readonly severity: Severity
  readonly controls: readonly string[]
  readonly frameworks: readonly string[]
  /** CEL: does the rule apply? */
  readonly when: string
  readonly check: CheckSpec | undefined
  /** CEL: true = the rule holds. Of a Rego rule the text of its query, which is no CEL and cannot hold there. */
  readonly expr: string
  /** Path below `data` whose value decides instead of `expr`; the pack says who is asked. */
  readonly rego?: string | undefined
  readonly message: string
  readonly fix: string
  readonly maxAgeDays: number
  readonly tests: readonly PolicyTest[]
  readonly line: number
  /** `shadow`: decided and recorded, never enforced. That of the pack where the rule says nothing. */
  readonly mode?: PolicyMode | undefined
  /** What follows at run time where the rule does not hold; `block` where it says nothing. */
  readonly effect?: RequestEffect | undefined
}

export interface PolicyTest {
  readonly name: string
  readonly input: JsonObject
  /** `skip`: the rule's `when` is false. */
  readonly expect: (typeof TEST_EXPECTATIONS)[number]
}

export interface PolicyPack {
  readonly id: string
  readonly version: string
  readonly title: string
  readonly digest: Digest
  readonly file: string
  readonly rules: readonly PolicyRule[]
  /** Of a pack on requests: its text, as gateways are given it. */
  readonly source?: string | undefined
  /** `release` where the pack says nothing. */
  readonly scope?: PolicyScope | undefined
  readonly mode?: PolicyMode | undefined
  /** Who decides its Rego rules. */
  readonly engine?: RegoSource | undefined
  /** Newest first. */
  readonly notes?: readonly { readonly version: string; readonly text: string }[] | undefined
}

/** A rule is enforced unless its pack or the rule itself is in shadow: neither can lift the other's shadow. */
export function modeOf(pack: Pick<PolicyPack, 'mode'>, rule: Pick<PolicyRule, 'mode'>): PolicyMode {
  return pack.mode === 'shadow' || rule.mode === 'shadow' ? 'shadow' : 'enforce'
}

/** Names that release rules may use. */
export const RELEASE_VARIABLES = ['tier', 'manifest', 'evidence', 'environment', 'facts'] as const

/** Names that request rules may use. */
export const REQUEST_VARIABLES = [
  'tier',
  'environment',
  'manifest',
  'subject',
  'tool',
  'args',
  'labels',
  'session',
] as const

/** Names that rules on requests to a model may use. */
export const MODEL_REQUEST_VARIABLES = [
  'tier',
  'environment',
  'manifest',
  'subject',
  'request',
  'data',
  'labels',
] as const

const VARIABLES: Readonly<Record<PolicyScope, readonly string[]>> = {
  release: RELEASE_VARIABLES,
  request: REQUEST_VARIABLES,
  'model-request': MODEL_REQUEST_VARIABLES,
}

export function variablesOf({ scope = 'release' }: Pick<PolicyPack, 'scope'>): readonly string[] {
  return VARIABLES[scope]
}

/** Whether the pack is read while a release is served, and not before. */
export function isServedScope(scope: string | undefined): boolean {
  return scope === 'request' || scope === 'model-request'
}

export interface PolicyTestResult {
  readonly rule: string
  readonly test: string
  readonly isMet: boolean
  readonly detail: string
}

/** Runs the tests of the pack's CEL rules; an evaluation error meets no expectation. Those of Rego rules: `askRego`. */
export function testPack(engine: PolicyEngine, pack: PolicyPack): readonly PolicyTestResult[] {
  return pack.rules.flatMap((rule) => (rule.rego === undefined ? testRule(engine, rule, variablesOf(pack)) : []))
}

/** Tests run the whole rule: where `when` is false nothing passes or fails. */
export function testRule(
  engine: PolicyEngine,
  rule: PolicyRule,
  variables: readonly string[],
): readonly PolicyTestResult[] {
  return rule.tests.map((test) => {
    const got = outcomeOf(engine, rule, test.input, variables)
    return {
      rule: rule.id,
      test: test.name,
      isMet: got === test.expect,
      detail: `expected ${test.expect}, got ${got}`,
    }
  })
}

function outcomeOf(
  engine: PolicyEngine,
  { when, expr }: PolicyRule,
  input: JsonObject,
  variables: readonly string[],
): string {
  const applies = evaluateRule(engine, when, input, variables)
  if (!applies.ok) return `error in \`when\`: ${applies.failure.message}`
  if (!applies.value) return 'skip'
  const holds = evaluateRule(engine, expr, input, variables)
  return holds.ok ? (holds.value ? 'pass' : 'fail') : `error: ${holds.failure.message}`
}

export function evaluateRule(
  engine: PolicyEngine,
  expression: string,
  input: JsonObject,
  variables: readonly string[] = RELEASE_VARIABLES,
): Result<boolean, PolicyFailure> {
  const compiled = engine.compile(expression, variables)
  return compiled.ok ? compiled.value.evaluate(input) : compiled
}
