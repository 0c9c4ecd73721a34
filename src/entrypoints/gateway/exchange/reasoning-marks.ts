import { callsKeyOf } from '../../../application/gateway/decide-request.ts'
import type { ReasoningBlock } from '../../../application/gateway/model-event.ts'
import type { ModelRequest } from '../../../application/gateway/model-request.ts'
import type { GatewayPorts } from '../gateway-ports.ts'
import type { ModelExchange } from './exchange-records.ts'

/** What clients hold of a provider's reasoning: with this gateway's word that it went out like this. */
export interface ReasoningMarks {
  readonly put: (block: ReasoningBlock) => ReasoningBlock
  /** The block as the provider gave it; undefined where it did not go out from here like this. */
  readonly take: (block: ReasoningBlock) => ReasoningBlock | undefined
}

const MARK = /^gh1\.[0-9a-f]{32}\./

/**
 * Seals are over text that is judged and shown. SECURITY: nobody here can read what is opaque, so it goes back for whom it was
 * given alone: the session of an end user, or a credential.
 */
export function marksOf(
  ports: Pick<GatewayPorts, 'hmac'>,
  { caller, subject }: Pick<ModelExchange, 'caller' | 'subject'>,
): ReasoningMarks {
  const owner = (): string => callsKeyOf(caller.admitted, { subject, credential: caller.keyId })
  const marked = (purpose: string, what: string, over: string): string => `gh1.${ports.hmac(purpose, over)}.${what}`
  const put = (block: ReasoningBlock): ReasoningBlock => {
    if (block.kind === 'opaque')
      return { ...block, data: marked('opaque-reasoning', block.data, `${owner()}\n${block.data}`) }
    const { text, seal } = block
    return seal === null ? block : { ...block, seal: marked('reasoning', seal, `${text}\n${seal}`) }
  }
  return {
    put,
    take(block) {
      const mark = block.kind === 'opaque' ? block.data : (block.seal ?? '')
      const bare = mark.replace(MARK, '')
      if (bare === mark) return undefined
      const own: ReasoningBlock = block.kind === 'opaque' ? { ...block, data: bare } : { ...block, seal: bare }
      const again = put(own)
      return (again.kind === 'opaque' ? again.data : again.seal) === mark ? own : undefined
    },
  }
}

/** SECURITY: reasoning goes to the provider only as it once came from there; any other is a text that nobody judged. */
export function withOwnReasoning(
  ports: Pick<GatewayPorts, 'hmac'>,
  asking: Pick<ModelExchange, 'caller' | 'subject'>,
  request: ModelRequest,
): ModelRequest {
  if (request.messages.every((message) => message.role !== 'assistant' || message.reasoning.length === 0))
    return request
  const { take } = marksOf(ports, asking)
  return {
    ...request,
    messages: request.messages.map((message) =>
      message.role === 'assistant'
        ? { ...message, reasoning: message.reasoning.flatMap((block) => take(block) ?? []) }
        : message,
    ),
  }
}
