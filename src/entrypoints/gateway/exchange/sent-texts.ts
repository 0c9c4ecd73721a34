import type { ModelRequest } from '../../../application/gateway/model-request.ts'
import type { RequestDecision } from '../../../application/gateway/decide-request.ts'

/** Everything of a request that its provider reads and charges for, as text: its messages as the guard left them, and the rest. */
export function sentTexts(
  { messages, tools, extra }: Pick<ModelRequest, 'messages' | 'tools' | 'extra'>,
  { texts, callArguments }: Pick<Extract<RequestDecision, { kind: 'forward' }>, 'texts' | 'callArguments'>,
): readonly string[] {
  const beside = messages.flatMap((message, at) =>
    message.role === 'assistant'
      ? [
          ...message.toolCalls.map(({ name }, call) => `${name} ${callArguments[at]?.[call] ?? ''}`),
          ...message.reasoning.map((block) => (block.kind === 'text' ? block.text : block.data)),
        ]
      : [],
  )
  return [
    ...texts,
    ...beside,
    ...tools.map((tool) => JSON.stringify(tool)),
    // The format that an answer is to have, and whatever else only this protocol has a word for.
    ...(Object.keys(extra).length === 0 ? [] : [JSON.stringify(extra)]),
  ]
}
