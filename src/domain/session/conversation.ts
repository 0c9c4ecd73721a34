import { isJsonObject, parsedJson, type Json, type JsonObject } from '../../base/json.ts'

/** A message list in the shape that labels and tool decisions are computed from, whatever wire it came over. */
export type ConversationMessage =
  | { readonly role: 'system'; readonly text: string }
  | {
      readonly role: 'user'
      readonly text: string
      /** The texts that it came in, where there are several. */
      readonly parts?: readonly string[] | undefined
    }
  | {
      readonly role: 'assistant'
      readonly text: string
      readonly parts?: readonly string[] | undefined
      readonly toolCalls: readonly ToolCall[]
      readonly isSigned: boolean
    }
  | {
      readonly role: 'tool'
      readonly callId: string
      readonly text: string
      readonly parts?: readonly string[] | undefined
    }

export interface ToolCall {
  readonly id: string
  readonly name: string
  /** JSON text, as the model wrote it. */
  readonly arguments: string
}

/** The end user on whose behalf a request is made, as the application's signed token says. */
export interface Subject {
  readonly tenant: string
  readonly principal: string
  readonly roles: readonly string[]
  readonly session: string
  readonly email?: string | undefined
  /** Language that they want to be spoken to in. */
  readonly language?: string | undefined
  /** What they are served for, in the application's words. */
  readonly purpose?: string | undefined
}

export interface ToolResult {
  readonly tool: string
  readonly text: string
  /** The result as JSON, if it is JSON. */
  readonly value: Json | undefined
  /** What the tool was called with, where the call is known. */
  readonly arguments?: JsonObject | undefined
}

const RESULT_CHARS_MAX = 1_000_000

/**
 * Pairs each tool message with the call that it answers. An id that was used twice is answered in order; a result
 * without a call belongs to the tool `unknown`, which no manifest declares.
 */
export function toolResultsOf(messages: readonly ConversationMessage[]): readonly ToolResult[] {
  const calls = new Map<string, ToolCall[]>()
  const results: ToolResult[] = []
  for (const message of messages) {
    if (message.role === 'assistant')
      for (const call of message.toolCalls) {
        const waiting = calls.get(call.id)
        if (waiting === undefined) calls.set(call.id, [call])
        else waiting.push(call)
      }
    if (message.role !== 'tool') continue
    const waiting = calls.get(message.callId) ?? []
    const call = waiting.length > 1 ? waiting.shift() : waiting[0]
    const args = call === undefined ? undefined : jsonOf(call.arguments)
    results.push({
      tool: call?.name ?? 'unknown',
      text: message.text,
      value: jsonOf(message.text),
      arguments: isJsonObject(args) ? args : undefined,
    })
  }
  return results
}

function jsonOf(text: string): Json | undefined {
  return text.length > RESULT_CHARS_MAX ? undefined : parsedJson(text)
}
