import { hostStart, readBare, schemeStart, URL_MAX, wwwStart } from './egress/bare-url.ts'
import { cssUrls } from './egress/css-urls.ts'
import { decodeReferences, readTag } from './egress/html-tag.ts'
import { script, targetsOfTag } from './egress/html-targets.ts'
import { HostsBehind } from './egress/host-behind.ts'
import { LinkMemory } from './egress/link-memory.ts'
import { joinSpan, linkSpan, type LinkSpan } from './egress/link-span.ts'
import { OpenBrackets } from './egress/open-brackets.ts'
import { targetOf, UNPARSABLE, type LinkTarget } from './egress/link-target.ts'
import { ELEMENT_MAX, LABEL_MAX, TAG_MAX } from './egress/link-limits.ts'
import {
  autolinkEnd,
  definitionEnd,
  indexWithin,
  inlineEnd,
  isEscaped,
  markdownTarget,
  normalLabel,
  OPEN,
  readDestination,
  readReference,
  type Destination,
} from './egress/markdown-link.ts'

/**
 * Markdown links, images and definitions, HTML and SVG tags with an address, style sheets, autolinks and bare URLs, in order and
 * apart. SECURITY: what one reading takes for the inside of a link or a tag is content in another (a title in a row of a table, a
 * tag that only HTML knows), so that the inside is read on, and what is found there joins the span around it. Linear: each
 * look-ahead is bounded, and tags that never end use up a budget, after which they count as unparsable.
 * `memory` is of the parts of the text that stand before this one, and learns of it.
 */
export function findLinks(text: string, memory?: LinkMemory): readonly LinkSpan[] {
  const first = text.search(TRIGGER)
  // Without a memory nobody asks what the text leaves open.
  if (first < 0 && memory === undefined) return NO_SPANS
  return new LinkScanner(text, memory ?? new LinkMemory()).scan(Math.max(0, first))
}

const NO_SPANS: readonly LinkSpan[] = []

/**
 * Where the first of these begins that may still change when the text goes on; `text.length` where all are closed. It is the same
 * reading, so that nothing is found where nothing was held.
 */
export function openLinkFrom(text: string, memory?: LinkMemory): number {
  const scanner = new LinkScanner(text, new LinkMemory(memory), true)
  const spans = scanner.scan()
  // What is found there joins the span around it.
  return spans.findLast(({ start, end }) => start < scanner.open && end > scanner.open)?.start ?? scanner.open
}

/** Characters of failed tag look-ahead allowed per character of the text. */
const TAG_WORK = 32

/** Where something may begin or end, by the units beside it; the engine's own search jumps over prose faster than a loop does. */
const TRIGGER = /[[\]]|[/\\](?=[/\\])|(?<=[a-z]):(?![ \n])|<(?=[a-z])|(?<=[lc])\(|@(?=i)|www\./gi

const MARKS_MAX = 64
const LINE_START = /[\r\n][ \t>*+.)\d-]{0,64}$/

/** Where a construct begins, and its brackets; -1 where the first of them is too far away or in another part. */
type Place = readonly [start: number, open: number, close: number]

