import { CHOICES_MAX, TOOL_CALLS_MAX, type ModelEvent } from '../../application/gateway/model-event.ts'
import {
  asCount,
  asFields,
  asText,
  fieldsOfJson,
  finishReasonOf,
  type EventDecoder,
  type Fields,
} from '../wire/event-decoder.ts'
import { usageOfChat } from './chat-usage.ts'
import { skimmingRepeats } from './repeated-chunk.ts'

/** Chat completion chunks of OpenAI, Azure OpenAI, Ollama, vLLM and whatever else speaks so, as events. */
export function chatChunkDecoder(): EventDecoder {
  return skimmingRepeats(parsingDecoder())
}

/** The same, with each chunk parsed. */
export function parsingDecoder(): EventDecoder {
  let isStarted = false
  return {
    push(data, events) {
      if (data === '[DONE]') return true
      const chunk = fieldsOfJson(data)
      if (chunk === undefined || !Array.isArray(chunk['choices'])) return false
      const choices = chunk['choices'] as readonly unknown[]
      // Azure begins with a chunk of no choice and no id, which says what its own filter made of the prompt.
      if (!isStarted && choices.length > 0) {
        if (typeof chunk['id'] !== 'string' || typeof chunk['model'] !== 'string') return false
        events.push({ kind: 'start', id: chunk['id'], model: chunk['model'], created: asCount(chunk['created']) ?? 0 })
        isStarted = true
      }
      for (const choice of choices) if (!readChoice(asFields(choice), events)) return false
      const usage = asFields(chunk['usage'])
      return usage === undefined || readUsage(usage, events)
    },
  }
}

function readUsage(wire: Fields, events: ModelEvent[]): boolean {
  const usage = usageOfChat(wire)
  if (usage === undefined) return false
  events.push({ kind: 'usage', ...usage })
  return true
}

function readChoice(fields: Fields | undefined, events: ModelEvent[]): boolean {
  const choice = asCount(fields?.['index'])
  if (fields === undefined || choice === undefined || choice >= CHOICES_MAX) return false
  const delta = asFields(fields['delta'])
  if (delta !== undefined && !readDelta(choice, delta, events)) return false
  const reason = asText(fields['finish_reason'])
  if (reason !== undefined) events.push({ kind: 'finish', choice, reason: finishReasonOf(reason) })
  return true
}

function readDelta(choice: number, delta: Fields, events: ModelEvent[]): boolean {
  // SECURITY: sound and the call shape of old have no guard here; an answer in them is none.
  if (isSaid(delta['audio']) || isSaid(delta['function_call'])) return false
  const reasoning = asText(delta['reasoning_content']) ?? asText(delta['reasoning'])
  if (reasoning !== undefined && reasoning !== '') events.push({ kind: 'reasoning', choice, text: reasoning })
  const text = asText(delta['content'])
  if (text !== undefined) events.push({ kind: 'text', choice, text })
  else if (isSaid(delta['content'])) return false
  const refusal = asText(delta['refusal'])
  if (refusal !== undefined) events.push({ kind: 'refusal', choice, text: refusal })
  const calls = delta['tool_calls']
  if (!isSaid(calls)) return true
  return Array.isArray(calls) && (calls as readonly unknown[]).every((call) => readCall(choice, asFields(call), events))
}

function readCall(choice: number, call: Fields | undefined, events: ModelEvent[]): boolean {
  const index = asCount(call?.['index']) ?? 0
  if (call === undefined || index >= TOOL_CALLS_MAX) return false
  const type = call['type']
  if (isSaid(type) && type !== 'function') return false
  const called = asFields(call['function'])
  const id = asText(call['id']) ?? ''
  const name = asText(called?.['name']) ?? ''
  if (id !== '' || name !== '') events.push({ kind: 'tool-call', choice, index, id, name })
  const text = asText(called?.['arguments'])
  if (text !== undefined && text !== '') events.push({ kind: 'tool-arguments', choice, index, text })
  return true
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null
}
