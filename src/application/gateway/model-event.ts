/** Why a choice ended, whatever word its provider has for it. */
export const FINISH_REASONS = ['stop', 'length', 'tool_calls', 'content_filter'] as const
export type FinishReason = (typeof FINISH_REASONS)[number]

export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
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
  /** The provider's seal over the reasoning before it: opaque, and void once the reasoning has been changed. */
  | { readonly kind: 'reasoning-seal'; readonly choice: number; readonly seal: string }
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

export interface Reasoning {
  readonly text: string
  readonly seal: string | null
}

export interface AnswerChoice {
  readonly index: number
  readonly text: string
  readonly refusal: string | null
  readonly reasoning: Reasoning | null
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
    reasoning?.text ?? '',
    ...toolCalls.map((call) => call.name + call.arguments),
  ])
}

export const CHOICES_MAX = 8
export const TOOL_CALLS_MAX = 128
/** Longest answer, all choices and arguments together. */
export const ANSWER_CHARS_MAX = 4_000_000
