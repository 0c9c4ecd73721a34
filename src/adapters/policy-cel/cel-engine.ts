import { Environment, type ASTNode } from '@marcbachmann/cel-js'
import type { Json, JsonObject } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import { compileLinearPattern, type LinearPattern } from '../../domain/policy/linear-pattern.ts'
import type { CompiledExpression, PolicyEngine, PolicyFailure } from '../../domain/policy/policy-engine.ts'
import { BINDING_MACROS, childrenOf, nodesOf } from './cel-ast.ts'
import { keysRead } from './cel-keys.ts'

const CACHE_MAX = 2_000
const EXPRESSION_CHARS_MAX = 4_000
const LIMITS = { maxAstNodes: 1_000, maxDepth: 40, maxListElements: 200, maxMapEntries: 100, maxCallArguments: 16 }

/** Patterns are compiled with the expression; the cache serves the calls of the running one. */
const PATTERNS_MAX = 200
const patterns = new Map<string, LinearPattern>()

/**
 * CEL by cel-js. `matches()` is refused: it is a backtracking regular expression there. `text.fullMatch("pattern")` is
 * offered instead: linear, anchored, and the pattern is a literal that is compiled at load.
 */
export function celEngine(): PolicyEngine {
  // One map per list of variables: callers pass the same few lists, and no key has to be put together.
  const scopes = new WeakMap<readonly string[], Scope>()
  return {
    compile(expression, variables) {
      let scope = scopes.get(variables)
      if (scope === undefined) scopes.set(variables, (scope = scopeOf(variables)))
      const { cache } = scope
      const known = cache.get(expression)
      if (known !== undefined) return known
      const compiled = compile(expression, scope)
      if (cache.size >= CACHE_MAX) cache.delete(cache.keys().next().value ?? '')
      cache.set(expression, compiled)
      return compiled
    },
  }
}

/** What expressions over the same variables share: registering a function costs more than compiling with it. */
interface Scope {
  readonly variables: readonly string[]
  readonly environment: Environment
  readonly cache: Map<string, Result<CompiledExpression, PolicyFailure>>
}

function scopeOf(variables: readonly string[]): Scope {
  const environment = new Environment({ unlistedVariablesAreDyn: false, enableOptionalTypes: false, limits: LIMITS })
  for (const variable of variables) environment.registerVariable(variable, 'dyn')
  environment.registerFunction('string.fullMatch(string): bool', (text: string, pattern: string) =>
    patternOf(pattern).matches(text),
  )
  return { variables, environment, cache: new Map() }
}

function compile(expression: string, { environment, variables }: Scope): Result<CompiledExpression, PolicyFailure> {
  if (expression.length > EXPRESSION_CHARS_MAX)
    return fail({ code: 'policy/refused', message: `longer than ${EXPRESSION_CHARS_MAX} characters` })
  try {
    const parsed = environment.parse(expression)
    const refused = refusedPart(parsed.ast)
    if (refused !== undefined) return fail({ code: 'policy/refused', message: refused })
    const checked = parsed.check()
    if (!checked.valid) return fail({ code: 'policy/type', message: messageOf(checked.error) })
    const keys = keysRead(parsed.ast, variables)
    if (macroDepth(parsed.ast) < NESTED_MACROS_MAX) return ok({ evaluate: (input) => evaluate(parsed, input), keys })
    const isSplitting = nodesOf(parsed.ast).some(({ op, args }) => op === 'rcall' && args[0] === 'split')
    return ok({
      evaluate: (input) => (isTooLarge(input, isSplitting) ? TOO_LARGE : evaluate(parsed, input)),
      keys,
    })
  } catch (error) {
    return fail({ code: 'policy/syntax', message: messageOf(error) })
  }
}

function patternOf(pattern: string): LinearPattern {
  const known = patterns.get(pattern)
  if (known !== undefined) return known
  const compiled = compileLinearPattern(pattern)
  // Refused at load: an expression that comes here with another pattern was never compiled by this engine.
  if (!compiled.ok) throw new Error(compiled.failure)
  if (patterns.size >= PATTERNS_MAX) patterns.delete(patterns.keys().next().value ?? '')
  patterns.set(pattern, compiled.value)
  return compiled.value
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

/** Loops within loops multiply: two levels over the most that they may walk are some million steps at most. */
const NESTED_MACROS_MAX = 2
const NESTED_ELEMENTS_MAX = 1_000
const TOO_LARGE: Result<boolean, PolicyFailure> = fail({
  code: 'policy/evaluation',
  message: `loops stand within each other and the input has more than ${NESTED_ELEMENTS_MAX} elements in one list`,
})

/** SECURITY: requests bring lists of any length; an expression once begun cannot be stopped. */
function isTooLarge(input: JsonObject, isSplitting: boolean): boolean {
  const stack: Json[] = [input]
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    if (typeof value === 'string') {
      if (isSplitting && value.length > 2 * NESTED_ELEMENTS_MAX) return true
      continue
    }
    if (typeof value !== 'object' || value === null) continue
    const elements = Object.values(value as JsonObject)
    if (elements.length > NESTED_ELEMENTS_MAX) return true
    for (const element of elements) if (element !== undefined) stack.push(element)
  }
  return false
}

/** What must not run: backtracking matches, patterns that are not known at load, loops within loops within loops. */
function refusedPart(root: ASTNode): string | undefined {
  for (const node of nodesOf(root)) {
    if (node.op !== 'call' && node.op !== 'rcall') continue
    const [name] = node.args
    if (name === 'matches') return '`matches()` is not allowed; use `fullMatch()`'
    if (name !== 'fullMatch') continue
    const pattern = (node.op === 'rcall' ? node.args[2] : node.args[1]).at(-1)
    if (pattern?.op !== 'value' || typeof pattern.args !== 'string')
      return 'the pattern of `fullMatch()` must be a literal text'
    const compiled = compileLinearPattern(pattern.args)
    if (!compiled.ok) return `the pattern of \`fullMatch()\`: ${compiled.failure}`
  }
  return macroDepth(root) > NESTED_MACROS_MAX
    ? `more than ${NESTED_MACROS_MAX} loops stand within each other`
    : undefined
}

function macroDepth(root: ASTNode): number {
  let deepest = 0
  const stack: { node: ASTNode; depth: number }[] = [{ node: root, depth: 0 }]
  for (let current = stack.pop(); current !== undefined; current = stack.pop()) {
    const { node, depth } = current
    deepest = Math.max(deepest, depth)
    const isMacro = node.op === 'rcall' && BINDING_MACROS.has(node.args[0])
    for (const child of childrenOf(node)) {
      // What a loop is called on is outside of it: `list.filter(…).all(…)` is one loop after another.
      const isInside = isMacro && child !== node.args[1]
      stack.push({ node: child, depth: depth + (isInside ? 1 : 0) })
    }
  }
  return deepest
}
