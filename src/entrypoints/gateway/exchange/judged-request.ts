import { canonicalJsonOf } from '../../../base/json.ts'
import type { DeliveredMessage } from '../../../application/gateway/decide-completion.ts'
import { sessionKeyOf, type RequestDecision } from '../../../application/gateway/decide-request.ts'
import {
  splitTexts,
  textOfParts,
  withText,
  type ModelMessage,
  type ModelRequest,
} from '../../../application/gateway/model-request.ts'
import type { LiveRequest } from '../../../domain/recognition/recognise-request.ts'
import type { ConversationMessage, Subject } from '../../../domain/session/conversation.ts'
import type { Caller, GatewayPorts } from '../gateway-ports.ts'

/** What recognition compares with the release. */
export function liveRequestOf({ model, messages, tools }: ModelRequest): LiveRequest {
  const systemTexts: { readonly index: number; readonly text: string }[] = []
  for (const [index, message] of messages.entries())
    if (message.role === 'system' || message.role === 'developer') systemTexts.push({ index, text: message.text })
  return { model, systemTexts, tools }
}

/** The conversation as labels and tool rules see it. */
export function conversationOf(
  ports: GatewayPorts,
  caller: Caller,
  subject: Subject | undefined,
  messages: readonly ModelMessage[],
): readonly ConversationMessage[] {
  return messages.map((message): ConversationMessage => {
    switch (message.role) {
      case 'system':
      case 'developer':
        return { role: 'system', text: message.text }
      case 'user':
        return { role: 'user', text: textOfParts(message.parts), parts: splitTexts(message.parts) }
      case 'tool':
        return { role: 'tool', callId: message.callId, text: message.text, parts: splitTexts(message.parts) }
      case 'assistant': {
        const isSigned =
          subject !== undefined &&
          ports.sessions.isOwnAssistant(sessionKeyOf(caller.admitted, subject), assistantDigest(ports, message))
        const { text, toolCalls } = message
        return { role: 'assistant', text, parts: splitTexts(message.parts), toolCalls, isSigned }
      }
    }
  })
}

/** Keyed, so that only this gateway can say what it wrote. */
export function assistantDigest(ports: GatewayPorts, { text, toolCalls }: DeliveredMessage): string {
  return ports.hmac(
    'assistant',
    canonicalJsonOf([
      text.toWellFormed(),
      toolCalls.map((call) => [call.id, call.name, argumentsForm(call.arguments)]),
    ]),
  )
}

/** Some protocols carry arguments as JSON, not as the text that the model wrote: spaces and order may differ. */
function argumentsForm(text: string): string {
  try {
    return canonicalJsonOf(JSON.parse(text) as never)
  } catch (error) {
    if (error instanceof Error) return text.toWellFormed()
    throw error
  }
}

/** The request with what the guard left of it. */
export function judgedRequest(
  request: ModelRequest,
  decision: Extract<RequestDecision, { kind: 'forward' }>,
): ModelRequest {
  return {
    ...request,
    messages: request.messages.map((message, index) => {
      const judged = withText(message, decision.texts[index] ?? '', decision.partTexts[index])
      if (judged.role !== 'assistant') return judged
      const left = decision.callArguments[index] ?? []
      return {
        ...judged,
        toolCalls: judged.toolCalls.map((call, at) => ({ ...call, arguments: left[at] ?? '{}' })),
      }
    }),
  }
}
