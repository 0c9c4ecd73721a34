import type { JsonObject } from '../../base/json.ts'
import type { Result } from '../../base/result.ts'

export interface PolicyFailure {
  readonly code: 'policy/syntax' | 'policy/type' | 'policy/evaluation' | 'policy/refused'
  readonly message: string
}

/** One compiled expression. Anything but `true` or `false` is a failure, and a failure denies. */
export interface CompiledExpression {
  evaluate(input: JsonObject): Result<boolean, PolicyFailure>
}

/** An expression language as a port: CEL behind `adapters/policy-cel`. */
export interface PolicyEngine {
  /** `variables`: names that the expression may use; any other name is refused. */
  compile(expression: string, variables: readonly string[]): Result<CompiledExpression, PolicyFailure>
}
