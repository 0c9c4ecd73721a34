import type { Json, JsonObject } from '../../base/json.ts'
import { fail, ok, type Result } from '../../base/result.ts'
import type { ContentPart, ModelMessage, ModelRequest, PartedText } from '../../application/gateway/model-request.ts'
import { unsupportedParameter, type WireFailure } from '../wire/wire-failure.ts'

/**
 * A judged request as an OpenAI-compatible provider takes it. Built anew from what was judged: a field of a message that
 * the guard does not read never reaches the provider.
 */
export function chatUpstreamBody(request: ModelRequest): Result<JsonObject, WireFailure> {
  const fields = request.protocol === 'openai-chat' ? ok(request.extra) : translated(request)
  if (!fields.ok) return fields
  const { isStream, tools } = request
  const body: Record<string, Json | undefined> = {
    ...fields.value,
    model: request.model,
    messages: request.messages.map(wireMessage),
  }
  if (tools.length > 0) body['tools'] = tools.map(wireTool)
  if (isStream) {
    body['stream'] = true
    // Usage is always asked for: it settles the account, whoever sees it.
    body['stream_options'] = { include_usage: true }
  }
  return ok(body)
}

/** Fields of other protocols that have the same meaning here. */
function translated({ protocol, settings, extra, tools }: ModelRequest): Result<JsonObject, WireFailure> {
  const lost = protocol === 'anthropic-messages' ? ['top_k', 'thinking', 'output_config'] : []
  const refused = lost.find((name) => extra[name] !== undefined && !isOff(extra[name]))
  if (refused !== undefined) return fail(unsupportedParameter(refused))
  const { maxTokens, temperature, topP, stop, toolChoice, parallelToolCalls } = settings
  const hasTools = tools.length > 0
  return ok({
    ...(protocol === 'openai-responses' ? extra : {}),
    ...(maxTokens === undefined ? {} : { max_completion_tokens: maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(stop === undefined ? {} : { stop: [...stop] }),
    ...(toolChoice === undefined || !hasTools
      ? {}
      : {
          tool_choice:
            typeof toolChoice === 'string' ? toolChoice : { type: 'function', function: { name: toolChoice.name } },
        }),
    ...(parallelToolCalls === undefined || !hasTools ? {} : { parallel_tool_calls: parallelToolCalls }),
  })
}

/** `thinking: { type: 'disabled' }` asks for nothing. */
function isOff(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'disabled'
}

function wireTool({ name, description, parameters, strict }: ModelRequest['tools'][number]): JsonObject {
  return {
    type: 'function',
    function: {
      name,
      ...(description === undefined ? {} : { description }),
      parameters,
      ...(strict === undefined ? {} : { strict }),
    },
  }
}

function wireMessage(message: ModelMessage): JsonObject {
  switch (message.role) {
    case 'system':
    case 'developer':
      return { role: message.role, content: wireText(message) }
    case 'user':
      return { role: 'user', content: wireParts(message.parts) }
    case 'tool':
      return { role: 'tool', tool_call_id: message.callId, content: wireText(message) }
    case 'assistant': {
      const calls = message.toolCalls.map((call) => ({
        id: call.id,
        type: 'function',
        function: { name: call.name, arguments: call.arguments },
      }))
      return {
        role: 'assistant',
        content: message.text === '' && calls.length > 0 ? null : wireText(message),
        ...(calls.length > 0 ? { tool_calls: calls } : {}),
      }
    }
  }
}

function wireText({ text, parts }: PartedText): string | JsonObject[] {
  return parts === undefined ? text : wireParts(parts)
}

function wireParts(parts: readonly ContentPart[]): string | JsonObject[] {
  const [only] = parts
  if (parts.length === 1 && only?.kind === 'text') return only.text
  return parts.map((part): JsonObject => {
    switch (part.kind) {
      case 'text':
        return { type: 'text', text: part.text }
      case 'image':
        return {
          type: 'image_url',
          image_url: { url: part.url, ...(part.detail === undefined ? {} : { detail: part.detail }) },
        }
      case 'audio':
        return { type: 'input_audio', input_audio: { data: part.data, format: part.format } }
    }
  })
}
