import type { ConversationMessage } from '../../../domain/session/conversation.ts'
import { isFields, readContent, unsupported, type ContentText, type Fields } from './content.ts'

interface ReadPrompt {
  readonly conversation: readonly ConversationMessage[]
  write(judged: readonly ConversationMessage[]): readonly unknown[]
}

interface Piece {
  readonly message: ConversationMessage
}

const MESSAGES_MAX = 2_000

/** A prompt of the provider specification as a conversation. A tool message with several results is several messages. */
export function readPrompt(prompt: unknown, passesNonText: boolean): ReadPrompt {
  if (!Array.isArray(prompt) || prompt.length > MESSAGES_MAX) throw unsupported('prompt')
  const read = prompt.map((message: unknown) => {
    if (!isFields(message)) throw unsupported('prompt')
    return readMessage(message, passesNonText)
  })
  return {
    conversation: read.flatMap(({ pieces }) => pieces.map(({ message }) => message)),
    write(judged) {
      let from = 0
      return read.map(({ pieces, write }) => {
        const own = judged.slice(from, from + pieces.length)
        from += pieces.length
        return write(own)
      })
    },
  }
}

interface ReadMessage {
  readonly pieces: readonly Piece[]
  readonly write: (judged: readonly ConversationMessage[]) => unknown
}

function readMessage(message: Fields, passesNonText: boolean): ReadMessage {
  const { role, content } = message
  if (role === 'system') return { pieces: [{ message: { role, text: String(content) } }], write: () => message }
  if (role === 'tool') return readResults(message)
  if (role === 'assistant') return readAssistant(message, passesNonText)
  if (role !== 'user') throw unsupported('role')
  const text = readContent(content, () => passesNonText)
  return {
    pieces: [{ message: { role, text: text.text } }],
    write: ([judged]) => written(message, text, judged),
  }
}

function written(message: Fields, content: ContentText, judged: ConversationMessage | undefined): unknown {
  if (judged === undefined) throw unsupported('prompt')
  return judged.text === content.text ? message : { ...message, content: content.write(judged.text) }
}

/** Reasoning is text that the model reads again. */
const ASSISTANT_PARTS = new Set(['tool-call', 'tool-result'])

function readAssistant(message: Fields, passesNonText: boolean): ReadMessage {
  if (!Array.isArray(message['content'])) throw unsupported('prompt')
  const parts = message['content'].map((part: unknown) => {
    if (!isFields(part)) throw unsupported('prompt')
    return part
  })
  const calls = parts.filter(({ type }) => type === 'tool-call')
  const results = parts.filter(({ type }) => type === 'tool-result')
  const reasoning = parts.filter(({ type }) => type === 'reasoning')
  const spoken = parts.filter(({ type }) => type !== 'reasoning')
  const text = readContent(spoken, (type) => ASSISTANT_PARTS.has(type) || passesNonText)
  const toolCalls = calls.map((call) => ({
    id: String(call['toolCallId']),
    name: String(call['toolName']),
    arguments: JSON.stringify(call['input'] ?? {}),
  }))
  const assistant = (own: string): ConversationMessage => ({
    role: 'assistant',
    text: own,
    toolCalls: [],
    isSigned: false,
  })
  const thoughts = reasoning.map((part) => assistant(String(part['text'])))
  const toolResults = results.map(resultMessage)
  const pieces: readonly ConversationMessage[] = [
    { role: 'assistant', text: text.text, toolCalls, isSigned: false },
    ...thoughts,
    ...toolResults,
  ]
  return {
    pieces: pieces.map((piece) => ({ message: piece })),
    write(judged) {
      const [first, ...rest] = judged
      if (first?.role !== 'assistant') throw unsupported('prompt')
      if (JSON.stringify(judged) === JSON.stringify(pieces)) return message
      const callArguments = new Map(first.toolCalls.map((call) => [call.id, call.arguments]))
      const replaced = new Map<Fields, Fields>()
      for (const call of calls)
        replaced.set(call, { ...call, input: JSON.parse(callArguments.get(String(call['toolCallId'])) ?? '{}') })
      for (const [index, part] of reasoning.entries()) replaced.set(part, { ...part, text: rest[index]?.text ?? '' })
      for (const [index, part] of results.entries())
        replaced.set(part, writeResult(part, rest[reasoning.length + index]?.text ?? ''))
      const judgedSpoken = text.write(first.text) as readonly Fields[]
      const others = judgedSpoken.map((part) => replaced.get(part) ?? part)
      return { ...message, content: [...reasoning.map((part) => replaced.get(part) ?? part), ...others] }
    },
  }
}

function readResults(message: Fields): ReadMessage {
  if (!Array.isArray(message['content'])) throw unsupported('prompt')
  const parts: readonly unknown[] = message['content']
  const results = parts.filter((part): part is Fields => isFields(part) && part['type'] === 'tool-result')
  const others = parts.filter((part) => !isFields(part) || part['type'] !== 'tool-result')
  if (!others.every((part) => isFields(part) && part['type'] === 'tool-approval-response')) throw unsupported('prompt')
  const messages = results.map(resultMessage)
  return {
    pieces: messages.map((piece) => ({ message: piece })),
    write(judged) {
      if (judged.every(({ text }, index) => text === messages[index]?.text)) return message
      const written = results.map((part, index) => writeResult(part, judged[index]?.text ?? ''))
      return { ...message, content: [...written, ...others] }
    },
  }
}

/** The result as the text that the model will read. */
function resultMessage(part: Fields): ConversationMessage {
  const { output } = part
  if (!isFields(output)) throw unsupported('tool-result')
  return { role: 'tool', callId: String(part['toolCallId']), text: resultText(output) }
}

function resultText(output: Fields): string {
  switch (output['type']) {
    case 'text':
    case 'error-text':
      return String(output['value'])
    case 'json':
    case 'error-json':
      return JSON.stringify(output['value'])
    case 'execution-denied':
      return String(output['reason'] ?? '')
    case 'content':
      return readContent(output['value'], () => false).text
    default:
      throw unsupported('tool-result')
  }
}

function writeResult(part: Fields, text: string): Fields {
  const output = part['output'] as Fields
  if (text === resultText(output)) return part
  if (output['type'] === 'json' || output['type'] === 'error-json')
    return { ...part, output: { ...output, value: JSON.parse(text) } }
  if (output['type'] === 'execution-denied') return { ...part, output: { ...output, reason: text } }
  if (output['type'] === 'content')
    return { ...part, output: { ...output, value: readContent(output['value'], () => false).write(text) } }
  return { ...part, output: { ...output, value: text } }
}
