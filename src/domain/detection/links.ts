export interface LinkSpan {
  readonly start: number
  readonly end: number
  readonly kind: 'image' | 'link'
  readonly host: string
  /** Text to keep when the link is taken away. */
  readonly label: string
}

const URL_MAX = 4_096
const LABEL_MAX = 1_000

/** Markdown images and links, HTML `src`/`href`, autolinks and bare URLs, found by one linear scan. */
export function findLinks(text: string): readonly LinkSpan[] {
  const spans: LinkSpan[] = []
  let index = 0
  while (index < text.length) {
    const span = spanAt(text, index)
    if (span === undefined) index += 1
    else {
      spans.push(span)
      index = span.end
    }
  }
  return spans
}

function spanAt(text: string, index: number): LinkSpan | undefined {
  const char = text[index]
  if (char === '!' && text[index + 1] === '[') return markdown(text, index, index + 1, 'image')
  if (char === '[') return markdown(text, index, index, 'link')
  if (char === '<') return html(text, index)
  if (char === 'h' || char === 'H' || char === '/' || char === 'd' || char === 'j' || char === 'D' || char === 'J')
    return bare(text, index)
  return undefined
}

/** Looks no further than `charsMax`: a search to the end from each of many brackets would be quadratic. */
function indexWithin(text: string, wanted: string, from: number, charsMax: number): number {
  const at = text.slice(from, from + charsMax).indexOf(wanted)
  return at < 0 ? -1 : from + at
}

function markdown(text: string, start: number, bracket: number, kind: LinkSpan['kind']): LinkSpan | undefined {
  const close = indexWithin(text, ']', bracket + 1, LABEL_MAX)
  if (close < 0) return undefined
  if (text[close + 1] === '(') {
    const end = indexWithin(text, ')', close + 2, URL_MAX)
    if (end < 0) return undefined
    const target =
      text
        .slice(close + 2, end)
        .trim()
        .split(/\s/)[0] ?? ''
    const host = hostOf(target.replace(/^<|>$/g, ''))
    return host === undefined ? undefined : { start, end: end + 1, kind, host, label: text.slice(bracket + 1, close) }
  }
  if (text[close + 1] === ':') {
    // A reference definition: `[x]: https://…`, to the end of its line.
    const host = hostOf(
      text
        .slice(close + 2, close + URL_MAX)
        .split('\n', 1)[0]
        ?.trim()
        .split(/\s/, 1)[0] ?? '',
    )
    if (host === undefined) return undefined
    const line = text.indexOf('\n', close)
    return { start, end: line < 0 ? text.length : line, kind: 'link', host, label: '' }
  }
  return undefined
}

function html(text: string, start: number): LinkSpan | undefined {
  const end = indexWithin(text, '>', start, URL_MAX)
  if (end < 0) return undefined
  const tag = text.slice(start, end + 1)
  const attribute = /(?:src|href|srcset|poster|action|data|background|style)\s*=\s*["']?([^"'\s>]{1,4000})/i.exec(tag)
  const target = attribute?.[1] ?? /^<(https?:\/\/[^\s>]{1,4000})>$/i.exec(tag)?.[1] ?? ''
  const url = /url\(\s*['"]?([^'")]{1,4000})/i.exec(tag)?.[1] ?? target
  const host = hostOf(url)
  return host === undefined
    ? undefined
    : {
        start,
        end: end + 1,
        kind: /^<(?:img|svg|image|video|audio|iframe|object|embed|link|script)/i.test(tag) ? 'image' : 'link',
        host,
        label: '',
      }
}

function bare(text: string, start: number): LinkSpan | undefined {
  if (start > 0 && /[A-Za-z0-9:]/.test(text.charAt(start - 1))) return undefined
  const head = text.slice(start, start + 11).toLowerCase()
  if (
    !head.startsWith('http://') &&
    !head.startsWith('https://') &&
    !head.startsWith('//') &&
    !head.startsWith('data:') &&
    !head.startsWith('javascript:')
  )
    return undefined
  let end = start
  while (end < text.length && end - start < URL_MAX && !/[\s<>"'`)\]]/.test(text.charAt(end))) end += 1
  while (end > start && /[.,;:!?]/.test(text.charAt(end - 1))) end -= 1
  const host = hostOf(text.slice(start, end))
  return host === undefined ? undefined : { start, end, kind: 'link', host, label: '' }
}

/** The host as a browser would see it; `data:`/`javascript:` give their scheme; undefined when it leads nowhere outside. */
function hostOf(target: string): string | undefined {
  if (/^(?:data|javascript|vbscript|file):/i.test(target))
    return `${target.slice(0, target.indexOf(':')).toLowerCase()}:`
  const absolute = target.startsWith('//') ? `https:${target}` : target
  if (!/^https?:/i.test(absolute)) return undefined
  return URL.canParse(absolute) ? new URL(absolute).hostname : 'unparsable'
}

/** `example.com` allows itself and its subdomains; nothing else does. */
export function isAllowedHost(host: string, allow: readonly string[]): boolean {
  return allow.some((allowed) => host === allowed.toLowerCase() || host.endsWith(`.${allowed.toLowerCase()}`))
}
