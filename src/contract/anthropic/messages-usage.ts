import type { JsonObject } from '../../base/json.ts'
import type { Usage } from '../../application/gateway/model-event.ts'
import { asCount, type Fields } from '../wire/event-decoder.ts'

/** What a provider says it read. It counts apart what its cache had and what it put there. */
export function inputUsage(fields: Fields | undefined): Omit<Usage, 'outputTokens'> {
  const cachedInputTokens = asCount(fields?.['cache_read_input_tokens'])
  const cacheWriteTokens = asCount(fields?.['cache_creation_input_tokens'])
  return {
    inputTokens: (asCount(fields?.['input_tokens']) ?? 0) + (cacheWriteTokens ?? 0) + (cachedInputTokens ?? 0),
    ...(cachedInputTokens === undefined ? {} : { cachedInputTokens }),
    ...(cacheWriteTokens === undefined ? {} : { cacheWriteTokens }),
  }
}

/** The same for a client. */
export function messagesUsage({ inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens }: Usage): JsonObject {
  return {
    input_tokens: Math.max(0, inputTokens - (cachedInputTokens ?? 0) - (cacheWriteTokens ?? 0)),
    output_tokens: outputTokens,
    ...(cachedInputTokens === undefined ? {} : { cache_read_input_tokens: cachedInputTokens }),
    ...(cacheWriteTokens === undefined ? {} : { cache_creation_input_tokens: cacheWriteTokens }),
  }
}
