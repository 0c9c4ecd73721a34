import { isFields, type Fields } from './content.ts'

/** A message of `@langchain/core`, by shape. */
export interface LangChainMessage {
  readonly content: unknown
  readonly additional_kwargs?: unknown
  readonly response_metadata?: unknown
  readonly lc_kwargs?: unknown
  readonly tool_calls?: unknown
  /** Calls whose arguments could not be parsed. */
  readonly invalid_tool_calls?: unknown
  readonly tool_call_id?: unknown
  /** The kind: `human`, `ai`, `tool`, `system`. */
  readonly type?: unknown
  _getType?(): unknown
}

/** A message of the same class with other members; the record that it is serialised from follows. */
export function cloneMessage(message: LangChainMessage, members: Fields): LangChainMessage {
  const clone = Object.create(Object.getPrototypeOf(message) as object) as LangChainMessage
  const kwargs = isFields(message.lc_kwargs) ? { lc_kwargs: { ...message.lc_kwargs, ...members } } : {}
  return Object.assign(clone, message, kwargs, members)
}

/** Members of a message of a model, all of which are written anew or hold no text of the model. */
const ANSWER_MEMBERS = [
  'content',
  'name',
  'id',
  'additional_kwargs',
  'response_metadata',
  'tool_calls',
  'invalid_tool_calls',
  'tool_call_chunks',
  'usage_metadata',
]

/**
 * A message of a model with other members. SECURITY: members that are not known do not go on, nor does what it was made from, in
 * which the raw answer stands.
 */
export function cloneAnswer(message: LangChainMessage, members: Fields): LangChainMessage {
  const clone = cloneMessage(message, members)
  const record: Fields = Object.fromEntries(Object.entries(clone).filter(([name]) => ANSWER_MEMBERS.includes(name)))
  for (const name of Object.keys(clone))
    if (!ANSWER_MEMBERS.includes(name) && !/^(?:type|role|lc_(?!kwargs).*)$/.test(name))
      Reflect.deleteProperty(clone, name)
  return Object.assign(clone, { lc_kwargs: record })
}
