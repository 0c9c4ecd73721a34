import type { Digest } from '../../base/digest.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Result } from '../../base/result.ts'
import type { PolicyEngine, PolicyFailure } from './policy-engine.ts'

export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const
export type Severity = (typeof SEVERITIES)[number]
export const CHECK_METRICS = ['attack-success', 'over-block', 'task-success', 'all-hold'] as const

/** Evidence that a rule asks for. */
export type CheckSpec =
  | { readonly kind: 'builtin'; readonly name: 'secret-scan' | 'metadata' }
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

export interface PolicyRule {
  readonly id: string
  readonly title: string
  readonly severity: Severity
  readonly controls: readonly string[]
  readonly frameworks: readonly string[]
  /** CEL: does the rule apply? */
  readonly when: string
  readonly check: CheckSpec | undefined
  /** CEL: true = the rule holds. */
  readonly expr: string
  readonly message: string
  readonly fix: string
  readonly maxAgeDays: number
  readonly tests: readonly PolicyTest[]
  readonly line: number
}

export interface PolicyTest {
  readonly name: string
  readonly input: JsonObject
  readonly expect: 'pass' | 'fail'
}

export interface PolicyPack {
  readonly id: string
  readonly version: string
  readonly title: string
  readonly digest: Digest
  readonly file: string
  readonly rules: readonly PolicyRule[]
}

/** Names that release rules may use. */
export const RELEASE_VARIABLES = ['tier', 'manifest', 'evidence', 'environment', 'facts'] as const

export interface PolicyTestResult {
  readonly rule: string
  readonly test: string
  readonly isMet: boolean
  readonly detail: string
}

/** Runs the pack's own tests; an evaluation error meets no expectation. */
export function testPack(engine: PolicyEngine, pack: PolicyPack): readonly PolicyTestResult[] {
  return pack.rules.flatMap((rule) =>
    rule.tests.map((test) => {
      const result = evaluateRule(engine, rule.expr, test.input)
      const got = result.ok ? (result.value ? 'pass' : 'fail') : `error: ${result.failure.message}`
      return {
        rule: rule.id,
        test: test.name,
        isMet: got === test.expect,
        detail: `expected ${test.expect}, got ${got}`,
      }
    }),
  )
}

export function evaluateRule(
  engine: PolicyEngine,
  expression: string,
  input: JsonObject,
): Result<boolean, PolicyFailure> {
  const compiled = engine.compile(expression, RELEASE_VARIABLES)
  return compiled.ok ? compiled.value.evaluate(input) : compiled
}
