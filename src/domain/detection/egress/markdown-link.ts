import { URL_MAX } from './bare-url.ts'

export interface Destination {
  readonly written: string
  /** One beyond the destination itself. */
  readonly end: number
}

const PARENTHESES_MAX = 32
const TITLE_MAX = 1_000

/**
 * The destination of an inline link or a definition from `start` (CommonMark: in angle brackets, or without white space and with
 * balanced parentheses); undefined when there is none.
 */
export function readDestination(text: string, start: number): Destination | undefined {
  const from = gapEnd(text, start)
  if (text[from] === '<') {
    const close = indexWithin(text, '>', from + 1, URL_MAX)
    return close < 0 ? undefined : { written: text.slice(from + 1, close), end: close + 1 }
  }
  let open = 0
  let end = from
  for (; end < text.length && end - from < URL_MAX; end++) {
    const code = text.charCodeAt(end)
    if (code <= 32) break
    if (code === 92) {
      end += 1
      continue
    }
    if (code === 40 && ++open > PARENTHESES_MAX) return undefined
    if (code === 41 && open-- === 0) break
  }
  return end === from ? undefined : { written: text.slice(from, end), end: Math.min(end, text.length) }
}

const QUOTES: Readonly<Record<string, string>> = { '"': '"', "'": "'", '(': ')' }

/** One beyond the `)` of an inline link: white space and a title may stand before it, and nothing else. */
export function inlineEnd(text: string, destinationEnd: number): number | undefined {
  const at = titleEnd(text, destinationEnd)
  return at !== undefined && text[at] === ')' ? at + 1 : undefined
}

/** The end of a definition's line, where nothing but a title stands behind the destination. */
export function definitionEnd(text: string, destinationEnd: number): number | undefined {
  const line = indexWithin(text, '\n', destinationEnd, TITLE_MAX)
  const end = line < 0 ? text.length : line
  const at = titleEnd(text, destinationEnd)
  return at === undefined || at < end ? undefined : end
}

/** One beyond the title behind a destination and the white space around it; undefined where it is not closed. */
function titleEnd(text: string, destinationEnd: number): number | undefined {
  const at = gapEnd(text, destinationEnd)
  const quote = QUOTES[text.charAt(at)]
  if (quote === undefined) return at
  const close = indexWithin(text, quote, at + 1, TITLE_MAX)
  return close < 0 ? undefined : gapEnd(text, close + 1)
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

/** Markdown drops a backslash before ASCII punctuation. */
export function withoutBackslashes(text: string): string {
  return text.includes('\\') ? text.replace(/\\([!-/:-@[-`{-~])/g, '$1') : text
}
