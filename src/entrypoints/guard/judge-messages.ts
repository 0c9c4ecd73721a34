import { withholdAgain } from '../../domain/authorization/opaque-references.ts'
import type { WithheldResults } from '../../domain/authorization/withheld-results.ts'
import { refusal, type GuardJudgement } from '../../domain/guardrail/guard-text.ts'
import { heavier, type Obligation } from '../../domain/guardrail/obligation.ts'
import type { ConversationMessage } from '../../domain/session/conversation.ts'
import { denialOf } from './denial-of.ts'
import type { Denial } from './guard-denied.ts'
import type { MessageFinding, MessagesJudgement } from './guard-setup.ts'

type Judge = (text: string) => GuardJudgement

export interface Judges {
  readonly input: Judge
  readonly document: Judge
  readonly output: Judge
  readonly outputDocument: Judge
}

/** What a message is refused by whose role says nothing of who wrote it. */
export const ROLE_RULE = 'guard/role'

/** Callers without types send other roles than the type has: `developer` is the later name of `system`. */
export function isSystemRole(role: unknown): boolean {
  return role === 'system' || role === 'developer'
}

export function isKnownRole(role: unknown): boolean {
  return isSystemRole(role) || role === 'user' || role === 'assistant' || role === 'tool'
}

/**
 * Judges all messages of a request, never only the last: what the model reads again is judged again. What is withheld goes
 * on by its name, in results and in what comes back of them.
 */
export function judgeMessages(
  list: readonly ConversationMessage[],
  judges: Judges,
  withheld?: WithheldResults,
): MessagesJudgement {
  const again = withheld === undefined ? undefined : withholdAgain(list, withheld)
  const findings: MessageFinding[] = []
  const total: { action: Obligation; score: number } = { action: 'allow', score: 0 }
  let denial: Denial | undefined
  const judged = list.map((message, index): ConversationMessage => {
    const run = (text: string, judge: Judge): string => {
      const judgement = judge(text)
      total.action = heavier(total.action, judgement.action)
      total.score = Math.max(total.score, judgement.score)
      findings.push(...judgement.findings.map((finding) => ({ ...finding, message: index })))
      denial ??= denialOf(judgement, 'input')
      return judgement.text
    }
    if (message.role === 'system' || isSystemRole(message.role)) return message
    if (!isKnownRole(message.role)) return { ...message, text: run('', () => refusal('', ROLE_RULE)) }
    if (message.role === 'user') return { ...message, text: run(message.text, judges.input) }
    if (message.role === 'tool') {
      const text = run(message.text, judges.document)
      return { ...message, text: withheld?.seen.get(index)?.shown ?? text }
    }
    return {
      ...message,
      text: run(again?.text(message.text) ?? message.text, judges.output),
      toolCalls: message.toolCalls.map((call) => ({
        ...call,
        arguments: run(again?.arguments(call.arguments) ?? call.arguments, judges.outputDocument),
      })),
    }
  })
  return { ...total, findings, denial, messages: denial === undefined ? judged : [] }
}
