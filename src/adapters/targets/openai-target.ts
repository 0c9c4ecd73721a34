import { z } from 'zod'
import type { Json, JsonObject } from '../../base/json.ts'
import { SECOND_MS } from '../../base/instant.ts'
import type { TrialTarget } from '../../application/evaluation/trial-target.ts'
import type { TargetConfig } from '../../contract/suite/target-schema.ts'
import { argumentsOf, type ChatWire, type ModelAnswer } from './chat-conversation.ts'
import { chatTarget } from './chat-target.ts'
import type { TargetPorts } from './target-ports.ts'

type OpenAiConfig = Extract<TargetConfig, { readonly type: 'openai' }>

const answerSchema = z.object({
  model: z.string().optional(),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({
          content: z.string().nullish(),
          refusal: z.string().nullish(),
          tool_calls: z
            .array(z.object({ id: z.string(), function: z.object({ name: z.string(), arguments: z.unknown() }) }))
            .nullish(),
        }),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
})

const TIMEOUT_SECONDS = 120

/** Any endpoint that speaks OpenAI's chat completions. */
export function openAiTarget(config: OpenAiConfig, ports: TargetPorts): TrialTarget {
  const base = (config.baseUrl ?? 'https://api.openai.com/v1').replace(/\/$/, '')
  const key = config.apiKeyFrom ?? 'OPENAI_API_KEY'
  const secret = ports.environment[key]
  const headers = {
    'content-type': 'application/json',
    ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
  }
  const wire = (signal: AbortSignal): ChatWire<JsonObject> => ({
    start: ({ suiteCase }) => {
      const system = suiteCase.system ?? config.system
      return [
        ...(system === undefined ? [] : [{ role: 'system', content: system }]),
        ...(suiteCase.history ?? []).map(({ role, content }) => ({ role, content })),
      ]
    },
    user: (content) => ({ role: 'user', content }),
    answered: ({ text, calls }, results) => [
      {
        role: 'assistant',
        content: text,
        ...(calls.length === 0 ? {} : { tool_calls: calls.map(callOf) }),
      },
      ...results.map((result, at) => ({
        role: 'tool',
        tool_call_id: calls[at]?.id ?? '',
        content: JSON.stringify(result),
      })),
    ],
    send: (messages, { suiteCase }) => {
      const tools = (suiteCase.tools ?? []).map(({ name, description, schema }) => ({
        type: 'function',
        function: { name, description: description ?? '', parameters: schema ?? { type: 'object' } },
      }))
      return ports.http.send(
        {
          url: `${base}/chat/completions`,
          method: 'POST',
          headers,
          body: JSON.stringify({
            model: config.model,
            ...config.parameters,
            messages,
            ...(tools.length === 0 ? {} : { tools }),
          }),
          timeoutMs: (config.timeoutSeconds ?? TIMEOUT_SECONDS) * SECOND_MS,
        },
        signal,
      )
    },
    parse: parseAnswer,
  })
  return chatTarget(wire, { ...config, baseUrl: base }, ports)
}

function callOf({ id, name, args }: ModelAnswer['calls'][number]): JsonObject {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(args) } }
}

function parseAnswer(body: Json): ModelAnswer | undefined {
  const parsed = answerSchema.safeParse(body)
  const choice = parsed.data?.choices[0]
  if (parsed.data === undefined || choice === undefined) return undefined
  const { message, finish_reason: finish } = choice
  return {
    text: message.content ?? message.refusal ?? '',
    calls: (message.tool_calls ?? []).map(({ id, function: { name, arguments: args } }) => ({
      id,
      name,
      args: argumentsOf(args),
    })),
    model: parsed.data.model,
    inputTokens: parsed.data.usage?.prompt_tokens ?? 0,
    outputTokens: parsed.data.usage?.completion_tokens ?? 0,
    filtered: finish === 'content_filter' ? 'provider' : undefined,
  }
}
