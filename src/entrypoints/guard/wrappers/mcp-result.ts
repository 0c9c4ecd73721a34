import type { GuardJudgement } from '../../../domain/guardrail/guard-text.ts'
import { GuardDenied } from '../guard-denied.ts'
import type { Guard } from '../guard-setup.ts'
import { denialOf } from '../denial-of.ts'
import { isFields, unsupported, type Fields } from './content.ts'
import { spreadJudged } from './spread-judged.ts'
import type { WrapperOptions } from './wrapper-options.ts'

type Options = Pick<WrapperOptions, 'nonText'>

/**
 * A result is a document from outside, in every member that it has, known or not: texts are judged as texts, all else as JSON. What
 * cannot be read is refused.
 */
export function guardResult(result: unknown, guard: Guard, options: Options): Fields {
  if (!isFields(result)) throw unsupported('result')
  const judgementOf: Judgement = (text) => {
    const judgement = guard.document(text)
    const denial = denialOf(judgement, 'input')
    if (denial !== undefined) throw new GuardDenied({ ...denial, message: 'the tool result was stopped by the guard' })
    return judgement
  }
  const judge: Judge = (text) => judgementOf(text).text
  const { content, ...rest } = result
  if (content !== undefined && !Array.isArray(content)) throw unsupported('result')
  const parts = content?.map((part: unknown) => guardPart(part, judge, options))
  return { ...judgedJson(rest, judge), ...(parts === undefined ? {} : { content: judgedInARow(parts, judgementOf) }) }
}

/** A model reads the texts of a result in a row: what is cut over two of them is found in all of them together. */
function judgedInARow(parts: readonly Fields[], judgementOf: Judgement): readonly Fields[] {
  const texts = parts.map((part) => textOf(part) ?? '')
  if (texts.filter((text) => text !== '').length < 2) return parts
  const { text, findings } = judgementOf(texts.join(''))
  const judged = spreadJudged(texts, text, findings)
  return parts.map((part, index) => (judged[index] === texts[index] ? part : withText(part, judged[index] ?? '')))
}

function textOf(part: Fields): string | undefined {
  const { text } = part['type'] === 'resource' && isFields(part['resource']) ? part['resource'] : part
  return typeof text === 'string' ? text : undefined
}

function withText(part: Fields, text: string): Fields {
  const { resource } = part
  return part['type'] === 'resource' && isFields(resource)
    ? { ...part, resource: { ...resource, text } }
    : { ...part, text }
}

type Judge = (text: string) => string
type Judgement = (text: string) => GuardJudgement

const judgedJson = (value: Fields, judge: Judge): Fields => JSON.parse(judge(JSON.stringify(value))) as Fields

/** A member that is judged as the text or kept as the bytes that it is, and the others around it. */
function guardMember(fields: Fields, member: string, write: Judge, judge: Judge): Fields {
  const { [member]: value, ...rest } = fields
  if (typeof value !== 'string') throw unsupported('result')
  return { ...judgedJson(rest, judge), [member]: write(value) }
}

const kept: Judge = (bytes) => bytes

function guardPart(part: unknown, judge: Judge, { nonText }: Options): Fields {
  if (!isFields(part)) throw unsupported('result')
  const { type, resource } = part
  if (type === 'text') return guardMember(part, 'text', judge, judge)
  if (type === 'resource_link') return judgedJson(part, judge)
  const isText = type === 'resource' && isFields(resource) && resource['blob'] === undefined
  if (nonText !== 'pass' && !isText) throw unsupported(`result-${String(type)}`)
  if (type === 'image' || type === 'audio') return guardMember(part, 'data', kept, judge)
  if (type !== 'resource' || !isFields(resource)) return judgedJson(part, judge)
  const { resource: _, ...rest } = part
  const inner = isText ? guardMember(resource, 'text', judge, judge) : guardMember(resource, 'blob', kept, judge)
  return { ...judgedJson(rest, judge), resource: inner }
}
