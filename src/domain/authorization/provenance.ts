import { isJsonObject, type Json } from '../../base/json.ts'
import type { Destination } from '../manifest/manifest.ts'
import type { Subject, ToolResult } from '../session/conversation.ts'

interface ProvenanceContext {
  readonly subject: Subject | undefined
  readonly userTexts: readonly string[]
  readonly toolResults: readonly ToolResult[]
}

/** Does a destination value come, verbatim, from where the manifest allows, or match its allow-list? */
export function hasTrustedSource(value: Json, destination: Destination, context: ProvenanceContext): boolean {
  if (Array.isArray(value))
    return value.length > 0 && value.every((item: Json) => hasTrustedSource(item, destination, context))
  if (typeof value !== 'string' && typeof value !== 'number') return false
  const text = String(value)
  if (text.trim() === '') return false
  if ((destination.allow ?? []).some((glob) => matchesGlob(text, glob))) return true
  return (destination.from ?? []).some((source) => comesFrom(text, source, context))
}

function comesFrom(text: string, source: string, { subject, userTexts, toolResults }: ProvenanceContext): boolean {
  if (source === 'user-message') return userTexts.some((userText) => standsIn(text, userText))
  if (source.startsWith('subject.')) {
    const field = source.slice('subject.'.length)
    const own = field === 'email' || field === 'principal' || field === 'tenant' ? subject?.[field] : undefined
    return own !== undefined && own.toLowerCase() === text.toLowerCase()
  }
  const [tool, ...path] = source.slice('tool:'.length).split('.')
  return toolResults.some((result) => result.tool === tool && valuesAt(result.value, path).includes(text))
}

/** Verbatim and whole: `NW-1` does not stand in `NW-10001`. */
function standsIn(value: string, text: string): boolean {
  const [needle, hay] = [value.toLowerCase(), text.toLowerCase()]
  for (let at = hay.indexOf(needle); at >= 0; at = hay.indexOf(needle, at + 1)) {
    const before = at === 0 ? ' ' : hay.charAt(at - 1)
    const after = hay.charAt(at + needle.length)
    const isWhole =
      !/[\p{L}\p{N}_]/u.test(before) &&
      !/^[\p{L}\p{N}_]/u.test(after) &&
      !/^[.@-][\p{L}\p{N}]/u.test(hay.slice(at + needle.length, at + needle.length + 2))
    if (isWhole && !/[.@+-]/.test(before)) return true
  }
  return false
}

function valuesAt(value: Json | undefined, path: readonly string[]): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => valuesAt(item, path))
  const [head, ...rest] = path
  if (head !== undefined) return isJsonObject(value) && Object.hasOwn(value, head) ? valuesAt(value[head], rest) : []
  return typeof value === 'string' || typeof value === 'number' ? [String(value)] : []
}

/** `*` stands for any characters but `@`, `/` and whitespace; case does not matter. Linear: one backtracking point. */
export function matchesGlob(text: string, glob: string): boolean {
  const [value, pattern] = [text.toLowerCase(), glob.toLowerCase()]
  let at = 0
  let star = -1
  let resume = 0
  let position = 0
  while (at < value.length) {
    if (pattern[position] === '*') {
      star = position++
      resume = at
    } else if (pattern[position] === value[at]) {
      position += 1
      at += 1
    } else if (star >= 0 && !/[@/\s]/.test(value.charAt(resume))) {
      position = star + 1
      at = ++resume
    } else return false
  }
  while (pattern[position] === '*') position += 1
  return position === pattern.length
}
