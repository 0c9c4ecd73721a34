import { withholdAgain } from '../../domain/authorization/opaque-references.ts'
import type { WithheldResults } from '../../domain/authorization/withheld-results.ts'
import { guardDocument } from '../../domain/guardrail/guard-document.ts'
import { guardText } from '../../domain/guardrail/guard-text.ts'
import type { ConversationMessage } from '../../domain/session/conversation.ts'

type Judge = (raw: string, side: 'input' | 'document', where: string, guard?: typeof guardText) => string

export interface JudgedConversation {
  readonly texts: readonly string[]
  readonly callArguments: readonly (readonly string[])[]
}

/**
 * Each message as it goes on. SECURITY: what is withheld comes back in calls of the past, with its values in them: it goes on
 * by its name.
 */
export function judgedConversation(
  {
    messages,
    withheld,
  }: { readonly messages: readonly ConversationMessage[]; readonly withheld?: WithheldResults | undefined },
  judge: Judge,
  systemText: string,
): JudgedConversation {
  const again = withheld === undefined ? undefined : withholdAgain(messages, withheld)
  const texts = messages.map((message, index) => {
    if (message.role === 'system') return systemText
    const isForeign = message.role === 'assistant' && !message.isSigned
    const text = isForeign ? (again?.text(message.text) ?? message.text) : message.text
    const side = message.role === 'user' ? 'input' : 'document'
    const judged = judge(text, side, String(index), message.role === 'tool' ? guardDocument : guardText)
    return withheld?.seen.get(index)?.shown ?? judged
  })
  const callArguments = messages.map((message, index) =>
    message.role === 'assistant'
      ? message.toolCalls.map(({ arguments: text }, at) =>
          judge(again?.arguments(text) ?? text, 'document', `${index}:arguments:${at}`, guardDocument),
        )
      : [],
  )
  return { texts, callArguments }
}
