import type { JsonObject } from '../../base/json.ts'
import type { Usage } from '../../application/gateway/model-event.ts'
import { asCount, asFields } from '../wire/event-decoder.ts'

/** What a provider says it read and wrote; undefined where it says no such thing. Details that are none are left out. */
export function usageOfChat(wire: unknown): Usage | undefined {
  const fields = asFields(wire)
  const inputTokens = asCount(fields?.['prompt_tokens'])
  const outputTokens = asCount(fields?.['completion_tokens'])
  if (inputTokens === undefined || outputTokens === undefined) return undefined
  const cachedInputTokens = asCount(asFields(fields?.['prompt_tokens_details'])?.['cached_tokens'])
  const reasoningTokens = asCount(asFields(fields?.['completion_tokens_details'])?.['reasoning_tokens'])
  return {
    inputTokens,
    outputTokens,
    ...(cachedInputTokens === undefined ? {} : { cachedInputTokens }),
    ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
  }
}

/** The same for a client. */
export function chatUsage({ inputTokens, outputTokens, cachedInputTokens, reasoningTokens }: Usage): JsonObject {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    ...(cachedInputTokens === undefined ? {} : { prompt_tokens_details: { cached_tokens: cachedInputTokens } }),
    ...(reasoningTokens === undefined ? {} : { completion_tokens_details: { reasoning_tokens: reasoningTokens } }),
  }
}
