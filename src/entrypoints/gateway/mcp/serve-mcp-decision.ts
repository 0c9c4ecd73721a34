import type { JsonObject } from '../../../base/json.ts'
import { fail, ok, type Result } from '../../../base/result.ts'
import {
  callQuestion,
  endQuestion,
  parseQuestion,
  textQuestion,
  toolsQuestion,
} from '../../../contract/http/mcp-decision.ts'
import { errorBody } from '../../../contract/openai/error-body.ts'
import type { ClientCodec } from '../../../contract/wire/client-codec.ts'
import { tooDeep } from '../../../contract/wire/wire-failure.ts'
import { refusal, sendError, type GatewayError } from '../exchange/replies.ts'
import { readQuestion, subjectOf } from '../exchange/serve-model.ts'
import type { Caller, GatewayPorts } from '../gateway-ports.ts'
import { sendJson, type HttpExchange } from '../routes/http-exchange.ts'
import { gatewayAuthority } from './gateway-authority.ts'
import { mcpOwners } from './mcp-owners.ts'

const PATH = /^\/v1\/mcp\/([A-Za-z0-9][A-Za-z0-9_-]{0,63})\/(tools|text|calls)(?:\/([0-9A-Z]{26}))?$/
const ERRORS: Pick<ClientCodec, 'errorBody'> = {
  errorBody: ({ code, message, param, approval }) => errorBody(code, message, param, approval),
}

/**
 * `/v1/mcp/SERVER/…`: what a proxy in front of a local MCP server asks before it passes anything on. The proxy enforces the
 * answer; each decision is on record here.
 */
export async function serveMcpDecision(
  ports: GatewayPorts,
  caller: Caller,
  path: string,
  http: HttpExchange,
): Promise<void> {
  const answer = await decide(ports, caller, path, http)
  if (answer.ok) return sendJson(http.response, 200, answer.value)
  sendError(http.response, ERRORS, answer.failure, http.id)
}

// oxlint-disable-next-line max-params -- ports, who asks, where and what
async function decide(
  ports: GatewayPorts,
  caller: Caller,
  path: string,
  http: HttpExchange,
): Promise<Result<JsonObject, GatewayError>> {
  const [, server = '', question = '', call] = PATH.exec(path) ?? []
  if (server === '' || http.request.method !== 'POST' || ports.mcp === undefined)
    return fail(refusal(404, 'not_found', 'this gateway serves no such path'))
  const subject = await subjectOf(caller, http)
  if (!subject.ok) return subject
  const body = await readQuestion(http)
  if (!body.ok) return body
  if (tooDeep(body.value) !== undefined) return fail(refusal(400, 'invalid_request', 'the body is nested too deeply'))
  const { calls } = ports.mcp
  const authority = gatewayAuthority(ports, { caller, server, subject: subject.value })
  const owner = JSON.stringify([caller.admitted.system, caller.keyId, server])
  switch (`${question} ${call === undefined ? 'new' : 'end'}`) {
    case 'tools new':
      return answering(parseQuestion(toolsQuestion, body.value), async ({ descriptors, instructions }) => {
        const { instructions: left, ...list } = await authority.judgeTools(descriptors, instructions)
        return { ...list, ...(left === undefined ? {} : { instructions: left }) } as unknown as JsonObject
      })
    case 'text new':
      return answering(parseQuestion(textQuestion, body.value), async ({ text }) => ({
        text: (await authority.judgeText(text)) ?? null,
      }))
    case 'calls new':
      return answering(parseQuestion(callQuestion, body.value), async (asked) => {
        const free = calls.placeFor((placesMax) => mcpOwners(caller, subject.value, placesMax))
        if (free === undefined) return tooMany(http.id)
        let isHeld = false
        try {
          const verdict = await authority.judgeCall(asked)
          if (verdict.kind === 'denied') return verdict as unknown as JsonObject
          calls.hold(http.id, { owner, free, finish: (end) => verdict.finish(end) })
          isHeld = true
          return { kind: 'allowed', call: http.id, arguments: verdict.arguments ?? asked.arguments }
        } finally {
          if (!isHeld) free()
        }
      })
    case 'calls end': {
      const read = await answering(parseQuestion(endQuestion, body.value), async (end) => {
        const ended = await calls.finish(call ?? '', owner, end)
        return (ended ?? {}) as JsonObject
      })
      return read.ok && read.value['kind'] === undefined
        ? fail(refusal(404, 'not_found', 'no such call is under way'))
        : read
    }
    default:
      return fail(refusal(404, 'not_found', 'this gateway serves no such path'))
  }
}

function tooMany(request: string): JsonObject {
  const message = 'too many calls are under way'
  return { kind: 'denied', denial: { code: 'rate_limited', rule: 'mcp/calls', message, request } }
}

async function answering<Question>(
  question: Result<Question, string>,
  answer: (question: Question) => Promise<JsonObject>,
): Promise<Result<JsonObject, GatewayError>> {
  if (question.ok) return ok(await answer(question.value))
  const where = question.failure
  return fail(refusal(400, 'invalid_request', `the question cannot be read at \`${where}\``, where))
}
