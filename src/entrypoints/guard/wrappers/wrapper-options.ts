import type { Passage } from '../../../domain/detection/groundedness/ground-claims.ts'
import type { ConversationMessage, Subject, ToolCall } from '../../../domain/session/conversation.ts'
import type { ToolDecision } from '../../../domain/authorization/authorize-tool-call.ts'
import { GuardDenied, type Denial } from '../guard-denied.ts'
import type { AnswerSituation, Guard, MessagesJudgement } from '../guard-setup.ts'

export interface WrapperOptions {
  /** The verified end user of the request at hand. Without one only `read` tools are allowed. */
  readonly subject?: (() => Subject | undefined) | undefined
  /** The session whose canaries must not come out. Default: the subject's. */
  readonly session?: (() => string | undefined) | undefined
  /** What the answer at hand may rest on, for `guard.grounding`. Default: the tool results of its conversation. */
  readonly passages?: (() => readonly Passage[] | undefined) | undefined
  /** `throw` (default) a `GuardDenied`, or answer as a provider's own filter does: an empty text that ends by content filter. */
  readonly onDeny?: 'throw' | 'content-filter' | undefined
  /** Images, audio, files: `refuse` (default), or `pass` them unjudged. */
  readonly nonText?: 'refuse' | 'pass' | undefined
  /** Hears of every denial. If it throws, the text concerned stays withheld. */
  readonly onDecision?: ((denial: Denial) => void) | undefined
}

/** Judges the messages of a request; gives those that may go to the model. Throws `GuardDenied`. */
export function admitMessages(guard: Guard, list: readonly ConversationMessage[]): MessagesJudgement['messages'] {
  const { denial, messages } = guard.messages(list)
  if (denial !== undefined) throw new GuardDenied(denial)
  return messages
}

/** What the calls of one answer are judged in. */
export interface Situation {
  /** The conversation that the model saw, as it came in. */
  readonly messages: readonly ConversationMessage[]
  readonly options: WrapperOptions
  /** Calls of the same answer that were admitted before. */
  readonly earlier?: readonly ToolCall[] | undefined
  /** Default `judged`: the messages went to the model as the guard returned them. */
  readonly seen?: 'judged' | 'raw' | undefined
}

/** The same guard for the answer to one request: it knows the session, and what the answer may rest on. */
export function guardOfAnswer(guard: Guard, { messages, options }: Situation): Guard {
  const session = options.session?.() ?? options.subject?.()?.session
  const about: AnswerSituation = { messages, passages: options.passages?.(), session }
  return {
    ...guard,
    output: (text) => guard.output(text, about),
    // Citations, arguments and the like make no claims of their own.
    outputDocument: (text) => guard.outputDocument(text, { session }),
    stream: () => guard.stream(about),
    authorize: (call, situation) => guard.authorize(call, { ...situation, session }),
  }
}

/**
 * Authorises the calls of one answer in their order; one that is not allowed withholds all. Gives them as they are to be
 * made, with withheld values in place of their names. Throws `GuardDenied`.
 */
export function admitCalls(guard: Guard, calls: readonly ToolCall[], situation: Situation): readonly ToolCall[] {
  const { messages, options, earlier = [], seen = 'judged' } = situation
  const admitted: ToolCall[] = []
  const subject = calls.length === 0 ? undefined : options.subject?.()
  for (const call of calls) {
    const decision = guard.authorize(call, { messages, subject, seen, earlier: [...earlier, ...admitted] })
    if (decision.decision !== 'allow') throw new GuardDenied(callDenial(decision))
    admitted.push({ ...call, arguments: decision.arguments })
  }
  return admitted
}

/** The one call that was admitted. */
export function admitCall(guard: Guard, call: ToolCall, situation: Situation): ToolCall {
  return admitCalls(guard, [call], situation)[0] ?? call
}

/** SECURITY: the name of a tool that is not declared is the model's own text, and is not passed on. */
function callDenial({ tool, decision, rule, reason }: ToolDecision): Denial {
  const isUndeclared = rule === 'undeclared-tool'
  return {
    code: decision === 'require-approval' ? 'approval_required' : 'tool_call_denied',
    rule: isUndeclared ? `tool/${rule}` : `tool/${tool}/${rule}`,
    message: isUndeclared
      ? `a tool call was withheld: ${reason}`
      : `the call of tool \`${tool}\` was withheld: ${reason}`,
    findings: [],
  }
}

/** A caught denial, once it has been told. Anything else that was caught is thrown on: nothing was delivered. */
export function denialFrom(error: unknown, options: WrapperOptions): GuardDenied {
  if (!(error instanceof GuardDenied)) throw error
  options.onDecision?.(error)
  return error
}
