import { parseUserReport } from '../../../contract/http/user-report.ts'
import { errorBody } from '../../../contract/openai/error-body.ts'
import type { ClientCodec } from '../../../contract/wire/client-codec.ts'
import { inertText } from '../../../domain/notice/user-report.ts'
import type { Caller, GatewayPorts } from '../gateway-ports.ts'
import { sendJson, type HttpExchange } from '../routes/http-exchange.ts'
import { withoutPrivateData } from './exchange-records.ts'
import { refusal, sendError, type GatewayError } from './replies.ts'
import { readJson, subjectOf } from './serve-model.ts'

const ERRORS: Pick<ClientCodec, 'errorBody'> = {
  errorBody: ({ code, message, param }) => errorBody(code, message, param),
}

/** `POST /v1/reports`: a user's complaint, on the gateway's disk before it is acknowledged, a finding once it is shipped. */
export async function serveReport(ports: GatewayPorts, caller: Caller, http: HttpExchange): Promise<void> {
  const refused = await takeReport(ports, caller, http)
  if (refused !== undefined) sendError(http.response, ERRORS, refused, http.id)
}

async function takeReport(ports: GatewayPorts, caller: Caller, http: HttpExchange): Promise<GatewayError | undefined> {
  const body = await readJson(http)
  if (!body.ok) return body.failure
  const parsed = parseUserReport(body.value)
  if (!parsed.ok) {
    const { status, code, message, param } = parsed.failure
    return refusal(status, code, message, param)
  }
  const read = await subjectOf(caller, http)
  if (!read.ok) return read.failure
  const { admitted, keyId } = caller
  const subject = read.value
  if (admitted.isMultiTenant && subject === undefined)
    return refusal(403, 'subject_required', 'a multi-tenant system needs a `Gatehouse-Subject` token')
  const reporter = subject === undefined ? '' : `${subject.tenant}/${subject.principal}`
  const waitMs = ports.admitReport(keyId, reporter)
  if (waitMs > 0)
    return {
      ...refusal(429, 'rate_limited', `too many reports (request ${http.id})`),
      retryAfterSeconds: Math.ceil(waitMs / 1_000),
    }
  const { request, category, text } = parsed.value
  const kept = await ports.sink.report({
    kind: 'report',
    id: http.id,
    at: ports.clock(),
    system: admitted.system,
    environment: admitted.environment,
    request,
    tenant: subject?.tenant ?? null,
    principal: subject === undefined ? null : ports.hmac('principal', reporter),
    category,
    text: withoutPrivateData(inertText(text)),
  })
  if (!kept.kept) return refusal(503, 'audit_unavailable', 'the report cannot be recorded')
  sendJson(http.response, 202, { id: http.id, status: 'received' })
  return undefined
}
