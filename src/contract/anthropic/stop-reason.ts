import type { JsonObject } from '../../base/json.ts'
import type { FinishReason } from '../../application/gateway/model-event.ts'
import type { ModelRequest } from '../../application/gateway/model-request.ts'

const FINISHES: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  refusal: 'content_filter',
}

export function finishOfStop(reason: string): FinishReason {
  return (Object.hasOwn(FINISHES, reason) ? FINISHES[reason] : undefined) ?? 'stop'
}

function stopOfFinish(reason: FinishReason): string {
  switch (reason) {
    case 'stop':
      return 'end_turn'
    case 'length':
      return 'max_tokens'
    case 'tool_calls':
      return 'tool_use'
    case 'content_filter':
      return 'refusal'
  }
}

/** The sequence that a message ended at, where that is why it ended. */
export function stopSequenceOf(reason: string, sequence: unknown): string | undefined {
  return reason === 'stop_sequence' && typeof sequence === 'string' ? sequence : undefined
}

export interface MessageEnd {
  readonly reason: FinishReason
  readonly isRefusal: boolean
  readonly stopSequence: string | undefined
}

/** SECURITY: the provider picks the words of its sequence; only those that the client itself asked for are told. */
export function stopFields({ reason, isRefusal, stopSequence }: MessageEnd, { settings }: ModelRequest): JsonObject {
  if (isRefusal) return { stop_reason: 'refusal', stop_sequence: null }
  const isOwn = reason === 'stop' && stopSequence !== undefined && settings.stop?.includes(stopSequence) === true
  return isOwn
    ? { stop_reason: 'stop_sequence', stop_sequence: stopSequence }
    : { stop_reason: stopOfFinish(reason), stop_sequence: null }
}
