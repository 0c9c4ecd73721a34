import {
  CONFIDENTIALITIES,
  INTEGRITIES,
  type Confidentiality,
  type Integrity,
  type Label,
  type Manifest,
  type ResultLabel,
  type Tool,
} from '../manifest/manifest.ts'
import { toolResultsOf, type ConversationMessage } from '../session/conversation.ts'

export const integrityRank = (integrity: Integrity): number => INTEGRITIES.indexOf(integrity)
export const confidentialityRank = (confidentiality: Confidentiality): number =>
  CONFIDENTIALITIES.indexOf(confidentiality)

/** Least trusted wins, most confidential wins. */
export function joinLabels(left: Label, right: Label): Label {
  return {
    integrity: INTEGRITIES[Math.max(integrityRank(left.integrity), integrityRank(right.integrity))] ?? 'untrusted',
    confidentiality:
      CONFIDENTIALITIES[
        Math.max(confidentialityRank(left.confidentiality), confidentialityRank(right.confidentiality))
      ] ?? 'restricted',
  }
}

/** A tool that declares nothing about its result is not trusted. */
const UNDECLARED: ResultLabel = { integrity: 'untrusted', confidentiality: 'tenant' }

/**
 * The label of what the model sees: a pure function of the message list and the manifest (CONTRACTS.md).
 * Assistant messages that this gateway did not write are untrusted. `seen`: results that it sees otherwise than they are,
 * by their index in the list.
 */
export function labelOfConversation(
  messages: readonly ConversationMessage[],
  manifest: Manifest,
  seen?: ReadonlyMap<number, { readonly label: Label }>,
): Label {
  let label: Label = { integrity: 'trusted', confidentiality: 'public' }
  let results: ReturnType<typeof toolResultsOf> | undefined
  let at = 0
  for (const [index, message] of messages.entries()) {
    if (message.role === 'user') label = joinLabels(label, { integrity: 'user', confidentiality: 'public' })
    if (message.role === 'assistant' && !message.isSigned)
      label = joinLabels(label, { integrity: 'untrusted', confidentiality: 'public' })
    if (message.role !== 'tool') continue
    results ??= toolResultsOf(messages)
    const result = results[at++]
    const tool = manifest.components.tools?.findLast(({ id }) => id === result?.tool)
    label = joinLabels(label, seen?.get(index)?.label ?? labelOfResult(tool))
  }
  return label
}

/** The model sees the whole result: its label is the join of all of its fields. */
export function labelOfResult(tool: Tool | undefined): Label {
  const { fields, ...whole } = tool?.result ?? UNDECLARED
  return Object.values(fields ?? {}).reduce(joinLabels, whole)
}

/** The label of one field of a result, by its path: its own, else that of the nearest field around it, else the result's. */
export function labelOfField(tool: Tool | undefined, path: readonly string[]): Label {
  const { fields = {}, ...whole } = tool?.result ?? UNDECLARED
  for (let length = path.length; length > 0; length--) {
    const name = path.slice(0, length).join('.')
    if (Object.hasOwn(fields, name)) return fields[name] ?? whole
  }
  return whole
}
