import type { FinishReason, ModelEvent, Usage } from '../../application/gateway/model-event.ts'
import type { AnswerFrame, ClientCodec, StreamEncoder, WireError } from '../wire/client-codec.ts'
import { anthropicError } from './error-body.ts'
import { messagesAnswerBody } from './messages-answer.ts'
import { parseMessagesRequest } from './messages-request.ts'
import { messagesUsage } from './messages-usage.ts'
import { stopFields } from './stop-reason.ts'

/** `POST /v1/messages`. */
export const messagesCodec: ClientCodec = {
  protocol: 'anthropic-messages',
  parse: parseMessagesRequest,
  answerBody: messagesAnswerBody,
  encoder: (frame) => new MessagesEncoder(frame),
  errorBody: anthropicError,
}

/** SECURITY: text and refusal are judged apart, so each is a block of its own. */
type Block = 'text' | 'refusal' | 'thinking' | 'redacted' | 'tool'

/** Blocks one after the other, each opened and closed; the reason and the usage last. */
class MessagesEncoder implements StreamEncoder {
  readonly #frame: AnswerFrame
  #open: Block | undefined
  #index = -1
  #finish: FinishReason = 'stop'
  #stopSequence: string | undefined
  #isRefusal = false
  #usage: Usage = { inputTokens: 0, outputTokens: 0 }

  constructor(frame: AnswerFrame) {
    this.#frame = frame
  }

  event(event: ModelEvent): string {
    switch (event.kind) {
      case 'start':
        return named('message_start', {
          message: {
            id: event.id,
            type: 'message',
            role: 'assistant',
            model: event.model,
            content: [],
            stop_reason: null,
            stop_sequence: null,
            usage: messagesUsage(this.#usage),
          },
        })
      case 'text':
      case 'refusal':
        this.#isRefusal ||= event.kind === 'refusal' && event.text !== ''
        return event.text === ''
          ? ''
          : this.#say(event.kind, `{"type":"text_delta","text":${JSON.stringify(event.text)}}`)
      case 'reasoning':
        return this.#say('thinking', `{"type":"thinking_delta","thinking":${JSON.stringify(event.text)}}`)
      case 'reasoning-seal':
        return (
          this.#say('thinking', `{"type":"signature_delta","signature":${JSON.stringify(event.seal)}}`) + this.#close()
        )
      case 'reasoning-opaque':
        return this.#close() + this.#start('redacted', { type: 'redacted_thinking', data: event.data }) + this.#close()
      case 'tool-call':
        return this.#close() + this.#start('tool', { type: 'tool_use', id: event.id, name: event.name, input: {} })
      case 'tool-arguments':
        return this.#say('tool', `{"type":"input_json_delta","partial_json":${JSON.stringify(event.text)}}`)
      case 'finish':
        this.#finish = event.reason
        this.#stopSequence = event.stopSequence
        return this.#close()
      case 'usage':
        this.#usage = event
        return ''
    }
  }

  #say(block: Exclude<Block, 'redacted'>, delta: string): string {
    const opening = this.#open === block ? '' : this.#close() + this.#start(block, EMPTY[block])
    return `${opening}event: content_block_delta\ndata: {"type":"content_block_delta","index":${this.#index},"delta":${delta}}\n\n`
  }

  #start(block: Block, content: object): string {
    this.#open = block
    this.#index += 1
    return named('content_block_start', { index: this.#index, content_block: content })
  }

  #close(): string {
    if (this.#open === undefined) return ''
    this.#open = undefined
    return named('content_block_stop', { index: this.#index })
  }

  end(): string {
    const end = { reason: this.#finish, isRefusal: this.#isRefusal, stopSequence: this.#stopSequence }
    return (
      this.#close() +
      named('message_delta', {
        delta: stopFields(end, this.#frame.request),
        usage: messagesUsage(this.#usage),
      }) +
      named('message_stop', {})
    )
  }

  error(error: WireError): string {
    return `event: error\ndata: ${JSON.stringify(anthropicError(error))}\n\n`
  }

  ping(): string {
    return named('ping', {})
  }
}

const EMPTY: Readonly<Record<Exclude<Block, 'redacted'>, object>> = {
  text: { type: 'text', text: '' },
  refusal: { type: 'text', text: '' },
  thinking: { type: 'thinking', thinking: '', signature: '' },
  tool: { type: 'tool_use', id: '', name: '', input: {} },
}

function named(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`
}
