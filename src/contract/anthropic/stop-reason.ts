import type { FinishReason } from '../../application/gateway/model-event.ts'

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

export function stopOfFinish(reason: FinishReason): string {
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
