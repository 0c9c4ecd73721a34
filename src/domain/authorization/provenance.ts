import { isJsonObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Destination } from '../manifest/manifest.ts'
import type { Subject, ToolResult } from '../session/conversation.ts'
import { matchesPattern } from './destination-pattern.ts'
import { readResult } from './result-text.ts'
import { says } from './value-forms.ts'

interface ProvenanceContext {
  readonly subject: Subject | undefined
  readonly userTexts: readonly string[]
  readonly toolResults: readonly ToolResult[]
  /** Named lists of the manifest. */
  readonly directories?: Readonly<Record<string, readonly string[]>> | undefined
}

/** Does a destination value come, verbatim, from where the manifest allows, or match its allow-list? */
export function hasTrustedSource(value: Json, destination: Destination, context: ProvenanceContext): boolean {
  if (Array.isArray(value))
    return value.length > 0 && value.every((item: Json) => hasTrustedSource(item, destination, context))
  if (typeof value !== 'string' && typeof value !== 'number') return false
  const text = String(value)
  if (text.trim() === '') return false
  if ((destination.allow ?? []).some((glob) => matchesPattern(text, glob))) return true
  return (destination.from ?? []).some((source) => comesFrom(text, source, context))
}

function comesFrom(
  text: string,
  source: string,
  { subject, userTexts, toolResults, directories = {} }: ProvenanceContext,
): boolean {
  if (source === 'user-message') return userTexts.some((userText) => says(userText, text))
  if (source.startsWith('subject.')) {
    const field = source.slice('subject.'.length)
    const own = field === 'email' || field === 'principal' || field === 'tenant' ? subject?.[field] : undefined
    return own !== undefined && own.toLowerCase() === text.toLowerCase()
  }
  if (source.startsWith('directory:')) {
    const name = source.slice('directory:'.length)
    const listed = Object.hasOwn(directories, name) ? directories[name] : undefined
    return listed?.some((value) => value.toLowerCase() === text.toLowerCase()) ?? false
  }
  const [tool, ...path] = source.slice('tool:'.length).split('.')
  return toolResults.some((result) => result.tool === tool && isFieldOf(result, path, text))
}

const PATH_PARTS_MAX = 16

/** The values of `attachments[].url`, `people.email` or a plain argument name. */
export function valuesAtPath(args: JsonObject, path: string): readonly Json[] {
  if (Object.hasOwn(args, path)) return args[path] === undefined ? [] : [args[path]]
  let layer: readonly Json[] = [args]
  for (const part of path.split('.').slice(0, PATH_PARTS_MAX)) {
    const key = part.replace(/\[\]$/, '')
    layer = layer
      .flatMap((value) => (isJsonObject(value) && Object.hasOwn(value, key) ? [value[key] ?? null] : []))
      .flatMap((value) => (part.endsWith('[]') && Array.isArray(value) ? (value as readonly Json[]) : [value]))
  }
  return layer
}

/** A whole field of the result, as JSON or as the text reads; without a path, the whole result. */
function isFieldOf(result: ToolResult, path: readonly string[], text: string): boolean {
  if (result.value !== undefined || path.length === 0)
    return valuesAt(result.value ?? result.text.trim(), path).includes(text)
  return readResult(result.text, undefined).leaves.some(
    (leaf) => leaf.text.trim() === text && leaf.path.join('.') === path.join('.'),
  )
}

function valuesAt(value: Json | undefined, path: readonly string[]): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => valuesAt(item, path))
  const [head, ...rest] = path
  if (head !== undefined) return isJsonObject(value) && Object.hasOwn(value, head) ? valuesAt(value[head], rest) : []
  return typeof value === 'string' || typeof value === 'number' ? [String(value)] : []
}
