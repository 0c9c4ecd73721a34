import { URL_MAX } from './bare-url.ts'
import { decodeReferences } from './html-tag.ts'
import { LABEL_MAX } from './link-limits.ts'
import { targetOf, type LinkTarget } from './link-target.ts'

export interface Destination {
  readonly written: string
  /** One beyond the destination itself. */
  readonly end: number
  /** Nobody looks at all of it. */
  readonly isLong: boolean
}

const PARENTHESES_MAX = 32
const TITLE_MAX = 1_000

/**
 * The destination of an inline link or a definition from `start` (CommonMark: in angle brackets, or without white space and with
 * balanced parentheses); it is empty where there is none, and ends with the text where it may go on. Linear: no unit lies within
 * more destinations than parentheses may be open.
 */
export function readDestination(text: string, start: number): Destination {
  const from = gapEnd(text, start)
  if (text[from] === '<') return readPointed(text, from)
  let open = 0
  let end = from
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code <= 32) break
    if (code === 92) {
      end += 1
      continue
    }
    if (code === 40 && ++open > PARENTHESES_MAX) return none(from)
    if (code === 41 && open-- === 0) break
  }
  end = Math.min(end, text.length)
  return { written: text.slice(from, end), end, isLong: end - from > URL_MAX }
}

const none = (end: number): Destination => ({ written: '', end, isLong: false })

const ESCAPES_MAX = 32

/** Up to the first `>` without a backslash. Beyond the length of a URL a line end and another `<` end it, and there is none. */
function readPointed(text: string, from: number): Destination {
  let close = indexWithin(text, '>', from + 1, URL_MAX)
  for (let escapes = 0; close >= 0 && isEscaped(text, close); escapes++) {
    if (escapes === ESCAPES_MAX) return { written: '', end: close + 1, isLong: true }
    close = indexWithin(text, '>', close + 1, from + URL_MAX - close)
  }
  if (close >= 0) return { written: text.slice(from + 1, close), end: close + 1, isLong: false }
  const end = text.length - from <= URL_MAX ? text.length : longEnd(text, from + 1)
  if (end === text.length) return none(end)
  return text[end] === '>' && end - from > URL_MAX ? { written: '', end: end + 1, isLong: true } : none(from)
}

function longEnd(text: string, from: number): number {
  const signs = /\\[^]|[\r\n<>]/g
  signs.lastIndex = from
  let sign = signs.exec(text)
  while (sign !== null && sign[0].length > 1) sign = signs.exec(text)
  return sign === null ? text.length : sign.index
}

const QUOTES: Readonly<Record<string, string>> = { '"': '"', "'": "'", '(': ')' }
/** The text ends before the place that was looked for. */
export const OPEN = -1

/** One beyond the `)` of an inline link: white space and a title may stand before it, and nothing else. */
export function inlineEnd(text: string, destinationEnd: number): number | undefined {
  const at = titleEnd(text, destinationEnd)
  if (at === text.length) return OPEN
  return at !== undefined && text[at] === ')' ? at + 1 : undefined
}

/** The end of a definition's line, where nothing but a title stands behind the destination. */
export function definitionEnd(text: string, destinationEnd: number): number | undefined {
  const rest = text.slice(destinationEnd, destinationEnd + TITLE_MAX)
  const line = rest.indexOf('\n')
  if (line < 0 && rest.length === TITLE_MAX) return undefined
  const end = line < 0 ? rest.length : line
  return titleEnd(rest.slice(0, end), 0) === end ? destinationEnd + end : undefined
}

/** One beyond the title behind a destination and the white space around it; the end of the text where either may go on. */
function titleEnd(text: string, destinationEnd: number): number | undefined {
  const at = gapEnd(text, destinationEnd)
  const quote = QUOTES[text.charAt(at)]
  if (quote === undefined) return at
  const close = indexWithin(text, quote, at + 1, TITLE_MAX)
  if (close < 0) return text.length - at <= TITLE_MAX ? text.length : undefined
  return gapEnd(text, close + 1)
}

function gapEnd(text: string, from: number): number {
  let at = from
  while (at < text.length && text.charCodeAt(at) <= 32) at += 1
  return at
}

/** Looks no further than `charsMax`: a search to the end from each of many brackets would be quadratic. */
export function indexWithin(text: string, wanted: string, from: number, charsMax: number): number {
  const at = text.slice(from, from + charsMax).indexOf(wanted)
  return at < 0 ? -1 : from + at
}

const AUTOLINK_HEAD = /^<[a-z][a-z0-9+.-]{1,31}:/i

/**
 * Where the `>` of an autolink stands; the end of the text where it may still come, undefined where there is none. Controls, the
 * space, `<` and `>` end one, so that no unit lies within two.
 */
export function autolinkEnd(text: string, start: number): number | undefined {
  const head = AUTOLINK_HEAD.exec(text.slice(start, start + 34))
  if (head === null) return undefined
  let at = start + head[0].length
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code <= 32 || code === 60 || code === 62) break
  }
  return at === text.length || text[at] === '>' ? at : undefined
}

/** Markdown drops a backslash before ASCII punctuation. */
function withoutBackslashes(text: string): string {
  return text.includes('\\') ? text.replace(/\\([!-/:-@[-`{-~])/g, '$1') : text
}

/** As written and without its backslashes: renderers differ, and both places must be allowed. */
export function markdownTarget(written: string): LinkTarget | undefined {
  const decoded = decodeReferences(written)
  const plain = withoutBackslashes(decoded)
  const first = targetOf(decoded)
  const second = plain === decoded ? undefined : targetOf(plain)
  if (first === undefined || second === undefined) return first ?? second
  return {
    hosts: [...new Set([...first.hosts, ...second.hosts])],
    reasons: new Set([...first.reasons, ...second.reasons]),
  }
}

/** Labels match in any case (two letters may be one in the other case) and with any white space. */
export function normalLabel(label: string): string {
  return label
    .replace(/\s{1,1000}/g, ' ')
    .trim()
    .toLowerCase()
    .toUpperCase()
}

const REFERENCE = /^\s?\[((?:\\[^]|[^\\\]]){0,1000})\]/

/** The label in brackets behind those of an image, empty where there is none, and its end: that of the text where it may go on. */
export function readReference(text: string, start: number): { readonly label: string; readonly end: number } {
  const rest = text.slice(start, start + LABEL_MAX + 4)
  const found = REFERENCE.exec(rest)
  if (found !== null) return { label: normalLabel(found[1] ?? ''), end: start + found[0].length }
  const isOpen = text.length - start < LABEL_MAX + 4 && /^\s?(?:\[|$)/.test(rest)
  return { label: '', end: isOpen ? text.length : start }
}

/** An odd number of backslashes stands before a place. */
export function isEscaped(text: string, at: number): boolean {
  let from = at
  while (text.charCodeAt(from - 1) === 92) from -= 1
  return (at - from) % 2 === 1
}
