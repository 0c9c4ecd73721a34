import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import { findCodeInArgument } from '../detection/content/code-in-argument.ts'
import type { GuardConfig, Tool } from '../manifest/manifest.ts'

interface CodeVerdict {
  readonly decision: 'require-approval' | 'block'
  readonly rule: string
  readonly reason: string
}

/** What `guard.code` says of shell, SQL, path or template code in the arguments of a tool that is declared to execute none. */
export function codeVerdict(tool: Tool, args: JsonObject, policy: GuardConfig['code']): CodeVerdict | undefined {
  if (policy === undefined || tool.executes !== undefined || policy.except?.includes(tool.id) === true) return undefined
  for (const [name, value] of Object.entries(args))
    for (const text of textsIn(value)) {
      const [found] = findCodeInArgument(text)
      if (found !== undefined)
        return {
          decision: policy.action,
          rule: found.detector,
          reason: `\`${name}\` carries code, and the tool is declared to execute none`,
        }
    }
  return undefined
}

/** Every text of an argument, names of members too. Bounded by the arguments' own bound. */
function textsIn(value: Json | undefined): readonly string[] {
  const texts: string[] = []
  const open: (Json | undefined)[] = [value]
  for (let next = open.pop(); open.length > 0 || next !== undefined; next = open.pop()) {
    if (typeof next === 'string') texts.push(next)
    else if (Array.isArray(next)) open.push(...(next as readonly Json[]))
    else if (isJsonObject(next))
      for (const [key, member] of Object.entries(next)) {
        texts.push(key)
        open.push(member)
      }
  }
  return texts
}
