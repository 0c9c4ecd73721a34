import { isJsonObject, type JsonObject } from '../../base/json.ts'
import { fail } from '../../base/result.ts'
import type { Tool } from '../manifest/manifest.ts'
import type { ConversationMessage, ToolCall } from '../session/conversation.ts'
import { argumentValues } from './argument-role.ts'
import { authorizeToolCall, type ToolCallContext, type ToolDecision } from './authorize-tool-call.ts'
import { joinLabels } from './labels.ts'
import { OPAQUE_REASONS, referencesIn, resolveCall } from './opaque-references.ts'
import { conceptsOf } from './request-intent.ts'
import { seenResults, type WithheldResults } from './withheld-results.ts'

export interface Proposal {
  readonly decision: ToolDecision
  /** The call as it is to be made: withheld values in place of their names. */
  readonly call: ToolCall
}

/** What the model that proposes a call has read of the results before it. */
export interface ReadResults {
  readonly messages: readonly ConversationMessage[]
  /** Undefined: the manifest withholds nothing. */
  readonly withheld: WithheldResults | undefined
  /** Nobody knows what it has read: names stand for their values, and everything counts as read. */
  readonly isAllRead?: boolean | undefined
}

/**
 * A call that a model proposes which did not read all results. INVARIANT: withheld values are in the arguments before
 * anything is asked about the call. Without any in it, it rests on what the model saw and on nothing else. With some that
 * are only passed on, so does the choice of it, and their confidentiality counts. With any that lead somewhere, it is judged
 * as if the model had read everything.
 */
export function authorizeProposal(
  call: ToolCall,
  /** The label is that of what the model saw; the results are as they came in. */
  context: ToolCallContext,
  { messages, withheld, isAllRead = false }: ReadResults,
): Proposal {
  if (withheld === undefined) return { decision: authorizeToolCall(call, context), call }
  // Whoever asks about a call may have left out the results that its names come from.
  const isCutOff = isAllRead && withheld.variables.size === 0 && referencesIn(call.arguments) > 0
  const resolved = isCutOff ? fail('unknown' as const) : resolveCall(call, withheld)
  if (!resolved.ok) {
    const reason = OPAQUE_REASONS[resolved.failure]
    return { decision: { tool: call.name, callId: call.id, decision: 'block', rule: 'opaque', reason }, call }
  }
  const { call: own, label, references } = resolved.value
  const { integrity, confidentiality } = joinLabels(context.label, label ?? context.label)
  const everything: ToolCallContext = { ...context, label: { integrity, confidentiality } }
  if (isAllRead) return { decision: authorizeToolCall(own, everything), call: own }
  const toolResults = seenResults(messages, context.toolResults, withheld)
  const judged: ToolCallContext =
    references === 0
      ? { ...context, toolResults }
      : isPassedOn(call, references, context)
        ? { ...context, toolResults, label: { integrity: context.label.integrity, confidentiality } }
        : everything
  return { decision: authorizeToolCall(own, judged), call: own }
}

/**
 * Whether every withheld value only fills what a call says, and nothing of where it goes, what it is about, what it pays or
 * what it runs. SECURITY: a name that stands deeper than roles are read counts as one that leads somewhere.
 */
function isPassedOn(call: ToolCall, references: number, { manifest, schemaOf }: ToolCallContext): boolean {
  const tool = manifest.components.tools?.find(({ id }) => id === call.name)
  if (tool === undefined || tool.executes !== undefined || conceptsOf(tool.id)[0]?.name === 'money') return false
  const passedOn = argumentValues(argumentsOf(call), schemaOf?.(tool.id)).filter(
    ({ role, name }) => role === 'content' && !isDestination(tool, name),
  )
  return passedOn.reduce((sum, { text }) => sum + referencesIn(text), 0) === references
}

const isDestination = ({ destinations = {} }: Tool, name: string): boolean =>
  Object.keys(destinations).some((path) => path.split(/[.[]/, 1)[0] === name.split('.', 1)[0])

function argumentsOf({ arguments: text }: ToolCall): JsonObject {
  // It has been read before: only what is a JSON object holds names.
  const value: unknown = JSON.parse(text)
  return isJsonObject(value) ? value : {}
}
