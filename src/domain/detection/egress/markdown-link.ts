import { URL_MAX } from './bare-url.ts'

export interface Destination {
  readonly written: string
  /** One beyond the destination itself. */
  readonly end: number
}

const PARENTHESES_MAX = 32
const GAP_MAX = 64
const TITLE_MAX = 1_000

/**
 * The destination of an inline link or a definition from `start` (CommonMark: in angle brackets, or without white space and with
 * balanced parentheses); undefined when there is none.
 */
export function readDestination(text: string, start: number): Destination | undefined {
  let from = start
  while (from < text.length && from - start < GAP_MAX && text.charCodeAt(from) <= 32) from += 1
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

/** One beyond the `)` of an inline link, title skipped; undefined when it is not closed. */
export function inlineEnd(text: string, destinationEnd: number): number | undefined {
  let at = destinationEnd
  while (at < text.length && at - destinationEnd < GAP_MAX && text.charCodeAt(at) <= 32) at += 1
  const quote = text[at]
  if (quote === '"' || quote === "'") {
    const close = indexWithin(text, quote, at + 1, TITLE_MAX)
    if (close >= 0) at = close + 1
  }
  const close = indexWithin(text, ')', at, TITLE_MAX)
  return close < 0 ? undefined : close + 1
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
