import type { ConversationMessage, ToolCall } from '../session/conversation.ts'
import { authorizeToolCall, type ToolCallContext, type ToolDecision } from './authorize-tool-call.ts'
import { joinLabels } from './labels.ts'
import { OPAQUE_REASONS, resolveCall } from './opaque-references.ts'
import { seenResults, type WithheldResults } from './withheld-results.ts'

export interface Proposal {
  readonly decision: ToolDecision
  /** The call as it is to be made: withheld values in place of their names. */
  readonly call: ToolCall
}

/**
 * A call that a model proposes which did not read all results. INVARIANT: withheld values are in the arguments, with their
 * labels, before anything is asked about the call; without any in it, it rests on what the model saw and on nothing else.
 */
export function authorizeProposal(
  call: ToolCall,
  /** The label is that of what the model saw; the results are as they came in. */
  context: ToolCallContext,
  withheld: WithheldResults | undefined,
  messages: readonly ConversationMessage[],
): Proposal {
  if (withheld === undefined) return { decision: authorizeToolCall(call, context), call }
  const resolved = resolveCall(call, withheld)
  if (!resolved.ok) {
    const reason = OPAQUE_REASONS[resolved.failure]
    return { decision: { tool: call.name, callId: call.id, decision: 'block', rule: 'opaque', reason }, call }
  }
  const { call: own, label } = resolved.value
  const seen: ToolCallContext =
    label === undefined
      ? { ...context, toolResults: seenResults(messages, context.toolResults, withheld) }
      : { ...context, label: joinLabels(context.label, label) }
  return { decision: authorizeToolCall(own, seen), call: own }
}
