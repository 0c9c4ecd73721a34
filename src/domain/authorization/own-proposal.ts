import { canonicalJson, parsedJson } from '../../base/json.ts'
import type { ConversationMessage, ToolCall } from '../session/conversation.ts'

/**
 * Whether the last answer of a conversation is one that this gateway wrote and proposes exactly this call: its model saw of
 * the results before it what this gateway let it see.
 */
export function isOwnProposal(
  messages: readonly ConversationMessage[],
  call: Pick<ToolCall, 'name' | 'arguments'>,
): boolean {
  const last = messages.findLast(({ role }) => role === 'assistant')
  if (last?.role !== 'assistant' || !last.isSigned) return false
  const asked = formOf(call.arguments)
  return last.toolCalls.some(({ name, arguments: args }) => name === call.name && formOf(args) === asked)
}

/** Protocols carry arguments as text or as JSON: spaces and order may differ. */
export function formOf(text: string): string {
  const value = parsedJson(text === '' ? '{}' : text)
  const canonical = value === undefined ? undefined : canonicalJson(value)
  return canonical?.ok === true ? canonical.value : text
}
