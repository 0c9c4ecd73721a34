import { bareEnd, bareStop, hostStart, schemeStart, URL_MAX, wwwStart } from './egress/bare-url.ts'
import { cssUrls } from './egress/css-urls.ts'
import { decodeReferences, readTag } from './egress/html-tag.ts'
import { script, targetsOfTag } from './egress/html-targets.ts'
import { targetOf, type LinkReason, type LinkTarget } from './egress/link-target.ts'
import { ELEMENT_MAX, LABEL_MAX, TAG_MAX } from './egress/link-limits.ts'
import {
  definitionEnd,
  indexWithin,
  inlineEnd,
  OPEN,
  readDestination,
  withoutBackslashes,
} from './egress/markdown-link.ts'

export interface LinkSpan {
  readonly start: number
  readonly end: number
  readonly kind: 'image' | 'link'
  /** The first of `hosts`. */
  readonly host: string
  /** Every host that the span leads to: of several attributes, a `srcset` list, a redirector's parameter. */
  readonly hosts: readonly string[]
  /** It is fetched, sent or run without a click. */
  readonly loads: boolean
  readonly reasons: readonly LinkReason[]
  /** Text to keep when the link is taken away. */
  readonly label: string
}

/**
 * Markdown links, images and definitions, HTML and SVG tags with an address, style sheets, autolinks and bare URLs, in order and
 * apart. SECURITY: what one reading takes for the inside of a link or a tag is content in another (a title in a row of a table, a
 * tag that only HTML knows), so that the inside is read on, and what is found there joins the span around it. Linear: each
 * look-ahead is bounded, and tags that never end use up a budget, after which they count as unparsable.
 */
export function findLinks(text: string): readonly LinkSpan[] {
  return new LinkScanner(text).scan()
}

/**
 * Where the first of these begins that may still change when the text goes on; `text.length` where all are closed. It is the same
 * reading, so that nothing is found where nothing was held.
 */
export function openLinkFrom(text: string): number {
  const scanner = new LinkScanner(text)
  scanner.scan()
  return scanner.open
}

const BRACKETS_MAX = 256
const IMAGE_LABELS_MAX = 1_000
/** Characters of failed tag look-ahead allowed per character of the text. */
const TAG_WORK = 32

