import type { JsonObject } from '../../base/json.ts'
import type { Result } from '../../base/result.ts'

export interface PolicyFailure {
  readonly code: 'policy/syntax' | 'policy/type' | 'policy/evaluation' | 'policy/refused'
  readonly message: string
}

/** One step of a path into the input: a key, or any element of a list or map. */
export type KeyStep = { readonly kind: 'key'; readonly name: string } | { readonly kind: 'element' }
export type KeyPath = readonly KeyStep[]

/** One compiled expression. Anything but `true` or `false` is a failure, and a failure denies. */
export interface CompiledExpression {
  evaluate(input: JsonObject): Result<boolean, PolicyFailure>
  /** Every path that the expression reads below its variables, as far as it can be seen without running it. */
  readonly keys: readonly KeyPath[]
}

/** An expression language as a port: CEL behind `adapters/policy-cel`. */
export interface PolicyEngine {
  /** `variables`: names that the expression may use; any other name is refused. */
  compile(expression: string, variables: readonly string[]): Result<CompiledExpression, PolicyFailure>
}
