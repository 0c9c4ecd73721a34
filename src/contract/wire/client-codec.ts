import type { JsonObject } from '../../base/json.ts'
import type { Result } from '../../base/result.ts'
import type { ModelAnswer, ModelEvent } from '../../application/gateway/model-event.ts'
import type { ModelRequest, Protocol } from '../../application/gateway/model-request.ts'
import type { WireErrorCode } from './gateway-error.ts'
import type { WireFailure } from './wire-failure.ts'

export interface WireError {
  readonly status: number
  readonly code: WireErrorCode
  readonly message: string
  readonly param: string | null
  readonly requestId: string
  /** The ticket to send again once people have approved. */
  readonly approval?: string | undefined
}

/** What of the request an answer's wire form repeats. */
export interface AnswerFrame {
  readonly requestId: string
  readonly request: ModelRequest
  /** Seconds since the epoch. */
  readonly createdAt: number
}

/** Writes one stream as a client expects it. Each method gives the text to send, the empty string for none. */
export interface StreamEncoder {
  event(event: ModelEvent): string
  /** Everything after the last event of a whole answer. */
  end(): string
  /** An error that clients raise; nothing follows it. */
  error(error: WireError): string
  ping(): string
}

/** One protocol as its clients speak it: requests in, answers, streams and errors out. */
export interface ClientCodec {
  readonly protocol: Protocol
  parse(body: unknown): Result<ModelRequest, WireFailure>
  answerBody(answer: ModelAnswer, frame: AnswerFrame): JsonObject
  encoder(frame: AnswerFrame): StreamEncoder
  errorBody(error: WireError): JsonObject
}