/** Where something may begin or end, by the units beside it; the engine's own search jumps over prose faster than a loop does. */
const TRIGGER = /[[\]]|[/\\](?=[/\\])|(?<=[a-z]):(?![ \n])|<(?=[a-z])|(?<=[lc])\(|@(?=i)|www\./gi

const WWW_LENGTH = 'www.'.length
const POINT = 46
/** White space and what stands in URLs, but for brackets, quotes and what else may begin or end something. */
const CALM_DESTINATION = /^[\s\w.~:/?#@!$&*+,;=%-]*$/

class LinkScanner {
  readonly #text: string
  readonly #spans: LinkSpan[] = []
  readonly #brackets: number[] = []
  readonly #imageLabels = new Set<string>()
  readonly #definitions = new Map<number, string>()
  /** Nothing that begins before it changes when the text goes on. */
  open: number
  /** Where the search goes on behind the span that was found last. */
  #next = 0
  #tagWork: number
  #nextClose = -2
  readonly #elementClose: { style?: number; script?: number } = {}

  constructor(text: string) {
    this.#text = text
    this.#tagWork = TAG_WORK * text.length + TAG_MAX
    this.open = text.length
  }

  scan(): readonly LinkSpan[] {
    TRIGGER.lastIndex = 0
    while (TRIGGER.test(this.#text)) {
      const end = TRIGGER.lastIndex
      const index = this.#text.charCodeAt(end - 1) === POINT ? end - WWW_LENGTH : end - 1
      this.#next = index + 1
      const span = this.#at(index)
      if (span !== undefined) this.#add(span)
      TRIGGER.lastIndex = this.#next
    }
    for (const open of this.#brackets) this.#hold(this.#text[open - 1] === '!' ? open - 1 : open, open, LABEL_MAX + 1)
    return this.#spans.map((span) =>
      this.#imageLabels.has(this.#definitions.get(span.start) ?? '\n') ? { ...span, kind: 'image', loads: true } : span,
    )
  }

  /** What begins at `start` is open, if a look-ahead of so many characters from `from` on has met the end of the text. */
  #hold(start: number, from: number, charsMax: number): void {
    if (this.#text.length - from <= charsMax) this.open = Math.min(this.open, start)
  }

  /** Spans that touch are one, and the one that begins first names it. */
  #add(found: LinkSpan): void {
    let span = found
    for (let last = this.#spans.at(-1); last !== undefined && last.end > span.start; last = this.#spans.at(-1)) {
      // A label that holds a link is not kept.
      const outer = last.start < span.start ? last : { ...span, label: '' }
      span = {
        ...outer,
        end: Math.max(last.end, span.end),
        hosts: [...new Set([...outer.hosts, ...last.hosts, ...span.hosts])],
        reasons: [...new Set([...last.reasons, ...span.reasons])],
        loads: last.loads || span.loads,
      }
      this.#spans.pop()
    }
    this.#spans.push(span)
  }

  #at(index: number): LinkSpan | undefined {
    const text = this.#text
    switch (text[index]) {
      case '[':
        if (this.#brackets.length === BRACKETS_MAX) this.#brackets.shift()
        this.#brackets.push(index)
        return undefined
      case ']':
        return this.#bracket(index)
      case '<':
        return this.#angle(index)
      case ':':
        return this.#bare(schemeStart(text, index))
      case '(':
        return this.#css(index - 3, /^(?:url|src)\(/i)
      case '@':
        return this.#css(index, /^@import/i)
      case '/':
      case '\\':
        return this.#bare(hostStart(text, index))
      default:
        return this.#bare(wwwStart(text, index), 'https://')
    }
  }

  /** `](…)` an inline link or image, `]:` a definition, else a reference. */
  #bracket(close: number): LinkSpan | undefined {
    const text = this.#text
    const opened = this.#brackets.pop() ?? -1
    // A label of that length is none; the destination behind it still is one.
    const open = close - opened > LABEL_MAX ? -1 : opened
    const isImage = open > 0 && text[open - 1] === '!'
    this.#hold(open < 0 ? close : isImage ? open - 1 : open, close + 1, 0)
    if (text[close + 1] === '(') return this.#inline(open, close, isImage)
    if (open < 0) return undefined
    const isDefinition =
      text[close + 1] === ':' && /(?:^|\n)[ \t>*+-]{0,16}$/.test(text.slice(Math.max(0, open - 17), open))
    if (!isDefinition && !isImage) return undefined
    const label = normalLabel(text.slice(open + 1, close))
    if (isDefinition) return this.#definition(open, close, label)
    if (this.#imageLabels.size < IMAGE_LABELS_MAX) {
      const reference = text[close + 1] === '[' ? indexWithin(text, ']', close + 2, LABEL_MAX) : -1
      this.#imageLabels.add(reference > close + 2 ? normalLabel(text.slice(close + 2, reference)) : label)
    }
    return undefined
  }

  #inline(open: number, close: number, isImage: boolean): LinkSpan | undefined {
    const text = this.#text
    const destination = readDestination(text, close + 2)
    const start = open < 0 ? close : isImage ? open - 1 : open
    this.#hold(start, destination.end, 0)
    const target = markdownTarget(destination.written)
    if (target === undefined) return undefined
    const exactEnd = inlineEnd(text, destination.end)
    // An image that begins a link's label takes the link's bracket with it: `[![x](…)](…)`.
    const isInLink = isImage && this.#brackets.at(-1) === open - 2
    if (exactEnd === OPEN) this.#hold(isInLink ? start - 1 : start, text.length, 0)
    if (isInLink) this.#brackets.pop()
    const label = open < 0 ? '' : text.slice(open + 1, close)
    this.#skip(close + 2, destination.end)
    const end = exactEnd === undefined || exactEnd === OPEN ? this.#inexactEnd(close, destination.end) : exactEnd
    return this.#span([isInLink ? start - 1 : start, end], [target], {
      kind: isImage && !isInLink ? 'image' : 'link',
      loads: isImage,
      label,
    })
  }

  #definition(open: number, close: number, label: string): LinkSpan | undefined {
    const text = this.#text
    const destination = readDestination(text, close + 2)
    this.#hold(open, destination.end, 0)
    const target = markdownTarget(destination.written)
    if (target === undefined) return undefined
    this.#definitions.set(open, label)
    this.#skip(close + 2, destination.end)
    const end = definitionEnd(text, destination.end)
    if (end === text.length) this.#hold(open, end, 0)
    return this.#span([open, end ?? this.#inexactEnd(close, destination.end)], [target], LINK)
  }

  /** Where the text behind a destination makes it none for CommonMark: no other bracket may come to stand behind what is cut. */
  #inexactEnd(close: number, end: number): number {
    return this.#text.charCodeAt(end) <= 32 || end === this.#text.length ? end : close + 2
  }

  /** A destination in which nothing else can begin need not be read again. */
  #skip(from: number, to: number): void {
    if (CALM_DESTINATION.test(this.#text.slice(from, to))) this.#next = to
  }

  #angle(start: number): LinkSpan | undefined {
    const text = this.#text
    const next = text.charCodeAt(start + 1) | 32
    if (next < 97 || next > 122) return undefined
    if (this.#nextClose !== -1 && this.#nextClose < start) this.#nextClose = text.indexOf('>', start)
    if (this.#nextClose < 0 && text.length - start <= TAG_MAX) {
      this.#hold(start, start, TAG_MAX)
      return undefined
    }
    const autolink = /^<([a-z][a-z0-9+.-]{1,31}:[^\s<>]{0,4000})>/i.exec(text.slice(start, start + URL_MAX))
    if (autolink !== null) {
      const target = targetOf(decodeReferences(autolink[1] ?? ''))
      const end = start + autolink[0].length
      return target === undefined ? undefined : this.#span([start, end], [target], LINK)
    }
    return this.#tag(start)
  }

  #tag(start: number): LinkSpan | undefined {
    const text = this.#text
    if (this.#tagWork < 0) this.open = 0
    if (this.#tagWork < 0) return this.#span([start, start + 1], [UNPARSABLE], LINK)
    const limit = Math.min(text.length, start + TAG_MAX)
    const tag = readTag(text, start, limit)
    if (tag === undefined) {
      this.#tagWork -= limit - start
      // A browser reads on, whatever the length.
      this.#hold(start, start, TAG_MAX)
      const isLong = limit < text.length && text.slice(start, limit).includes('=')
      return isLong ? this.#span([start, start + 1], [UNPARSABLE], LINK) : undefined
    }
    this.#tagWork -= tag.end - start
    const { targets, loads } = targetsOfTag(tag)
    if (tag.name === 'style' || tag.name === 'script') {
      const end = this.#elementEnd(tag.name, start, tag.end)
      const content = text.slice(tag.end, end)
      this.#tagWork -= content.length
      const inner =
        tag.name === 'style'
          ? cssTargets(content)
          : targets.length > 0 || content.trim() === ''
            ? []
            : [script('script')]
      if (targets.length + inner.length > 0) return this.#span([start, end], [...targets, ...inner], LOADING)
    }
    if (targets.length === 0) return undefined
    const isImage = /^(?:img|svg|image|video|audio|iframe|object|embed|link|script)/.test(tag.name)
    return this.#span([start, tag.end], targets, { kind: isImage ? 'image' : 'link', loads, label: '' })
  }

  /** One beyond `</name>`; an element that is not closed has no content of its own and is read on as text. */
  #elementEnd(name: 'style' | 'script', start: number, from: number): number {
    if ((this.#elementClose[name] ?? 0) < from) {
      const closing = name === 'style' ? /<\/style[\s/>]/gi : /<\/script[\s/>]/gi
      closing.lastIndex = from
      this.#elementClose[name] = closing.exec(this.#text)?.index ?? Number.POSITIVE_INFINITY
    }
    const close = this.#elementClose[name] ?? Number.POSITIVE_INFINITY
    const end = close - from > ELEMENT_MAX ? -1 : indexWithin(this.#text, '>', close, URL_MAX)
    if (end >= 0) return end + 1
    this.#hold(start, from, ELEMENT_MAX + URL_MAX)
    return from
  }

  /** `url(…)` and `@import …` outside of tags: a style sheet in the open, or a code sample that a renderer may take for one. */
  #css(start: number, opening: RegExp): LinkSpan | undefined {
    const text = this.#text
    if (!opening.test(text.slice(start, start + 8))) return undefined
    if (/[\w-]/.test(text.charAt(start - 1))) return undefined
    const close = indexWithin(text, text[start] === '@' ? ';' : ')', start, URL_MAX)
    if (close < 0) this.#hold(start, start, URL_MAX)
    if (close < 0) return undefined
    const targets = cssTargets(text.slice(start, close + 1))
    return targets.length === 0 ? undefined : this.#span([start, close + 1], targets, LOADING)
  }

  #bare(start: number | undefined, prefix = ''): LinkSpan | undefined {
    if (start === undefined) return undefined
    const stop = bareStop(this.#text, start)
    this.#hold(start, stop, 0)
    const end = bareEnd(this.#text, start, stop)
    const written = this.#text.slice(start, end)
    const target = targetOf(prefix + decodeReferences(written))
    if (target === undefined || end <= start) return undefined
    const bracket = written.indexOf('[')
    this.#next = bracket < 0 ? end : Math.max(this.#next, start + bracket)
    return this.#span([start, end], [target], LINK)
  }

  #span(
    [start, end]: readonly [number, number],
    targets: readonly LinkTarget[],
    about: Pick<LinkSpan, 'kind' | 'loads' | 'label'>,
  ): LinkSpan {
    const hosts = [...new Set(targets.flatMap((target) => target.hosts))]
    const reasons = [...new Set(targets.flatMap((target) => [...target.reasons]))]
    return { start, end, host: hosts[0] ?? 'unparsable', hosts, reasons, ...about }
  }
}

const LINK = { kind: 'link', loads: false, label: '' } as const
const LOADING = { kind: 'image', loads: true, label: '' } as const
const UNPARSABLE: LinkTarget = { hosts: ['unparsable'], reasons: new Set(['unparsable']) }

function normalLabel(label: string): string {
  return label
    .replace(/\s{1,1000}/g, ' ')
    .trim()
    .toLowerCase()
}

/** As written and without its backslashes: renderers differ, and both places must be allowed. */
function markdownTarget(written: string): LinkTarget | undefined {
  const decoded = decodeReferences(written)
  const plain = withoutBackslashes(decoded)
  const found = [decoded, ...(plain === decoded ? [] : [plain])].flatMap((form) => targetOf(form) ?? [])
  return found.length === 0
    ? undefined
    : {
        hosts: found.flatMap(({ hosts }) => hosts),
        reasons: new Set(found.flatMap(({ reasons }) => [...reasons])),
      }
}

function cssTargets(css: string): readonly LinkTarget[] {
  return cssUrls(css).flatMap((url) => targetOf(url) ?? [])
}

export interface LinkPolicy {
  readonly allow: readonly string[]
  readonly images: boolean
}

/**
 * The finding that a link is under a policy, or undefined: every host must be allowed, what loads by itself needs `images`, and
 * a URL that carries data is one even on an allowed host.
 */
export function linkFinding(
  { kind, hosts, loads, reasons }: LinkSpan,
  { allow, images }: LinkPolicy,
): 'egress/link' | 'egress/image' | 'egress/data-in-url' | undefined {
  if (!hosts.every((host) => isAllowedHost(host, allow))) return `egress/${kind}`
  if ((loads || kind === 'image') && !images) return 'egress/image'
  return reasons.includes('data-in-url') ? 'egress/data-in-url' : undefined
}

/** `example.com` allows itself and its subdomains; nothing else does. */
export function isAllowedHost(host: string, allow: readonly string[]): boolean {
  return allow.some((allowed) => host === allowed.toLowerCase() || host.endsWith(`.${allowed.toLowerCase()}`))
}
