import { isJsonObject, type Json } from '../../base/json.ts'
import type { Passage } from '../detection/groundedness/ground-claims.ts'
import { toolResultsOf, type ConversationMessage } from '../session/conversation.ts'

const PASSAGES_MAX = 200
const DEPTH_MAX = 8

/**
 * What an answer may rest on: the tool results of its conversation. A record of a JSON result with an `id` is a passage of that
 * name; any other result is one by its number, counted from 1.
 */
export function passagesOf(messages: readonly ConversationMessage[]): readonly Passage[] {
  const passages: Passage[] = []
  for (const [index, { value, text }] of toolResultsOf(messages).entries()) {
    const before = passages.length
    if (value !== undefined) collectRecords(passages, value, 0)
    if (passages.length === before) passages.push({ id: String(index + 1), text })
  }
  return passages.slice(0, PASSAGES_MAX)
}

function collectRecords(passages: Passage[], value: Json, depth: number): void {
  if (depth > DEPTH_MAX || passages.length >= PASSAGES_MAX) return
  if (Array.isArray(value)) for (const item of value as readonly Json[]) collectRecords(passages, item, depth + 1)
  if (!isJsonObject(value)) return
  if (typeof value.id === 'string' || typeof value.id === 'number')
    passages.push({ id: String(value.id), text: textOf(value, 0) })
  else for (const member of Object.values(value)) if (member !== undefined) collectRecords(passages, member, depth + 1)
}

/** Everything that a record says, a line a member. */
function textOf(value: Json, depth: number): string {
  if (depth > DEPTH_MAX || value === null) return ''
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => textOf(item, depth + 1)).join('\n')
  if (!isJsonObject(value)) return String(value)
  return Object.entries(value)
    .map(([name, member]) => (name === 'id' || member === undefined ? '' : textOf(member, depth + 1)))
    .join('\n')
}
