// What the three servers have in common: judge the request, then stream the judged answer.
import { createGuard, type ConversationMessage, type Denial } from '../../src/entrypoints/guard/index.ts'
import { answer } from './local-model.ts'

const guard = createGuard({ preset: 'T1', guard: { input: { pii: { action: 'redact' } } } })

const MESSAGES_MAX = 100

/** A body `{ messages: [{ role: 'user' | 'assistant', content }] }` as a conversation; undefined when it is none. */
export function conversationOf(body: unknown): readonly ConversationMessage[] | undefined {
  const messages = (body as { readonly messages?: unknown } | null)?.messages
  if (!Array.isArray(messages) || messages.length === 0 || messages.length > MESSAGES_MAX) return undefined
  const conversation: ConversationMessage[] = []
  for (const { role, content } of messages as readonly { readonly role?: unknown; readonly content?: unknown }[]) {
    if (typeof content !== 'string') return undefined
    if (role === 'user') conversation.push({ role, text: content })
    else if (role === 'assistant') conversation.push({ role, text: content, toolCalls: [], isSigned: false })
    else return undefined
  }
  return conversation
}

export type Chat =
  | { readonly isDenied: true; readonly denial: Denial }
  | { readonly isDenied: false; readonly text: AsyncGenerator<string> }

/** Judges every message; gives the denial, or the answer as far as it is safe to show, piece by piece. */
export function chat(conversation: readonly ConversationMessage[]): Chat {
  const { denial, messages } = guard.messages(conversation)
  return denial === undefined ? { isDenied: false, text: guardedAnswer(messages) } : { isDenied: true, denial }
}

async function* guardedAnswer(messages: readonly ConversationMessage[]): AsyncGenerator<string> {
  const stream = guard.stream()
  for await (const piece of answer(messages)) {
    const safe = stream.push(piece)
    if (safe !== '') yield safe
    if (stream.isWithheld) break
  }
  if (!stream.isWithheld) yield stream.end()
  if (stream.isWithheld) yield '\n[the rest of the answer was withheld]'
}
