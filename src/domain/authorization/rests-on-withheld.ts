import { isJsonObject, parseJson } from '../../base/json.ts'
import type { ConversationMessage, ToolCall } from '../session/conversation.ts'
import { scalarsOf } from './read-sources.ts'
import type { WithheldResults } from './withheld-results.ts'

const ARGUMENTS_CHARS_MAX = 100_000
const VALUE_CHARS_MIN = 3
const TOKEN_CHARS_MIN = 4
const TOKENS_MAX = 5_000

/**
 * Whether a recorded call holds what only a withheld result says: a whole argument, or an address, number or code inside
 * one. Its model had read everything; whatever it took from there would be a name in a run behind `guard.opaque`, or nothing.
 */
export function restsOnWithheld(
  call: ToolCall,
  messages: readonly ConversationMessage[],
  { variables, seen }: WithheldResults,
): boolean {
  if (variables.size === 0) return false
  const args = parseJson(call.arguments, ARGUMENTS_CHARS_MAX)
  if (!args.ok || !isJsonObject(args.value)) return false
  const hidden = [...variables.values()].map(({ text }) => text.toLowerCase())
  const shown = messages.map((message, index) => shownText(message, seen.get(index)?.read).toLowerCase())
  return scalarsOf(args.value)
    .flatMap(valuesIn)
    .some((value) => hidden.some((text) => text.includes(value)) && !shown.some((text) => text.includes(value)))
}

/** Earlier calls say nothing for themselves: they may hold what was withheld. */
function shownText(message: ConversationMessage, read: string | undefined): string {
  return message.role === 'assistant' ? '' : (read ?? message.text)
}

function valuesIn(written: string): readonly string[] {
  const value = written.trim().toLowerCase()
  const tokens = value
    .split(/[\s"'<>()[\]{},;|`]+/, TOKENS_MAX)
    .map((token) => token.replace(/[.:!?*]+$/, ''))
    .filter((token) => token.length >= TOKEN_CHARS_MIN && /[\d@/]/.test(token))
  return value.length >= VALUE_CHARS_MIN ? [value, ...tokens] : tokens
}
