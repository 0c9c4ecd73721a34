import type { JsonObject } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import type { ModelAnswer } from '../../application/gateway/model-event.ts'
import type { ModelRequest } from '../../application/gateway/model-request.ts'
import { parseChatAnswer } from '../../contract/openai/chat-answer.ts'
import { chatChunkDecoder } from '../../contract/openai/chat-chunk-decoder.ts'
import { chatUpstreamBody } from '../../contract/openai/chat-upstream-body.ts'
import { parseMessagesAnswer } from '../../contract/anthropic/messages-answer.ts'
import { messagesEventDecoder } from '../../contract/anthropic/messages-event-decoder.ts'
import { messagesUpstreamBody } from '../../contract/anthropic/messages-upstream-body.ts'
import type { EventDecoder } from '../../contract/wire/event-decoder.ts'
import { unsupportedParameter, type WireFailure } from '../../contract/wire/wire-failure.ts'
import type { UpstreamInfo, UpstreamProtocol } from './transport/transport.ts'

/** How one kind of provider is spoken to. */
export interface UpstreamDialect {
  readonly headers: Readonly<Record<string, string>>
  path(upstream: UpstreamInfo, model: string): string
  body(request: ModelRequest): Result<JsonObject, WireFailure>
  parseAnswer(body: unknown): ModelAnswer | undefined
  decoder(): EventDecoder
}

const CHAT: UpstreamDialect = {
  headers: {},
  path: () => '/chat/completions',
  body: chatUpstreamBody,
  parseAnswer: parseChatAnswer,
  decoder: chatChunkDecoder,
}

const DIALECTS: Readonly<Record<UpstreamProtocol, UpstreamDialect>> = {
  openai: CHAT,
  ollama: {
    ...CHAT,
    path: (upstream) => `${versioned(upstream)}/chat/completions`,
    body: ollamaBody,
  },
  'azure-openai': { ...CHAT, path: azurePath('chat/completions') },
  anthropic: {
    headers: { 'anthropic-version': '2023-06-01' },
    path: (upstream) => `${versioned(upstream)}/messages`,
    body: messagesUpstreamBody,
    parseAnswer: parseMessagesAnswer,
    decoder: messagesEventDecoder,
  },
}

function ollamaBody(request: ModelRequest): Result<JsonObject, WireFailure> {
  // It answers once, whatever `n` says: a client that asked for more would be told nothing.
  if (request.choices > 1) return fail(unsupportedParameter('n'))
  const body = chatUpstreamBody(request)
  if (!body.ok) return body
  // It knows the older word alone, and passes over the other one: the answer would have no end (ollama/ollama#7125).
  const { max_completion_tokens: _, max_tokens: __, ...rest } = body.value
  const { maxTokens } = request.settings
  return ok(maxTokens === undefined ? rest : { ...rest, max_tokens: maxTokens })
}

export const UPSTREAM_PROTOCOLS = Object.keys(DIALECTS) as readonly UpstreamProtocol[]

export function dialectOf({ protocol }: UpstreamInfo): UpstreamDialect {
  return DIALECTS[protocol]
}

/** Where embeddings are made; undefined where a provider has none. */
export function embeddingsPath(upstream: UpstreamInfo, model: string): string | undefined {
  switch (upstream.protocol) {
    case 'openai':
      return '/embeddings'
    case 'ollama':
      return `${versioned(upstream)}/embeddings`
    case 'azure-openai':
      return azurePath('embeddings')(upstream, model)
    case 'anthropic':
      return undefined
  }
}

/** Base URLs are written with and without the version. */
function versioned({ basePath }: UpstreamInfo): string {
  return basePath.endsWith('/v1') ? '' : '/v1'
}

/** Azure names the deployment in the path; its newer base path, `/openai/v1`, takes the model from the body. */
function azurePath(operation: string): UpstreamDialect['path'] {
  return ({ basePath, apiVersion }, model) => {
    if (basePath.endsWith('/v1')) return `/${operation}`
    const root = basePath.endsWith('/openai') ? '' : '/openai'
    const version = encodeURIComponent(apiVersion ?? '2024-10-21')
    return `${root}/deployments/${encodeURIComponent(model)}/${operation}?api-version=${version}`
  }
}
