import { Environment, type ASTNode } from '@marcbachmann/cel-js'
import type { JsonObject } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import type { CompiledExpression, PolicyEngine, PolicyFailure } from '../../domain/policy/policy-engine.ts'

const CACHE_MAX = 2_000
const EXPRESSION_CHARS_MAX = 4_000
const LIMITS = { maxAstNodes: 1_000, maxDepth: 40, maxListElements: 200, maxMapEntries: 100, maxCallArguments: 16 }

/** CEL by cel-js. `matches()` is refused: it is a backtracking regular expression there. */
export function celEngine(): PolicyEngine {
  const cache = new Map<string, Result<CompiledExpression, PolicyFailure>>()
  return {
    compile(expression, variables) {
      const key = `${variables.join(',')}\n${expression}`
      const known = cache.get(key)
      if (known !== undefined) return known
      const compiled = compile(expression, variables)
      if (cache.size >= CACHE_MAX) cache.delete(cache.keys().next().value ?? '')
      cache.set(key, compiled)
      return compiled
    },
  }
}

function compile(expression: string, variables: readonly string[]): Result<CompiledExpression, PolicyFailure> {
  if (expression.length > EXPRESSION_CHARS_MAX)
    return fail({ code: 'policy/refused', message: `longer than ${EXPRESSION_CHARS_MAX} characters` })
  const environment = new Environment({ unlistedVariablesAreDyn: false, enableOptionalTypes: false, limits: LIMITS })
  for (const variable of variables) environment.registerVariable(variable, 'dyn')
  try {
    const parsed = environment.parse(expression)
    const refused = refusedCall(parsed.ast)
    if (refused !== undefined) return fail({ code: 'policy/refused', message: `\`${refused}()\` is not allowed` })
    const checked = parsed.check()
    if (!checked.valid) return fail({ code: 'policy/type', message: messageOf(checked.error) })
    return ok({ evaluate: (input) => evaluate(parsed, input) })
  } catch (error) {
    return fail({ code: 'policy/syntax', message: messageOf(error) })
  }
}

function evaluate(parsed: (input: JsonObject) => unknown, input: JsonObject): Result<boolean, PolicyFailure> {
  try {
    const value = parsed(input)
    return typeof value === 'boolean'
      ? ok(value)
      : fail({ code: 'policy/type', message: 'the expression gives no true or false' })
  } catch (error) {
    // The library throws on unknown keys and type errors of hostile input: each is a denial with its reason.
    return fail({ code: 'policy/evaluation', message: messageOf(error) })
  }
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return (text.split('\n')[0] ?? text).slice(0, 300)
}

function refusedCall(node: ASTNode): string | undefined {
  const stack: unknown[] = [node]
  while (stack.length > 0) {
    const current = stack.pop()
    if (Array.isArray(current)) stack.push(...(current as unknown[]))
    else if (typeof current === 'object' && current !== null && 'op' in current && 'args' in current) {
      const { op, args } = current as ASTNode
      if ((op === 'call' || op === 'rcall') && Array.isArray(args) && args[0] === 'matches') return 'matches'
      stack.push(args)
    }
  }
  return undefined
}
