import type { ConversationMessage } from '../session/conversation.ts'

type Messages = readonly ConversationMessage[]

/**
 * The texts that ask for something: what the user said, and the question that they have just said yes to. SECURITY: a question
 * asks in the user's place only as far as its own words go. Its values are not the user's: they stay what they were where the
 * assistant had them from.
 */
export function askingTexts(messages: Messages): readonly string[] {
  const texts = messages.flatMap(({ role, text }) => (role === 'user' ? [text] : []))
  const question = confirmedQuestion(messages)
  return question === undefined ? texts : [...texts, question]
}

const YES_CHARS_MAX = 80
const YES = /^(?:(?:yes|yeah|yep|sure|ok|okay|please|do|so|that|it|go|ahead|thanks|ja|bitte|oui|sí|sim)[\s,.!]*)+$/i

/** What the assistant asked last, where the user's next words are a plain yes and nothing has been done since. */
function confirmedQuestion(messages: Messages): string | undefined {
  const at = messages.findLastIndex(({ role }) => role === 'user')
  const [answer, asked] = [messages[at], messages[at - 1]]
  if (answer === undefined || answer.text.length > YES_CHARS_MAX || !YES.test(answer.text.trim())) return undefined
  if (asked?.role !== 'assistant' || !asked.isSigned || asked.toolCalls.length > 0) return undefined
  if (messages.slice(at).some(({ role }) => role === 'tool')) return undefined
  const questions = asked.text.slice(-2_000).match(/[^.!?\n](?:[^!?\n.]|\.(?!\s)){0,1000}\?/g)
  return questions?.at(-1)?.replace(OPENING, '')
}

/** "Shall I send …": what is asked about is what is asked for. */
const OPENING = /^\s*(?:(?:shall|should|may|can|could) i|do you want me to|would you like me to)\s+/i
