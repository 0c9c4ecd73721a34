import type { ConversationMessage } from '../../../domain/session/conversation.ts'
import { isFields, unsupported, type Fields } from './content.ts'

/** Every text in a value that no reader of messages knows by name, and the value with other texts in their place. */
export interface OtherTexts {
  readonly texts: readonly string[]
  /** The value itself where no text has changed. */
  write(judged: readonly string[]): unknown
}

const TEXTS_MAX = 10_000
const DEPTH_MAX = 64

/** Reads texts at any depth. Throws `GuardDenied` where there are too many, or they lie too deep, to look at each. */
export function readTexts(value: unknown): OtherTexts {
  const texts: string[] = []
  eachText(value, (text) => {
    if (texts.length >= TEXTS_MAX) throw unsupported('message')
    texts.push(text)
    return text
  })
  return {
    texts,
    write(judged) {
      let at = 0
      return texts.every((text, index) => text === judged[index]) ? value : eachText(value, () => judged[at++] ?? '')
    },
  }
}

/** The texts of an object but for those of the members that are named. */
export function readOtherTexts(fields: Fields, known: ReadonlySet<string>): OtherTexts {
  return readTexts(Object.fromEntries(Object.entries(fields).filter(([name]) => !known.has(name))))
}

export interface TextsBeside {
  readonly texts: readonly string[]
  write(judged: readonly string[]): Fields
}

/** Parts whose own text is read with the content; of the others, what may go unjudged is decided there. */
const TEXT_PARTS = new Set(['text', 'input_text', 'output_text', 'refusal'])
const PART_MEMBERS = new Set(['type', 'text', 'refusal', 'logprobs'])
const REASONING_MEMBERS = new Set(['type', 'id'])

/** Parts in which a model's thoughts stand, read as what the assistant wrote. */
export const REASONING_PARTS: ReadonlySet<string> = new Set(['reasoning', 'reasoning_content', 'thinking'])

function readPart(part: unknown): OtherTexts {
  const type = isFields(part) ? String(part['type']) : ''
  if (isFields(part) && TEXT_PARTS.has(type)) return readOtherTexts(part, PART_MEMBERS)
  return isFields(part) && REASONING_PARTS.has(type) ? readOtherTexts(part, REASONING_MEMBERS) : readTexts({})
}

/** The texts of a message beside its content, and of the content's parts beside their text. */
export function readBeside(message: Fields, content: string, known: ReadonlySet<string>): TextsBeside {
  const own = readOtherTexts(message, known)
  const value = message[content]
  const parts = Array.isArray(value) ? value.map((part: unknown) => ({ part, read: readPart(part) })) : []
  const texts = [...own.texts, ...parts.flatMap(({ read }) => read.texts)]
  return {
    texts,
    write(judged) {
      if (texts.every((text, index) => text === judged[index])) return message
      let from = own.texts.length
      const written = parts.map(({ part, read }) => {
        const others = read.write(judged.slice(from, (from += read.texts.length)))
        return isFields(part) && isFields(others) ? { ...part, ...others } : part
      })
      const others = own.write(judged.slice(0, own.texts.length))
      return {
        ...message,
        ...(isFields(others) ? others : {}),
        ...(Array.isArray(value) ? { [content]: written } : {}),
      }
    },
  }
}

function eachText(value: unknown, change: (text: string) => string, depth = 0): unknown {
  if (depth > DEPTH_MAX) throw unsupported('message')
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((member: unknown) => eachText(member, change, depth + 1))
  if (!isFields(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      isSealed(name, member) ? member : eachText(member, change, depth + 1),
    ]),
  )
}

const SEALED_NAMES = new Set([
  'encrypted_content',
  'reasoningEncryptedContent',
  'redactedContent',
  'redactedData',
  'signature',
  'thoughtSignature',
  'thought_signature',
])

/**
 * What a provider encrypted or signed for itself: it goes back as it came, or is worth nothing. SECURITY: only letters of Base64,
 * so that no sentence passes under such a name.
 */
export function isSealed(name: string, value: unknown): boolean {
  return SEALED_NAMES.has(name) && typeof value === 'string' && /^[A-Za-z0-9+/=_-]*$/.test(value)
}

/**
 * A text beside the content, as the guard judges it: what the assistant wrote as an answer, the application's own not at all, all
 * else as input. It is no message of the conversation: no right follows from it.
 */
export function besides(role: unknown, text: string): ConversationMessage {
  if (role === 'assistant') return { role, text, toolCalls: [], isSigned: false }
  return role === 'system' || role === 'developer' ? { role: 'system', text } : { role: 'user', text }
}
