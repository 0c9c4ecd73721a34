import type { AnswerHead } from '../../../application/gateway/model-event.ts'
import { outputOptions } from '../../../application/gateway/decide-completion.ts'
import type { RequestContext } from '../../../application/gateway/decide-request.ts'
import { guardText } from '../../../domain/guardrail/guard-text.ts'
import type { GatewayPorts } from '../gateway-ports.ts'
import { outputPorts } from './settle.ts'

const NAME = /^[\w.:/@-]{1,200}$/

/** SECURITY: id and model name of an answer are the provider's words too; what the guard minds is replaced by our own. */
export function safeHead(
  ports: GatewayPorts,
  context: RequestContext,
  requestId: string,
  { id, model, created }: AnswerHead,
): AnswerHead {
  const options = outputOptions(context, outputPorts(ports, context))
  const isSafe = (text: string): boolean =>
    NAME.test(text) && guardText(text, context.release.guard.output, options).text === text
  return {
    id: isSafe(id) ? id : `gh-${requestId}`,
    model: model === context.model || isSafe(model) ? model : context.model,
    // Not every provider says when.
    created: created > 0 ? created : Math.floor(ports.clock() / 1_000),
  }
}
