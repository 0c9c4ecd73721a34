import type { ModelAnswer, ModelEvent } from '../../application/gateway/model-event.ts'
import type { ModelRequest } from '../../application/gateway/model-request.ts'
import { asFields, asText, fieldsOfJson } from '../../contract/wire/event-decoder.ts'
import { providerCodeOf, type ProviderCode } from '../../contract/wire/provider-code.ts'
import type { WireFailure } from '../../contract/wire/wire-failure.ts'
import { SseDecoder } from './sse-decoder.ts'
import type { BodyEnd, ResponseBody, Transport, TransportFailure, TransportTarget } from './transport/transport.ts'
import { dialectOf, type UpstreamDialect } from './upstream-dialect.ts'

/** A stream that has begun. */
export interface AnswerStream {
  /** Hands over the events of each piece that came; held back while a returned promise is pending. */
  read(onEvents: (events: readonly ModelEvent[]) => void | Promise<void>): Promise<StreamEnd>
  cancel(): void
}

export type StreamEnd =
  | { readonly kind: 'end' }
  /** Broken off, or no longer what its protocol says. */
  | { readonly kind: 'broken'; readonly reason: string }

export type UpstreamFailure = FailedReply & {
  /** It had said 200 by then: it charges for what it has done, though it is of no use. */
  readonly hasBegun?: boolean | undefined
}

type FailedReply =
  /** The provider's own refusal: of the request (4xx), of its rate (429), or of the gateway itself (401 to 404). */
  | {
      readonly kind: 'rejected'
      readonly status: number
      readonly message: string
      /** Its word for the reason, where it is one that clients know. */
      readonly word?: ProviderCode | undefined
      readonly retryAfterSeconds?: number | undefined
    }
  | {
      readonly kind: 'unavailable'
      readonly reason: string
      /** Absent where there was no answer at all. */
      readonly status?: number | undefined
      readonly retryAfterSeconds?: number | undefined
    }
  | { readonly kind: 'incomplete'; readonly reason: string }
  /** No word of this provider says what the request asks for. */
  | { readonly kind: 'untranslatable'; readonly failure: WireFailure }

export type UpstreamReply =
  | { readonly kind: 'answer'; readonly answer: ModelAnswer; readonly target: TransportTarget }
  | { readonly kind: 'stream'; readonly stream: AnswerStream; readonly target: TransportTarget }
  | UpstreamFailure

const REPLY_BYTES_MAX = 8 * 1_048_576
const MESSAGE_CHARS_MAX = 500

/** Sends a judged request to the first target that answers, in that provider's own words. */
export async function askModel(
  transport: Transport,
  request: ModelRequest,
  targets: readonly TransportTarget[],
  signal: AbortSignal,
): Promise<UpstreamReply> {
  let wrong: WireFailure | undefined
  // As each was when it was asked: a new configuration may not have it any more by the time that it answers.
  const dialects = new Map<string, UpstreamDialect>()
  const outcome = await transport.send({
    targets,
    signal,
    prepare(target, upstream) {
      const dialect = dialectOf(upstream)
      dialects.set(target.upstream, dialect)
      const body = dialect.body(target.model === request.model ? request : { ...request, model: target.model })
      if (!body.ok) {
        wrong = body.failure
        return { kind: 'refuse', reason: body.failure.message }
      }
      return {
        kind: 'send',
        path: dialect.path(upstream, target.model),
        headers: dialect.headers,
        body: JSON.stringify(body.value),
      }
    },
  })
  if (outcome.kind === 'failed')
    return outcome.failure.code === 'upstream/refused' && wrong !== undefined
      ? { kind: 'untranslatable', failure: wrong }
      : failureReply(outcome.failure)
  const { body, status, headers, target } = outcome
  const dialect = dialects.get(target.upstream)
  if (dialect === undefined) {
    body.cancel()
    throw new Error('an upstream that nothing was sent to has answered')
  }
  if (status !== 200) return rejected(status, headers['retry-after'], await body.text(REPLY_BYTES_MAX))
  if (!request.isStream) return asAsked(request, wholeAnswer(dialect, target, await body.text(REPLY_BYTES_MAX)))
  if (headers['content-type']?.startsWith('application/json') === true) {
    // What nobody reads keeps its connection for ever.
    body.cancel()
    return { kind: 'incomplete', reason: 'the provider answered a stream with one document', hasBegun: true }
  }
  return { kind: 'stream', stream: answerStream(dialect, body), target }
}

