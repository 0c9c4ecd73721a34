import { z } from 'zod'
import type { Json, JsonObject } from '../../base/json.ts'
import { SECOND_MS } from '../../base/instant.ts'
import type { TrialTarget } from '../../application/evaluation/trial-target.ts'
import type { TargetConfig } from '../../contract/suite/target-schema.ts'
import { argumentsOf, type ChatWire, type ModelAnswer } from './chat-conversation.ts'
import { chatTarget } from './chat-target.ts'
import type { TargetPorts } from './target-ports.ts'

type AnthropicConfig = Extract<TargetConfig, { readonly type: 'anthropic' }>

const answerSchema = z.object({
  model: z.string().optional(),
  stop_reason: z.string().nullish(),
  content: z.array(
    z.object({
      type: z.string(),
      text: z.string().optional(),
      id: z.string().optional(),
      name: z.string().optional(),
      input: z.unknown().optional(),
    }),
  ),
  usage: z
    .object({
      input_tokens: z.number(),
      output_tokens: z.number(),
      cache_read_input_tokens: z.number().nullish(),
      cache_creation_input_tokens: z.number().nullish(),
    })
    .nullish(),
})

const TIMEOUT_SECONDS = 120
const TOKENS_MAX = 1_024
const API_VERSION = '2023-06-01'

/** Anthropic's messages API, and what speaks like it. */
export function anthropicTarget(config: AnthropicConfig, ports: TargetPorts): TrialTarget {
  const base = (config.baseUrl ?? 'https://api.anthropic.com').replace(/\/$/, '')
  const headers = headersOf(config, ports)
  const wire = (signal: AbortSignal): ChatWire<JsonObject> => ({
    start: ({ suiteCase }) => [...(suiteCase.history ?? [])] as unknown as JsonObject[],
    user: (content) => ({ role: 'user', content }),
    answered: ({ text, calls }, results) => [
      {
        role: 'assistant',
        content: [
          ...(text === '' ? [] : [{ type: 'text', text }]),
          ...calls.map(({ id, name, args }) => ({ type: 'tool_use', id, name, input: args as JsonObject })),
        ],
      },
      ...(results.length === 0
        ? []
        : [
            {
              role: 'user',
              content: results.map((result, at) => ({
                type: 'tool_result',
                tool_use_id: calls[at]?.id ?? '',
                content: JSON.stringify(result),
              })),
            },
          ]),
    ],
    send: (messages, { suiteCase }) => {
      const system = suiteCase.system ?? config.system
      const tools = (suiteCase.tools ?? []).map(({ name, description, schema }) => ({
        name,
        description: description ?? '',
        input_schema: schema ?? { type: 'object' },
      }))
      return ports.http.send(
        {
          url: `${base}/v1/messages`,
          method: 'POST',
          headers,
          body: JSON.stringify({
            model: config.model,
            max_tokens: TOKENS_MAX,
            ...config.parameters,
            ...(system === undefined ? {} : { system }),
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

function headersOf({ apiKeyFrom }: AnthropicConfig, { environment }: TargetPorts): Readonly<Record<string, string>> {
  const secret = environment[apiKeyFrom ?? 'ANTHROPIC_API_KEY']
  return {
    'content-type': 'application/json',
    'anthropic-version': API_VERSION,
    ...(secret === undefined ? {} : { 'x-api-key': secret }),
  }
}

function parseAnswer(body: Json): ModelAnswer | undefined {
  const parsed = answerSchema.safeParse(body)
  if (!parsed.success) return undefined
  const { content, usage, stop_reason: stopped, model } = parsed.data
  return {
    text: content
      .filter(({ type }) => type === 'text')
      .map(({ text }) => text ?? '')
      .join(''),
    calls: content
      .filter(({ type }) => type === 'tool_use')
      .map(({ id, name, input }) => ({ id: id ?? '', name: name ?? '', args: argumentsOf(input) })),
    model,
    inputTokens:
      (usage?.input_tokens ?? 0) + (usage?.cache_read_input_tokens ?? 0) + (usage?.cache_creation_input_tokens ?? 0),
    outputTokens: usage?.output_tokens ?? 0,
    filtered: stopped === 'refusal' ? 'provider' : undefined,
  }
}
