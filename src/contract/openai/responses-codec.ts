import type { JsonObject } from '../../base/json.ts'
import {
  usageIn,
  type AnswerHead,
  type FinishReason,
  type ModelEvent,
  type Usage,
} from '../../application/gateway/model-event.ts'
import type { AnswerFrame, ClientCodec, StreamEncoder, WireError } from '../wire/client-codec.ts'
import { errorBody } from './error-body.ts'
import {
  callItem,
  contentOf,
  ItemIds,
  messageItem,
  reasoningItem,
  responseObject,
  responsesAnswerBody,
} from './responses-answer.ts'
import { parseResponsesRequest } from './responses-request.ts'

/** `POST /v1/responses`. */
export const responsesCodec: ClientCodec = {
  protocol: 'openai-responses',
  parse: parseResponsesRequest,
  answerBody: responsesAnswerBody,
  encoder: (frame) => new ResponsesEncoder(frame),
  errorBody: ({ code, message, param, approval }) => errorBody(code, message, param, approval),
}

type PartKind = 'text' | 'refusal' | 'reasoning'

const PARTS = {
  text: { event: 'output_text', part: { type: 'output_text', text: '', annotations: [], logprobs: [] }, name: 'text' },
  refusal: { event: 'refusal', part: { type: 'refusal', refusal: '' }, name: 'refusal' },
  reasoning: { event: 'reasoning_text', part: { type: 'reasoning_text', text: '' }, name: 'text' },
} as const

type OpenItem =
  | { readonly kind: 'message'; readonly id: string; text: string; refusal: string | null }
  | { readonly kind: 'reasoning'; readonly id: string; text: string }
  | { readonly kind: 'call'; readonly id: string; readonly callId: string; readonly name: string; arguments: string }

/** Items one after the other, each added, filled part by part and done; the whole response at both ends. */
class ResponsesEncoder implements StreamEncoder {
  readonly #frame: AnswerFrame
  readonly #ids: ItemIds
  readonly #output: JsonObject[] = []
  #head: AnswerHead = { id: '', model: '', created: 0 }
  #sequence = 0
  #item: OpenItem | undefined
  #part: { readonly kind: PartKind; readonly index: number; text: string } | undefined
  #finish: FinishReason = 'stop'
  #usage: Usage | undefined

  constructor(frame: AnswerFrame) {
    this.#frame = frame
    this.#ids = new ItemIds(frame.requestId)
  }

