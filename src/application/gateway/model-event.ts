/** Why a choice ended, whatever word its provider has for it. */
export const FINISH_REASONS = ['stop', 'length', 'tool_calls', 'content_filter'] as const
export type FinishReason = (typeof FINISH_REASONS)[number]

export interface Usage {
  /** All of the input, whatever of it was cached. */
  readonly inputTokens: number
  readonly outputTokens: number
  /** Of the input: what the provider had in its cache, and what it put there. */
  readonly cachedInputTokens?: number | undefined
  readonly cacheWriteTokens?: number | undefined
  /** Of the output. */
  readonly reasoningTokens?: number | undefined
}

export interface AnswerHead {
  readonly id: string
  readonly model: string
  /** Seconds since the epoch. */
  readonly created: number
}

/**
 * What a streamed answer says, one piece at a time, whatever wire it came over. Each codec maps to and from these; the
 * guard binds to them. What maps to none of them is not passed on.
 */
export type ModelEvent =
  | ({ readonly kind: 'start' } & AnswerHead)
  | { readonly kind: 'text' | 'refusal' | 'reasoning'; readonly choice: number; readonly text: string }
  /**
   * The end of a block of reasoning, with the provider's seal over its text: opaque, and void once the text has been changed.
   * A block may have a seal alone.
   */
  | { readonly kind: 'reasoning-seal'; readonly choice: number; readonly seal: string }
  /** A block of reasoning that only its provider reads. */
  | { readonly kind: 'reasoning-opaque'; readonly choice: number; readonly data: string }
  | {
      readonly kind: 'tool-call'
      readonly choice: number
      readonly index: number
      readonly id: string
      readonly name: string
    }
  | { readonly kind: 'tool-arguments'; readonly choice: number; readonly index: number; readonly text: string }
  | {
      readonly kind: 'finish'
      readonly choice: number
      readonly reason: FinishReason
      readonly stopSequence?: string | undefined
    }
  | ({ readonly kind: 'usage' } & Usage)

export interface AnswerToolCall {
  readonly id: string
  readonly name: string
  /** JSON text, as the model wrote it. */
  readonly arguments: string
}

/** A block of what a model thought: words, with the provider's seal over them, or what only its provider reads. */
export type ReasoningBlock =
  | { readonly kind: 'text'; readonly text: string; readonly seal: string | null }
  | { readonly kind: 'opaque'; readonly data: string }

export interface AnswerChoice {
  readonly index: number
  readonly text: string
  readonly refusal: string | null
  readonly reasoning: readonly ReasoningBlock[]
  readonly toolCalls: readonly AnswerToolCall[]
  readonly finishReason: FinishReason
  /** Where the provider stopped, in its own words: nobody judged them. Told only where they are the request's own. */
  readonly stopSequence?: string | undefined
}

/** A whole answer. */
export interface ModelAnswer extends AnswerHead {
  readonly choices: readonly AnswerChoice[]
  readonly usage: Usage | undefined
}

/** Everything that a model wrote in an answer. */
export function writtenTexts(choices: readonly AnswerChoice[]): readonly string[] {
  return choices.flatMap(({ text, refusal, reasoning, toolCalls }) => [
    text,
    refusal ?? '',
    textOfReasoning(reasoning) ?? '',
    ...toolCalls.map((call) => call.name + call.arguments),
  ])
}

export const CHOICES_MAX = 8
export const TOOL_CALLS_MAX = 128
/** Longest answer, all choices and arguments together. */
export const ANSWER_CHARS_MAX = 4_000_000

/** All words of reasoning in one, as clients join them; undefined where it has none. */
export function textOfReasoning(blocks: readonly ReasoningBlock[]): string | undefined {
  const texts = blocks.flatMap((block) => (block.kind === 'text' ? [block.text] : []))
  return texts.length === 0 ? undefined : texts.join('')
}

/** The usage of which an event tells. */
export function usageIn(event: Usage): Usage {
  const { inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, reasoningTokens } = event
  return {
    inputTokens,
    outputTokens,
    ...(cachedInputTokens === undefined ? {} : { cachedInputTokens }),
    ...(cacheWriteTokens === undefined ? {} : { cacheWriteTokens }),
    ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
  }
}
