import { withholdAgain } from '../../domain/authorization/opaque-references.ts'
import type { WithheldResults } from '../../domain/authorization/withheld-results.ts'
import { guardDocument } from '../../domain/guardrail/guard-document.ts'
import { guardText } from '../../domain/guardrail/guard-text.ts'
import type { ConversationMessage } from '../../domain/session/conversation.ts'
import { judgedParts, type Judge } from './judged-parts.ts'
import type { SeamWindow } from './seam-windows.ts'

export interface JudgedConversation {
  readonly texts: readonly string[]
  /** Arguments of the calls in each message, as the guard left them. */
  readonly callArguments: readonly (readonly string[])[]
  /** What is left of the parts of each message, where they go on one by one. */
  readonly partTexts: readonly (readonly string[] | undefined)[]
  /** What has still to be judged of messages in parts. */
  readonly checks: readonly SeamWindow[]
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
  const partTexts: (readonly string[] | undefined)[] = []
  const checks: SeamWindow[] = []
  const texts = messages.map((message, index) => {
    if (message.role === 'system') return systemText
    const isForeign = message.role === 'assistant' && !message.isSigned
    const text = isForeign ? (again?.text(message.text) ?? message.text) : message.text
    const side = message.role === 'user' ? 'input' : 'document'
    const judged = judge(text, side, String(index), message.role === 'tool' ? guardDocument : guardText)
    // SECURITY: what is withheld is taken out of a text as one; its parts still have it.
    const mayBeParts = message.role === 'user' || withheld === undefined
    if (mayBeParts && message.parts !== undefined) {
      const left = judgedParts({ parts: message.parts, judged, index, side }, judge)
      partTexts[index] = left.texts
      if (left.check !== undefined) checks.push(left.check)
      return left.texts?.join('') ?? judged
    }
    return withheld?.seen.get(index)?.shown ?? judged
  })
  const callArguments = messages.map((message, index) =>
    message.role === 'assistant'
      ? message.toolCalls.map(({ arguments: text }, at) =>
          judge(again?.arguments(text) ?? text, 'document', `${index}:arguments:${at}`, guardDocument),
        )
      : [],
  )
  return { texts, callArguments, partTexts, checks }
}
