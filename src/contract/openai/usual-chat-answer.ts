import { CHOICES_MAX, type AnswerChoice, type ModelAnswer } from '../../application/gateway/model-event.ts'
import { asCount, asFields, asText, finishReasonOf } from '../wire/event-decoder.ts'
import { usageOfChat } from './chat-usage.ts'

/** An answer of texts alone, read by hand. Undefined: it is for the schema to read. */
export function usualChatAnswer(body: unknown): ModelAnswer | undefined {
  const fields = asFields(body)
  if (fields === undefined) return undefined
  const { id, model, created, choices: wire, usage: used = null } = fields
  if (typeof id !== 'string' || typeof model !== 'string') return undefined
  if (typeof created !== 'number' || !Number.isFinite(created)) return undefined
  const choices = choicesOf(wire)
  const usage = used === null ? undefined : usageOfChat(used)
  if (choices === undefined || (used !== null && usage === undefined)) return undefined
  return { id, model, created, choices, usage }
}

function choicesOf(wire: unknown): readonly AnswerChoice[] | undefined {
  if (!Array.isArray(wire) || wire.length === 0 || wire.length > CHOICES_MAX) return undefined
  const choices: AnswerChoice[] = []
  for (const one of wire as readonly unknown[]) {
    const choice = choiceOf(one)
    if (choice === undefined) return undefined
    choices.push(choice)
  }
  return choices
}

/** What a message may hold beside its text, but not in an answer of texts alone. */
const UNUSUAL = ['refusal', 'reasoning_content', 'reasoning', 'tool_calls', 'audio', 'function_call'] as const

function choiceOf(wire: unknown): AnswerChoice | undefined {
  const fields = asFields(wire)
  const message = asFields(fields?.['message'])
  const index = asCount(fields?.['index'])
  const reason = asText(fields?.['finish_reason'])
  const text = asText(message?.['content'])
  if (message === undefined || index === undefined || reason === undefined || text === undefined) return undefined
  if (UNUSUAL.some((name) => message[name] !== undefined && message[name] !== null)) return undefined
  return { index, text, refusal: null, reasoning: [], toolCalls: [], finishReason: finishReasonOf(reason) }
}
