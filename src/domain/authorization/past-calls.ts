import { isJsonObject, parsedJson, type JsonObject } from '../../base/json.ts'
import { repeatsName } from '../../base/repeated-name.ts'
import type { ConversationMessage, ToolCall } from '../session/conversation.ts'
import { formOf } from './own-proposal.ts'

const ARGUMENTS_CHARS_MAX = 100_000

/** The arguments of a call; undefined where they are too long, no JSON object, or name something twice. */
export function argumentsOf({ arguments: text }: Pick<ToolCall, 'arguments'>): JsonObject | undefined {
  if (text.length > ARGUMENTS_CHARS_MAX) return undefined
  const value = parsedJson(text === '' ? '{}' : text)
  // SECURITY: the tool may read the other one of two members of a name.
  return isJsonObject(value) && !repeatsName(text) ? value : undefined
}

/** What an argument adds to a budget; undefined where it is no number from 0 on. */
export function amountOf(args: JsonObject | undefined, name: string): number | undefined {
  const value = args !== undefined && Object.hasOwn(args, name) ? args[name] : undefined
  return typeof value === 'number' && value >= 0 ? value : undefined
}

/** What a call of the past has spent. SECURITY: an amount that cannot be read has spent everything. */
export const spentBy = (call: ToolCall, name: string): number => amountOf(argumentsOf(call), name) ?? Infinity

/**
 * The calls that a conversation shows, answered or not. `asked`: a call of its last answer that is about to be made; it does
 * not count itself, and of the others those before it do. SECURITY: of two calls that cannot be told apart the later one is
 * meant, so that every other one counts.
 */
export function pastCalls(
  messages: readonly ConversationMessage[],
  asked?: Pick<ToolCall, 'id' | 'name' | 'arguments'>,
): readonly ToolCall[] {
  const turn = messages.findLastIndex(({ role }) => role === 'assistant')
  return messages.flatMap((message, index) => {
    if (message.role !== 'assistant') return []
    if (asked === undefined || index !== turn) return message.toolCalls
    const answered = new Set(messages.slice(turn).flatMap((next) => (next.role === 'tool' ? [next.callId] : [])))
    const open = message.toolCalls.filter(({ id }) => !answered.has(id))
    const ofName = open.filter(({ name }) => name === asked.name)
    const form = formOf(asked.arguments)
    const own =
      ofName.findLast(({ id }) => id === asked.id) ?? ofName.findLast((call) => formOf(call.arguments) === form)
    const end = own === undefined ? Infinity : message.toolCalls.lastIndexOf(own)
    return message.toolCalls.filter(({ id }, at) => at < end || answered.has(id))
  })
}
