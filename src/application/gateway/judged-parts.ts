import { guardDocument } from '../../domain/guardrail/guard-document.ts'
import type { guardText } from '../../domain/guardrail/guard-text.ts'
import type { SeamWindow } from './seam-windows.ts'

export type Judge = (raw: string, side: 'input' | 'document', where: string, guard?: typeof guardText) => string

export interface JudgedParts {
  /** What goes on of each part; undefined: the message goes on as one text. */
  readonly texts: readonly string[] | undefined
  /** What the parts are together, where nobody has judged it like this yet. */
  readonly check?: SeamWindow
}

export interface PartedMessage {
  readonly parts: readonly string[]
  readonly judged: string
  readonly index: number
  readonly side: 'input' | 'document'
}

/**
 * The parts of a message that was judged as one text. They are judged one by one, too: a value at the edge of a part hides
 * behind the word before it. What is taken out of a part leaves the part at its place; what lies across several is taken out of
 * the message as one text.
 */
export function judgedParts({ parts, judged, index, side }: PartedMessage, judge: Judge): JudgedParts {
  const texts = parts.map((part, at) => judge(part, side, `${index}:part:${at}`, guardDocument))
  const whole = texts.join('')
  if (whole === judged) return { texts }
  if (texts.every((text, at) => text === parts[at])) return { texts: undefined }
  return { texts, check: { where: String(index), side, text: whole, seams: undefined, asks: 'all' } }
}
