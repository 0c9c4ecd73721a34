import { parsedJson } from '../../base/json.ts'
import { FINISH_REASONS, type FinishReason, type ModelEvent } from '../../application/gateway/model-event.ts'

/** Reads one provider's stream, event by event. */
export interface EventDecoder {
  /** Adds what one `data` field says to `events`; false where it is none of this wire's events, or an error. */
  push(data: string, events: ModelEvent[]): boolean
}

/** Undefined where the text is no JSON object. Chunks are read by hand: a schema per token would cost more than the guard. */
export function fieldsOfJson(data: string): Fields | undefined {
  return asFields(parsedJson(data))
}

export type Fields = Readonly<Record<string, unknown>>

export function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

export function asCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

/** A reason that is none of the known words is an ordinary end: its text is the provider's, and is not passed on. */
export function finishReasonOf(text: string): FinishReason {
  return FINISH_REASONS.find((reason) => reason === text) ?? 'stop'
}
