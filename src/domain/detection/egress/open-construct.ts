import { URL_MAX } from './bare-url.ts'
import { readTag } from './html-tag.ts'
import { ELEMENT_MAX, LABEL_MAX, TAG_MAX } from './link-limits.ts'
import { inlineEnd, readDestination } from './markdown-link.ts'

/** A destination with its title and the gaps around it is no longer than this. */
const INLINE_MAX = URL_MAX + 1_200
/** Characters of tags without an end that are read per character of the text. */
const TAG_WORK = 32
const MARK = /[[\]<(@]/g

/**
 * Where the first link, tag or style begins that `text` leaves open, so that what follows may still become a part of it;
 * `text.length` where all are closed. Linear: look-ahead is bounded, and where a budget ends the whole text counts as open.
 */
export function openConstruct(text: string): number {
  const brackets: number[] = []
  let work = TAG_WORK * text.length + TAG_MAX
  MARK.lastIndex = 0
  for (let match = MARK.exec(text); match !== null; match = MARK.exec(text)) {
    const at = match.index
    if (match[0] === '[') brackets.push(at)
    else if (match[0] === '<') {
      const tag = tagAt(text, at)
      if (tag === 'open') return earliest(text, brackets, at)
      if (tag === 'none') work -= Math.min(TAG_MAX, text.length - at)
      if (work < 0) return 0
      if (typeof tag === 'number') MARK.lastIndex = tag
    } else if (match[0] === ']') {
      const opened = brackets.pop() ?? at
      if (isOpenBehind(text, at)) return earliest(text, brackets, at - opened > LABEL_MAX ? at : opened)
    } else if (isOpenStyle(text, at, match[0])) return earliest(text, brackets, Math.max(0, at - 3))
  }
  return earliest(text, brackets, text.length)
}

/** Of the labels that are still open and near, and another place. */
function earliest(text: string, brackets: readonly number[], at: number): number {
  const label = brackets.find((open) => text.length - open <= LABEL_MAX + 1) ?? at
  const first = Math.min(label, at)
  return text[first] === '[' && text[first - 1] === '!' ? first - 1 : first
}

/** One beyond a tag that is closed; a style or script lasts until its own end. */
function tagAt(text: string, start: number): number | 'open' | 'none' {
  if (start + 1 === text.length) return 'open'
  const next = text.charCodeAt(start + 1) | 32
  if (next < 97 || next > 122) return start + 1
  const tag = readTag(text, start, Math.min(text.length, start + TAG_MAX))
  if (tag === undefined) return text.length - start < TAG_MAX ? 'open' : 'none'
  if (tag.name !== 'style' && tag.name !== 'script') return tag.end
  const closing =
    tag.name === 'style' ? /<\/style[\s/][^>]{0,4000}>|<\/style>/gi : /<\/script[\s/][^>]{0,4000}>|<\/script>/gi
  closing.lastIndex = tag.end
  if (closing.test(text)) return closing.lastIndex
  return text.length - tag.end < ELEMENT_MAX ? 'open' : tag.end
}

/** `](` without its end yet, or a definition in a line that goes on. */
function isOpenBehind(text: string, close: number): boolean {
  const next = text[close + 1]
  if (next === undefined) return true
  if (next === ':') return text.length - close <= INLINE_MAX && text.indexOf('\n', close) < 0
  if (next !== '(' || text.length - close > INLINE_MAX) return false
  const destination = readDestination(text, close + 2)
  return destination === undefined || inlineEnd(text, destination.end) === undefined
}

function isOpenStyle(text: string, at: number, mark: string): boolean {
  if (text.length - at > URL_MAX) return false
  if (mark === '@') return /^@import/i.test(text.slice(at, at + 7)) && text.indexOf(';', at) < 0
  return /(?:url|src)$/i.test(text.slice(Math.max(0, at - 3), at)) && text.indexOf(')', at) < 0
}
