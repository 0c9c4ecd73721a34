import type { ModelEvent } from '../../application/gateway/model-event.ts'
import type { AnswerFrame, ClientCodec, StreamEncoder } from '../wire/client-codec.ts'
import { chatAnswerBody } from './chat-answer.ts'
import { parseChatRequest } from './chat-request.ts'
import { chatUsage } from './chat-usage.ts'
import { errorBody } from './error-body.ts'

/** `POST /v1/chat/completions`. */
export const chatCodec: ClientCodec = {
  protocol: 'openai-chat',
  parse: parseChatRequest,
  answerBody: (answer) => chatAnswerBody(answer),
  encoder: chatEncoder,
  errorBody: ({ code, message, param, approval }) => errorBody(code, message, param, approval),
}

/** Chunks in the order that clients expect: role, text, tool calls, finish, and usage for who asked. */
function chatEncoder({ request }: AnswerFrame): StreamEncoder {
  // The head of a chunk is the same for a whole stream: it is written once, not once a token.
  let head = ''
  const opened = new Set<number>()
  const chunk = (choice: number, delta: string, reason: string): string =>
    `${head}{"index":${choice},"delta":${delta},"finish_reason":${reason}}]}\n\n`
  const open = (choice: number): string => {
    if (opened.has(choice)) return ''
    opened.add(choice)
    return chunk(choice, '{"role":"assistant","content":""}', 'null')
  }
  const say = (choice: number, delta: string): string => open(choice) + chunk(choice, delta, 'null')
  return {
    event(event: ModelEvent): string {
      switch (event.kind) {
        case 'start':
          head = `data: {"id":${JSON.stringify(event.id)},"object":"chat.completion.chunk","created":${event.created},"model":${JSON.stringify(event.model)},"choices":[`
          return ''
        case 'text':
          return event.text === '' ? open(event.choice) : say(event.choice, `{"content":${JSON.stringify(event.text)}}`)
        case 'refusal':
          return event.text === '' ? '' : say(event.choice, `{"refusal":${JSON.stringify(event.text)}}`)
        case 'reasoning':
          return say(event.choice, `{"reasoning_content":${JSON.stringify(event.text)}}`)
        case 'reasoning-seal':
        case 'reasoning-opaque':
          return ''
        case 'tool-call': {
          const call = `{"index":${event.index},"id":${JSON.stringify(event.id)},"type":"function","function":{"name":${JSON.stringify(event.name)},"arguments":""}}`
          return say(event.choice, `{"tool_calls":[${call}]}`)
        }
        case 'tool-arguments': {
          const piece = `{"index":${event.index},"function":{"arguments":${JSON.stringify(event.text)}}}`
          return say(event.choice, `{"tool_calls":[${piece}]}`)
        }
        case 'finish':
          return open(event.choice) + chunk(event.choice, '{}', JSON.stringify(event.reason))
        case 'usage':
          return request.includeUsage ? `${head}],"usage":${JSON.stringify(chatUsage(event))}}\n\n` : ''
      }
    },
    end: () => 'data: [DONE]\n\n',
    error: ({ code, message, param, approval }) =>
      `data: ${JSON.stringify(errorBody(code, message, param, approval))}\n\n`,
    ping: () => ': judging\n\n',
  }
}
