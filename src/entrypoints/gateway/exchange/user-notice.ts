import type { ServerResponse } from 'node:http'
import type { RequestContext } from '../../../application/gateway/decide-request.ts'
import type { ModelEvent } from '../../../application/gateway/model-event.ts'
import { disclosureFor, noticeForCode } from '../../../application/gateway/user-notices.ts'
import type { AnswerFrame, ClientCodec } from '../../../contract/wire/client-codec.ts'
import type { Notice } from '../../../domain/notice/notices.ts'
import { acceptedLanguages } from '../../../domain/notice/preferred-language.ts'
import type { Subject } from '../../../domain/session/conversation.ts'
import { sendJson, type HttpExchange } from '../routes/http-exchange.ts'
import { noticesOf, type ModelExchange } from './exchange-records.ts'
import { sendError, type GatewayError } from './replies.ts'

/** A request that gets no answer of the model, and by which release that was decided. */
export interface Refused {
  readonly error: GatewayError
  readonly releaseDigest?: string | null | undefined
}

/** Languages that a user wants: what the application's token says of them before what their browser says. */
export function languagesOf(subject: Subject | undefined, { request }: HttpExchange): readonly string[] {
  const accepted = acceptedLanguages(request.headers['accept-language'] ?? '')
  return subject?.language === undefined ? accepted : [subject.language, ...accepted]
}

/** The request with what is put before its answer; what users are told is also said to programs, in a header. */
export function disclosing(exchange: ModelExchange, context: RequestContext, response: ServerResponse): RequestContext {
  const due = disclosureFor(noticesOf(exchange, context.release.digest), exchange.request)
  if (due === undefined) return context
  tell(response, due.notice)
  return due.isInText ? { ...context, disclosure: `${due.notice.text}\n\n` } : context
}

function tell(response: ServerResponse, { kind, language, version }: Notice): void {
  if (response.headersSent) return
  response.setHeader('gatehouse-notice', `${kind}; lang=${language}; version=${version}`)
  response.setHeader('content-language', language)
}

/** The refusal as the release's users are told it: as the message of an error, or as an answer in its place. */
export function sendRefusal(
  exchange: ModelExchange,
  codec: ClientCodec,
  response: ServerResponse,
  { error, releaseDigest = null }: Refused,
): void {
  const notices = noticesOf(exchange, releaseDigest)
  const notice = noticeForCode(notices, error.code)
  if (notice === undefined || response.headersSent) return sendError(response, codec, error, exchange.id)
  tell(response, notice)
  if (notices?.declared.deliver !== 'completion')
    return sendError(response, codec, { ...error, message: `${notice.text} (${error.message})` }, exchange.id)
  sendCompletion(exchange, codec, response, notice)
}

/** The notice as an answer of one choice, which ends as one that a filter held back. */
function sendCompletion(
  { id, request, startedAt }: ModelExchange,
  codec: ClientCodec,
  response: ServerResponse,
  { text }: Notice,
): void {
  if (response.destroyed) return
  const createdAt = Math.floor(startedAt / 1_000)
  const frame: AnswerFrame = { requestId: id, request, createdAt }
  const head = { id: `gh-${id}`, model: request.model.slice(0, 200), created: createdAt }
  const choice = {
    index: 0,
    text,
    refusal: null,
    reasoning: [],
    toolCalls: [],
    finishReason: 'content_filter',
  } as const
  const usage = { inputTokens: 0, outputTokens: 0 }
  if (!request.isStream) return sendJson(response, 200, codec.answerBody({ ...head, choices: [choice], usage }, frame))
  const encoder = codec.encoder(frame)
  const events: readonly ModelEvent[] = [
    { kind: 'start', ...head },
    { kind: 'text', choice: 0, text },
    { kind: 'finish', choice: 0, reason: 'content_filter' },
    { kind: 'usage', ...usage },
  ]
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' })
  response.end(events.map((event) => encoder.event(event)).join('') + encoder.end())
}