/** What went wrong below, as the gateway tells it. */
export function failureReply({ code, reason, retryAfterMs, status }: TransportFailure): UpstreamFailure {
  if (status !== undefined) return { kind: 'rejected', status, message: reason }
  if (code === 'upstream/cancelled' || code === 'upstream/too-large') return { kind: 'incomplete', reason }
  const wait = retryAfterMs === undefined ? {} : { retryAfterSeconds: Math.ceil(retryAfterMs / 1_000) }
  // Its own 429 said so, and says it for everybody who comes meanwhile.
  if (code === 'upstream/cooling-down') return { kind: 'rejected', status: 429, message: reason, ...wait }
  return { kind: 'unavailable', reason, ...wait }
}

/** The provider's refusal in its own words; only as text, bounded, and judged before it is passed on. */
export function rejected(
  status: number,
  retryAfter: string | undefined,
  body: Awaited<ReturnType<ResponseBody['text']>>,
): UpstreamFailure {
  const seconds = Number(retryAfter)
  const wait = retryAfter !== undefined && Number.isFinite(seconds) ? { retryAfterSeconds: Math.ceil(seconds) } : {}
  if (status >= 500) return { kind: 'unavailable', status, reason: `the provider answered ${status}`, ...wait }
  const error = body.kind === 'text' ? asFields(fieldsOfJson(body.text)?.['error']) : undefined
  const said = asText(error?.['message'])?.slice(0, MESSAGE_CHARS_MAX)
  const message = said ?? `the provider answered ${status}`
  return { kind: 'rejected', status, message, word: providerCodeOf(error?.['code']), ...wait }
}

function wholeAnswer(
  dialect: UpstreamDialect,
  target: TransportTarget,
  body: Awaited<ReturnType<ResponseBody['text']>>,
): UpstreamReply {
  if (body.kind === 'broken') return { ...failureReply(body.failure), hasBegun: true }
  const fields = fieldsOfJson(body.text)
  if (fields === undefined) return { kind: 'incomplete', reason: 'the answer is no JSON', hasBegun: true }
  const answer = dialect.parseAnswer(fields)
  return answer === undefined
    ? { kind: 'incomplete', reason: 'the answer is none of this protocol', hasBegun: true }
    : { kind: 'answer', answer, target }
}

/** SECURITY: whoever pays for one answer reads one: wires that have one choice would drop the others, or write them as one. */
function asAsked({ choices }: ModelRequest, reply: UpstreamReply): UpstreamReply {
  if (reply.kind !== 'answer' || reply.answer.choices.every(({ index }, at) => index < choices && at < choices))
    return reply
  return { kind: 'incomplete', reason: 'the provider answered with a choice that nobody asked for', hasBegun: true }
}

function answerStream(dialect: UpstreamDialect, body: ResponseBody): AnswerStream {
  return {
    cancel: () => body.cancel(),
    async read(onEvents) {
      const sse = new SseDecoder()
      const decoder = dialect.decoder()
      let wrong: string | undefined
      const end: BodyEnd = await body.read((bytes) => {
        if (wrong !== undefined) return undefined
        const events: ModelEvent[] = []
        for (const data of sse.push(bytes)) {
          if (decoder.push(data, events)) continue
          wrong = 'a stream event is none of this protocol'
          body.cancel()
          break
        }
        if (sse.isTooLong) {
          wrong = 'a stream event is too long'
          body.cancel()
        }
        return events.length === 0 ? undefined : onEvents(events)
      })
      if (wrong !== undefined) return { kind: 'broken', reason: wrong }
      return end.kind === 'end' ? end : { kind: 'broken', reason: end.failure.reason }
    },
  }
}
