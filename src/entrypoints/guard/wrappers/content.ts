import type { Json } from '../../../base/json.ts'
import { GuardDenied } from '../guard-denied.ts'
import type { Guard } from '../guard-setup.ts'
import { denialOf } from '../denial-of.ts'

/** A value of somebody else's type, read member by member. */
export type Fields = { readonly [key: string]: unknown }

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The text of a message's content, and the content with another text in its place. */
export interface ContentText {
  readonly text: string
  write(text: string): unknown
}

/**
 * Reads text content in the shape that chat APIs share: a string, or parts of which those with `type: 'text'` carry text.
 * The texts are joined, for that is how a model reads them. Parts of another type are refused unless `passes` knows them.
 */
export function readContent(content: unknown, passes: (type: string) => boolean): ContentText {
  if (typeof content === 'string') return { text: content, write: (text) => text }
  if (content === null || content === undefined) return { text: '', write: (text) => (text === '' ? content : text) }
  if (!Array.isArray(content)) throw unsupported('content')
  const parts: readonly unknown[] = content
  for (const part of parts)
    if (typeof part !== 'string' && textOf(part) === undefined && !passes(isFields(part) ? String(part['type']) : ''))
      throw unsupported('content')
  const text = parts.map((part) => textOf(part) ?? '').join('')
  return { text, write: (judged) => (judged === text ? content : withText(parts, judged)) }
}

/** The judged text stands in the first text part; the other text parts go, for their words are in it. */
function withText(parts: readonly unknown[], text: string): readonly unknown[] {
  let isWritten = false
  return parts.flatMap((part) => {
    if (textOf(part) === undefined) return [part]
    if (isWritten) return []
    isWritten = true
    return [typeof part === 'string' ? text : { ...(part as Fields), text }]
  })
}

function textOf(part: unknown): string | undefined {
  if (typeof part === 'string') return part
  if (!isFields(part) || part['type'] !== 'text') return undefined
  return typeof part['text'] === 'string' ? part['text'] : undefined
}

export function unsupported(what: string): GuardDenied {
  return new GuardDenied({
    code: 'unsupported_content',
    rule: `guard/${what}`,
    message: `the guard cannot read this ${what}`,
    findings: [],
  })
}

/** An answer's text as it may go on. Throws `GuardDenied`. */
export function guardedText(guard: Guard, text: string): string {
  if (text === '') return text
  const judgement = guard.output(text)
  const denial = denialOf(judgement, 'output')
  if (denial !== undefined) throw new GuardDenied(denial)
  return judgement.text
}

/** A JSON value of an answer, text by text. Throws `GuardDenied`. */
export function guardedJson(guard: Guard, value: unknown): unknown {
  if (value === undefined || value === null || typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value === 'string') return guardedText(guard, value)
  const text = JSON.stringify(value)
  const judgement = guard.outputDocument(text)
  const denial = denialOf(judgement, 'output')
  if (denial !== undefined) throw new GuardDenied(denial)
  return judgement.text === text ? value : (JSON.parse(judgement.text) as Json)
}
