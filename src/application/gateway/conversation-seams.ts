import type { ConversationMessage } from '../../domain/session/conversation.ts'
import type { JudgedConversation } from './judged-conversation.ts'
import { seamWindows, type RunText, type SeamWindow, type TextRun } from './seam-windows.ts'

/** All that is to be judged across texts of a conversation; undefined: it is too much. */
export function conversationSeams(
  messages: readonly ConversationMessage[],
  { checks, ...judged }: Pick<JudgedConversation, 'texts' | 'partTexts' | 'checks'>,
): readonly SeamWindow[] | undefined {
  const windows = seamWindows(runsOf(messages, judged))
  return windows === undefined ? undefined : [...checks, ...windows]
}

/** Messages of one role in a row, as providers read them: some take them for one turn, and none sees what says nothing. */
function runsOf(
  messages: readonly ConversationMessage[],
  { texts, partTexts }: Pick<JudgedConversation, 'texts' | 'partTexts'>,
): readonly TextRun[] {
  const runs: (TextRun & { readonly texts: RunText[]; readonly role: string })[] = []
  for (const [index, message] of messages.entries()) {
    const { role } = message
    const whole = texts[index] ?? ''
    const isSilent = whole === '' && (role !== 'assistant' || message.toolCalls.length === 0)
    if (role === 'system' || isSilent) continue
    const [first = '', ...rest] = partTexts[index] ?? [whole]
    const own = [{ text: first, isJoined: false }, ...rest.map((text) => ({ text, isJoined: true }))]
    const last = runs.at(-1)
    if (last?.role === role) last.texts.push(...own)
    else runs.push({ where: `${index}:seam`, side: role === 'user' ? 'input' : 'document', role, texts: own })
  }
  return runs
}
