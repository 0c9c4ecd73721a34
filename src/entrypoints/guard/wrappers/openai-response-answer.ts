import type { ToolCall } from '../../../domain/session/conversation.ts'
import type { Guard } from '../guard-setup.ts'
import { guardedJson, guardedText, isFields, unsupported, type Fields } from './content.ts'
import { admitCalls, type Situation } from './wrapper-options.ts'

/** The response as a provider's own filter leaves it. */
export function filtered(answer: Fields): Fields {
  return {
    ...answer,
    status: 'incomplete',
    incomplete_details: { reason: 'content_filter' },
    output: [],
    output_text: '',
  }
}

/** A function call item. Throws `GuardDenied`. */
export function readCall(item: Fields): ToolCall {
  if (typeof item['name'] !== 'string' || typeof item['arguments'] !== 'string') throw unsupported('tool_calls')
  return { id: String(item['call_id']), name: item['name'], arguments: item['arguments'] }
}

/** A whole response, judged. Throws `GuardDenied`. */
export function guardAnswer(answer: unknown, guard: Guard, situation: Situation): Fields {
  if (!isFields(answer) || !Array.isArray(answer['output'])) throw unsupported('answer')
  const items = answer['output'].map((item: unknown) => {
    if (!isFields(item)) throw unsupported('answer')
    return item
  })
  const calls = admitCalls(guard, items.filter((item) => item['type'] === 'function_call').map(readCall), situation)
  const texts: string[] = []
  let at = 0
  const output = items.map((item) =>
    item['type'] === 'function_call'
      ? { ...item, arguments: calls[at++]?.arguments ?? '{}' }
      : guardOutputItem(item, guard, texts),
  )
  return { ...answer, output, ...('output_text' in answer ? { output_text: texts.join('') } : {}) }
}

/** One item of the output but its calls' permission; its texts are added to `texts`. */
export function guardOutputItem(item: Fields, guard: Guard, texts: string[] = []): Fields {
  if (item['type'] === 'function_call') return item
  if (item['type'] === 'reasoning') return { ...item, ...judgedMembers(item, guard, ['summary', 'content']) }
  if (item['type'] !== 'message' || !Array.isArray(item['content'])) throw unsupported('answer')
  return {
    ...item,
    content: item['content'].map((part: unknown) => {
      if (!isFields(part)) throw unsupported('answer')
      if (part['type'] === 'refusal') return { ...part, refusal: guardedText(guard, String(part['refusal'])) }
      if (part['type'] !== 'output_text') throw unsupported('answer')
      const text = guardedText(guard, String(part['text']))
      texts.push(text)
      const isSame = text === part['text']
      return {
        ...part,
        text,
        // Places in the old text, and the log of its single tokens.
        ...judgedMembers(part, guard, ['annotations']),
        ...(isSame ? {} : { logprobs: [] }),
      }
    }),
  }
}

function judgedMembers(item: Fields, guard: Guard, names: readonly string[]): Fields {
  return Object.fromEntries(names.flatMap((name) => (name in item ? [[name, guardedJson(guard, item[name])]] : [])))
}
