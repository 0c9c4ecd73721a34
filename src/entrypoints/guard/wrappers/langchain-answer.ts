import type { Guard } from '../guard-setup.ts'
import { guardedJson, guardedText, isFields, readContent, unsupported, type Fields } from './content.ts'
import { cloneAnswer, type LangChainMessage } from './langchain-message.ts'
import { changedCalls, isCallPart, toolCallsOf, withoutCalls } from './langchain-messages.ts'
import { keptMetadata, keptOutput } from './langchain-metadata.ts'
import { REASONING_PARTS } from './other-texts.ts'
import { guardedMembers, withoutTokenLogs } from './provider-members.ts'
import { admitCalls, type Situation } from './wrapper-options.ts'

export interface JudgedGeneration {
  readonly text: string
  readonly message: LangChainMessage
  readonly generationInfo?: Fields
}

/** One answer, in every member that goes on with it. Throws `GuardDenied`. */
export function guardGeneration(
  { message, generationInfo: info }: { readonly message: LangChainMessage; readonly generationInfo?: unknown },
  guard: Guard,
  situation: Situation,
): JudgedGeneration {
  const calls = toolCallsOf(message)
  const changed = changedCalls(message, calls, admitCalls(guard, calls, situation))
  const { text, content } = guardedContent(message.content, guard, situation.options.nonText === 'pass')
  const kwargs = guardedKwargs(guard, message.additional_kwargs)
  const invalid = guardedJson(guard, message.invalid_tool_calls)
  const isSame =
    changed === undefined &&
    JSON.stringify([content, invalid]) === JSON.stringify([message.content, message.invalid_tool_calls]) &&
    Object.entries(kwargs).every(([name, value]) => isSameMember(message.additional_kwargs, name, value))
  const { response_metadata: metadata } = message
  // The log of single tokens and the provider's own copies say what the answer says, where nothing of it was changed.
  const copies = isSame ? { ...logsOf(metadata), ...keptOutput(guard, metadata) } : {}
  const answer = cloneAnswer(message, {
    // Parts that repeat calls would go on with the old arguments.
    content:
      changed !== undefined && Array.isArray(content) ? content.filter((part: unknown) => !isCallPart(part)) : content,
    additional_kwargs: isSame ? kwargs : withoutCopies(changed === undefined ? kwargs : withoutCalls(kwargs)),
    response_metadata: { ...keptMetadata(metadata), ...copies },
    ...(invalid === undefined ? {} : { invalid_tool_calls: invalid }),
    ...changed,
  })
  if (!isFields(info)) return { text, message: answer }
  return { text, message: answer, generationInfo: { ...keptMetadata(info), ...(isSame ? logsOf(info) : {}) } }
}

export function filteredGeneration(template: LangChainMessage): JudgedGeneration {
  const filtered = { finish_reason: 'content_filter' }
  const message = cloneAnswer(template, {
    content: '',
    tool_calls: [],
    invalid_tool_calls: [],
    additional_kwargs: {},
    response_metadata: filtered,
  })
  return { text: '', message, generationInfo: filtered }
}

/**
 * What providers say beside the content: thoughts, refusals, ids. SECURITY: only thoughts can hold what is sealed; of the rest the
 * model may name the members itself (`parsed`). Throws `GuardDenied`.
 */
export function guardedKwargs(guard: Guard, kwargs: unknown): Fields {
  if (!isFields(kwargs)) return {}
  const isThought = ([name]: readonly [string, unknown]): boolean => /^(?:reasoning|thinking)/.test(name)
  const entries = Object.entries(kwargs)
  const thoughts = guardedMembers(guard, Object.fromEntries(entries.filter(isThought)))
  const others = guardedJson(guard, Object.fromEntries(entries.filter((entry) => !isThought(entry))))
  return { ...(isFields(others) ? others : {}), ...(isFields(thoughts) ? thoughts : {}) }
}

/** Without the provider's raw answer and its logs of single tokens. */
export function withoutCopies(kwargs: Fields): Fields {
  const { __raw_response: _, ...rest } = kwargs
  const left = withoutTokenLogs(rest)
  return isFields(left) ? left : {}
}

function guardedContent(
  value: unknown,
  guard: Guard,
  passes: boolean,
): { readonly text: string; readonly content: unknown } {
  const parts = Array.isArray(value) ? value.map((part: unknown) => guardPart(part, guard, passes)) : value
  const content = readContent(parts, () => true)
  const text = guardedText(guard, content.text)
  return { text, content: content.write(text) }
}

/** A part but for the text that is judged with the others'. Calls are authorised by themselves. */
function guardPart(part: unknown, guard: Guard, passes: boolean): unknown {
  if (!isFields(part) || isCallPart(part)) return part
  if (REASONING_PARTS.has(String(part['type']))) return guardedMembers(guard, part)
  if (part['type'] === 'text') {
    const { type, text, ...rest } = part
    const judged = guardedMembers(guard, rest)
    return judged === rest || !isFields(judged) ? part : { type, text, ...judged }
  }
  if (!passes) throw unsupported('content')
  return part
}

function isSameMember(kwargs: unknown, name: string, value: unknown): boolean {
  return isFields(kwargs) && JSON.stringify(kwargs[name]) === JSON.stringify(value)
}

function logsOf(metadata: unknown): Fields {
  return isFields(metadata) && 'logprobs' in metadata ? { logprobs: metadata['logprobs'] } : {}
}