const WWW_LENGTH = 'www.'.length
const POINT = 46
/** `url(` and `src(`. */
const CSS_OPENING = 4
/** A tag with one attribute, and a destination, that hold nothing but what stands in URLs, but for brackets, quotes and what else may begin or end something. */
const CALM_TAG = /^<[a-z]{1,8} [a-z]{1,8}="[\w.~:/?#@!$&*+,;=%-]*"[ /]{0,2}>$/i
const CALM_DESTINATION = /^[\s\w.~:/?#@!$&*+,;=%-]*$/

class LinkScanner {
  readonly #text: string
  readonly #spans: LinkSpan[] = []
  readonly #memory: LinkMemory
  readonly #isOutline: boolean
  readonly #brackets: OpenBrackets
  /** Nothing that begins before it changes when the text goes on. */
  open: number
  /** Where the search goes on behind the span that was found last. */
  #next = 0
  #tagWork: number
  #nextClose = -2
  /** Where the bare URL ends that was read last; what begins before lies within it. */
  #bareStop = 0
  readonly #behind: HostsBehind
  readonly #elementClose: { style?: number; script?: number } = {}

  /** `isOutline`: only what is open is asked for. Then every address counts as one that leads out, and none is parsed. */
  constructor(text: string, memory: LinkMemory, isOutline = false) {
    this.#text = text
    this.#isOutline = isOutline
    this.#memory = memory
    this.#behind = new HostsBehind(text)
    const isParted = memory.isLineStart && /^[ \t\r]{0,64}\n/.test(text)
    this.#brackets = isParted ? new OpenBrackets(text, [], 0) : new OpenBrackets(text, memory.brackets, memory.images)
    this.#tagWork = TAG_WORK * text.length + TAG_MAX
    this.open = text.length
  }

  /** Nothing begins before `from`. */
  scan(from = 0): readonly LinkSpan[] {
    TRIGGER.lastIndex = from
    while (TRIGGER.test(this.#text)) {
      const end = TRIGGER.lastIndex
      const index = this.#text.charCodeAt(end - 1) === POINT ? end - WWW_LENGTH : end - 1
      this.#next = index + 1
      const span = this.#at(index)
      if (span !== undefined) joinSpan(this.#spans, span)
      TRIGGER.lastIndex = this.#next
    }
    this.#brackets.endParagraph(this.#text.length)
    const { entries, images } = this.#brackets
    for (const entry of entries) if (entry >= 0) this.#hold((entry >> 1) - (entry & 1), entry >> 1, LABEL_MAX + 1)
    this.#memory.brackets = entries.map((entry) => (entry & 1) - 2)
    this.#memory.images = images
    if (this.#text !== '') this.#memory.isLineStart = this.#isLineStart(this.#text.length)
    return this.#spans
  }

  /** What begins at `start` is open, if a look-ahead of so many characters from `from` on has met the end of the text. */
  #hold(start: number, from: number, charsMax: number): void {
    if (this.#text.length - from <= charsMax) this.open = Math.min(this.open, start)
  }

  #at(index: number): LinkSpan | undefined {
    const text = this.#text
    switch (text[index]) {
      case '[':
        if (!isEscaped(text, index)) this.#brackets.open(index, text[index - 1] === '!' ? 1 : 0)
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

  /** Nothing but marks of lists and quotes stands before a place in its line. */
  #isLineStart(at: number): boolean {
    const isFirst = at <= MARKS_MAX && this.#memory.isLineStart
    return LINE_START.test((isFirst ? '\n' : '') + this.#text.slice(Math.max(0, at - MARKS_MAX - 1), at))
  }

  /** `](…)` an inline link or image, `]:` a definition, else a reference. */
  #bracket(close: number): LinkSpan | undefined {
    const text = this.#text
    this.#brackets.endParagraph(close)
    const { images } = this.#brackets
    const entry = isEscaped(text, close) ? this.#brackets.last : this.#brackets.close()
    const isOwn = (entry & 1) === 1
    // SECURITY: of brackets that stand in code or in a tag no two renderers think alike; where an image is open, this may end it.
    const isImage = isOwn || images > 0
    // A label of that length is none; the destination behind it still is one.
    const open = close - (entry >> 1) > LABEL_MAX ? -1 : entry >> 1
    const start = open < 0 ? close : isOwn ? open - 1 : open
    this.#hold(start, close + 1, 0)
    if (text[close + 1] === '(') return this.#inline([start, open, close], isImage)
    if (open >= 0 && text[close + 1] === ':' && this.#isLineStart(open)) return this.#definition(open, close)
    return isImage ? this.#reference([start, open, close], isOwn) : undefined
  }

  /** An image whose address a definition says: of the two, what comes second is the image. */
  #reference([start, open, close]: Place, isOwn: boolean): LinkSpan | undefined {
    const reference = readReference(this.#text, close + 1)
    this.#hold(start, reference.end, 0)
    const alt = open < 0 ? '' : this.#text.slice(open + 1, close)
    for (const label of [reference.label, isOwn ? normalLabel(alt) : '']) {
      if (label === '') continue
      this.#memory.show(label)
      const target = this.#memory.targetOf(label)
      if (target === undefined) continue
      const end = label === reference.label ? reference.end : close + 1
      return linkSpan([start, end], [target], { ...LOADING, label: alt })
    }
    return undefined
  }

  #inline([start, open, close]: Place, isImage: boolean): LinkSpan | undefined {
    const text = this.#text
    const destination = readDestination(text, close + 2)
    this.#hold(start, destination.end, 0)
    const target = this.#targetOf(destination)
    if (target === undefined) return undefined
    const exactEnd = inlineEnd(text, destination.end)
    // An image that begins a link's label takes the link's bracket with it: `[![x](…)](…)`.
    const around = this.#brackets.last
    const isInLink = start < open && around >= 0 && around >> 1 === open - 2
    // In an outline the bracket stays open: whether the image leads out is not known.
    if (isInLink && !this.#isOutline) this.#brackets.takeLast()
    if (exactEnd === OPEN) this.#hold(isInLink ? start - 1 : start, text.length, 0)
    const label = open < 0 ? '' : text.slice(open + 1, close)
    const end = exactEnd === undefined || exactEnd === OPEN ? this.#inexactEnd(close, destination.end) : exactEnd
    this.#skip([close + 2, destination.end], end)
    return linkSpan([isInLink ? start - 1 : start, end], [target], {
      kind: isImage && !isInLink ? 'image' : 'link',
      loads: isImage,
      label,
    })
  }

  #definition(open: number, close: number): LinkSpan | undefined {
    const text = this.#text
    const label = normalLabel(text.slice(open + 1, close))
    const destination = readDestination(text, close + 2)
    this.#hold(open, destination.end, 0)
    const target = this.#targetOf(destination)
    if (target === undefined) return undefined
    this.#memory.define(label, target)
    const exactEnd = definitionEnd(text, destination.end)
    if (exactEnd === text.length) this.#hold(open, exactEnd, 0)
    const end = exactEnd ?? this.#inexactEnd(close, destination.end)
    this.#skip([close + 2, destination.end], end)
    const span = linkSpan([open, end], [target], LINK)
    return this.#memory.isShown(label) ? { ...span, kind: 'image', loads: true } : span
  }

  #targetOf({ written, isLong }: Destination): LinkTarget | undefined {
    if (isLong) return UNPARSABLE
    if (written === '') return undefined
    return this.#isOutline ? UNPARSABLE : markdownTarget(written)
  }

  /** Where the text behind a destination makes it none for CommonMark: no other bracket may come to stand behind what is cut. */
  #inexactEnd(close: number, end: number): number {
    return this.#text.charCodeAt(end) <= 32 || end === this.#text.length ? end : close + 2
  }

  /** A destination in which nothing else can begin need not be read again. SECURITY: but where it is not cut, it is a URL by itself. */
  #skip([from, to]: readonly [number, number], cutTo: number): void {
    if (cutTo >= to && CALM_DESTINATION.test(this.#text.slice(from, to))) this.#next = to
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
    const close = autolinkEnd(text, start)
    if (close === text.length) this.#hold(start, close, 0)
    else if (close !== undefined) {
      const isLong = close - start > URL_MAX
      const target = isLong ? UNPARSABLE : targetOf(decodeReferences(text.slice(start + 1, close)))
      return target === undefined ? undefined : linkSpan([start, close + 1], [target], LINK)
    }
    return this.#tag(start)
  }

  #tag(start: number): LinkSpan | undefined {
    const text = this.#text
    if (this.#tagWork < 0) this.open = 0
    if (this.#tagWork < 0) return linkSpan([start, start + 1], [UNPARSABLE], LINK)
    const limit = Math.min(text.length, start + TAG_MAX)
    const tag = readTag(text, start, limit)
    if (tag === undefined) {
      this.#tagWork -= limit - start
      // A browser reads on, whatever the length.
      this.#hold(start, start, TAG_MAX)
      const isLong = limit < text.length && text.slice(start, limit).includes('=')
      return isLong ? linkSpan([start, start + 1], [UNPARSABLE], LINK) : undefined
    }
    this.#tagWork -= tag.end - start
    const { targets, loads } = this.#isOutline ? SOMEWHERE : targetsOfTag(tag)
    if (tag.name === 'style' || tag.name === 'script') {
      const end = this.#elementEnd(tag.name, start, tag.end)
      const content = text.slice(tag.end, end)
      this.#tagWork -= content.length
      const inner =
        tag.name === 'style'
          ? this.#isOutline
            ? []
            : cssTargets(content)
          : targets.length > 0 || content.trim() === ''
            ? []
            : [script('script')]
      if (targets.length + inner.length > 0) return linkSpan([start, end], [...targets, ...inner], LOADING)
    }
    if (targets.length === 0) return undefined
    if (CALM_TAG.test(text.slice(start, tag.end))) this.#next = tag.end
    const isImage = /^(?:img|svg|image|video|audio|iframe|object|embed|link|script)/.test(tag.name)
    return linkSpan([start, tag.end], targets, { kind: isImage ? 'image' : 'link', loads, label: '' })
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
    // Longer than anybody looks: what cannot be read is taken apart.
    if (close < 0 && text[start] !== '@' && text.length - start > URL_MAX)
      return linkSpan([start, start + CSS_OPENING], [UNPARSABLE], LOADING)
    if (close < 0 || this.#isOutline) return undefined
    const targets = cssTargets(text.slice(start, close + 1))
    return targets.length === 0 ? undefined : linkSpan([start, close + 1], targets, LOADING)
  }

  #bare(start: number | undefined, prefix = ''): LinkSpan | undefined {
    if (start === undefined) return undefined
    const { stop, end, resume, readings, isLong, isHostOpen } = readBare(this.#text, start, this.#bareStop)
    this.#hold(start, isHostOpen ? this.#behind.endFrom(stop) : stop, 0)
    if (end <= start) return undefined
    this.#bareStop = Math.max(this.#bareStop, stop)
    this.#next = Math.max(this.#next, resume)
    if (isLong || this.#isOutline) return linkSpan([start, end], [UNPARSABLE], LINK)
    const targets = readings.flatMap((reading) => markdownTarget(prefix + reading) ?? [])
    const behind = isHostOpen ? this.#behind.behind(stop) : undefined
    if (behind !== undefined) return linkSpan([start, behind.end], [...targets, behind.target], LINK)
    return targets.length === 0 ? undefined : linkSpan([start, end], targets, LINK)
  }
}

const LINK = { kind: 'link', loads: false, label: '' } as const
const SOMEWHERE = { targets: [UNPARSABLE], loads: true }
const LOADING = { kind: 'image', loads: true, label: '' } as const

function cssTargets(css: string): readonly LinkTarget[] {
  return cssUrls(css).flatMap((url) => targetOf(url) ?? [])
}