  event(event: ModelEvent): string {
    switch (event.kind) {
      case 'start':
        this.#head = event
        return (
          this.#named('response.created', { response: this.#response(undefined) }) +
          this.#named('response.in_progress', { response: this.#response(undefined) })
        )
      case 'text':
      case 'refusal':
      case 'reasoning':
        return event.text === '' ? '' : this.#say(event.kind, event.text)
      case 'reasoning-seal':
      case 'reasoning-opaque':
        return ''
      case 'tool-call':
        return this.#openItem({
          kind: 'call',
          id: this.#ids.next('fc'),
          callId: event.id,
          name: event.name,
          arguments: '',
        })
      case 'tool-arguments':
        return this.#sayArguments(event.text)
      case 'finish':
        this.#finish = event.reason
        return this.#closeItem()
      case 'usage':
        this.#usage = usageIn(event)
        return ''
    }
  }

  #response(finishReason: FinishReason | undefined): JsonObject {
    return responseObject(this.#frame, { ...this.#head, output: this.#output, finishReason, usage: this.#usage })
  }

  #named(type: string, fields: object): string {
    return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: this.#sequence++, ...fields })}\n\n`
  }

  #say(kind: PartKind, text: string): string {
    const opening = this.#openText(kind)
    const part = this.#part
    if (part === undefined) return opening
    part.text += text
    return (
      opening + this.#named(`response.${PARTS[kind].event}.delta`, { ...this.#place(), delta: text, ...logprobs(kind) })
    )
  }

  #openText(kind: PartKind): string {
    if (this.#part?.kind === kind) return ''
    const wanted = kind === 'reasoning' ? 'reasoning' : 'message'
    const opening =
      this.#item?.kind === wanted
        ? this.#closePart()
        : this.#openItem(
            wanted === 'reasoning'
              ? { kind: wanted, id: this.#ids.next('rs'), text: '' }
              : { kind: wanted, id: this.#ids.next('msg'), text: '', refusal: null },
          )
    const index = kind === 'refusal' && this.#item?.kind === 'message' && this.#item.text !== '' ? 1 : 0
    this.#part = { kind, index, text: '' }
    return opening + this.#named('response.content_part.added', { ...this.#place(), part: PARTS[kind].part })
  }

  #place(): object {
    return { item_id: this.#item?.id, output_index: this.#output.length, content_index: this.#part?.index ?? 0 }
  }

  #sayArguments(text: string): string {
    if (this.#item?.kind !== 'call' || text === '') return ''
    this.#item.arguments += text
    return this.#named('response.function_call_arguments.delta', {
      item_id: this.#item.id,
      output_index: this.#output.length,
      delta: text,
    })
  }

  #openItem(item: OpenItem): string {
    const closing = this.#closeItem()
    this.#item = item
    return closing + this.#named('response.output_item.added', { output_index: this.#output.length, item: begun(item) })
  }

  #closePart(): string {
    const part = this.#part
    const item = this.#item
    if (part === undefined || item === undefined || item.kind === 'call') return ''
    const { event, part: empty, name } = PARTS[part.kind]
    const place = this.#place()
    this.#part = undefined
    if (item.kind === 'message' && part.kind === 'refusal') item.refusal = (item.refusal ?? '') + part.text
    else item.text += part.text
    return (
      this.#named(`response.${event}.done`, { ...place, [name]: part.text, ...logprobs(part.kind) }) +
      this.#named('response.content_part.done', { ...place, part: { ...empty, [name]: part.text } })
    )
  }

  #closeItem(): string {
    const closing = this.#closePart()
    const item = this.#item
    if (item === undefined) return closing
    this.#item = undefined
    const output_index = this.#output.length
    const done = finished(item)
    const args =
      item.kind === 'call'
        ? this.#named('response.function_call_arguments.done', {
            item_id: item.id,
            output_index,
            name: item.name,
            arguments: item.arguments,
          })
        : ''
    this.#output.push(done)
    return closing + args + this.#named('response.output_item.done', { output_index, item: done })
  }

  end(): string {
    const closing = this.#closeItem()
    const isCut = this.#finish === 'length' || this.#finish === 'content_filter'
    const type = isCut ? 'response.incomplete' : 'response.completed'
    return closing + this.#named(type, { response: this.#response(this.#finish) })
  }

  /** Some clients look for the error within, some beside. */
  error({ code, message, param, approval }: WireError): string {
    return this.#named('error', { code, message, param, ...errorBody(code, message, param, approval) })
  }

  ping(): string {
    return ': judging\n\n'
  }
}

function logprobs(kind: PartKind): object {
  return kind === 'text' ? { logprobs: [] } : {}
}

function begun(item: OpenItem): JsonObject {
  switch (item.kind) {
    case 'message':
      return messageItem(item.id, [], 'in_progress')
    case 'reasoning':
      return reasoningItem(item.id, undefined)
    case 'call':
      return callItem(item.id, { id: item.callId, name: item.name, arguments: '' }, 'in_progress')
  }
}

function finished(item: OpenItem): JsonObject {
  switch (item.kind) {
    case 'message':
      return messageItem(item.id, contentOf(item.text, item.refusal))
    case 'reasoning':
      return reasoningItem(item.id, item.text)
    case 'call':
      return callItem(item.id, { id: item.callId, name: item.name, arguments: item.arguments })
  }
}
