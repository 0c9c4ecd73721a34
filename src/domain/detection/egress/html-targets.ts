import { cssUrls } from './css-urls.ts'
import type { HtmlAttribute, HtmlTag } from './html-tag.ts'
import { targetOf, type LinkReason, type LinkTarget } from './link-target.ts'

export interface TagTargets {
  readonly targets: readonly LinkTarget[]
  /** Something is fetched, sent or run without a click. */
  readonly loads: boolean
}

/** Attributes that hold one address; the HTML and SVG standards and their obsolete parts. */
const ADDRESS = new Set(
  (
    'href xlink:href src action formaction poster background data cite longdesc manifest profile classid codebase ' +
    'archive usemap dynsrc lowsrc icon imagesrc src-set data-src data-href data-url'
  ).split(' '),
)
/** Attributes that are fetched as soon as they are shown. */
const LOADING = new Set('src poster background data srcset imagesrcset dynsrc lowsrc archive codebase'.split(' '))
const LOADING_TAG =
  /^(?:img|svg|image|feimage|use|video|audio|source|track|iframe|frame|object|embed|link|script|input|base|meta)$/
const SRCSET_MAX = 64

/** What a tag leads to, whichever of its attributes says so. */
export function targetsOfTag({ name, attributes }: HtmlTag): TagTargets {
  const targets: LinkTarget[] = []
  let loads = false
  for (const attribute of attributes) {
    const found = targetsOfAttribute(name, attribute, attributes)
    if (found.length === 0) continue
    targets.push(...found)
    if (LOADING.has(attribute.name) || LOADING_TAG.test(name) || /url\(|image-set\(/i.test(attribute.value))
      loads = true
  }
  return { targets, loads }
}

function targetsOfAttribute(
  tag: string,
  { name, value }: HtmlAttribute,
  all: readonly HtmlAttribute[],
): readonly LinkTarget[] {
  if (ADDRESS.has(name)) return one(value)
  if (name === 'srcset' || name === 'imagesrcset')
    return value.split(/,\s|\s/, SRCSET_MAX).flatMap((candidate) => one(candidate.replace(/^,|,$/g, '')))
  if (name === 'ping') return value.split(/\s/, SRCSET_MAX).flatMap(one)
  if (name === 'srcdoc') return [script('scheme')]
  // Braces are a template's: `onClick={handler}` of a framework is not run by a browser.
  if (/^on[a-z]{3,40}$/.test(name) && value !== '' && !value.startsWith('{')) return [script('script')]
  if (tag === 'meta' && name === 'content' && isRefresh(all)) return one(refreshTarget(value))
  if (/^(?:animate|set)/.test(tag) && (name === 'to' || name === 'from' || name === 'values' || name === 'by'))
    return value.split(';', SRCSET_MAX).flatMap(one)
  return name === 'style' || /url\(/i.test(value) ? cssUrls(value).flatMap(one) : []
}

function one(value: string): readonly LinkTarget[] {
  const target = targetOf(value)
  return target === undefined ? [] : [target]
}

/** Code that runs in the page can send anywhere: no host is known, so none is allowed. */
export function script(reason: LinkReason): LinkTarget {
  return { hosts: ['script:'], reasons: new Set([reason]) }
}

function isRefresh(attributes: readonly HtmlAttribute[]): boolean {
  return attributes.some(({ name, value }) => name === 'http-equiv' && value.trim().toLowerCase() === 'refresh')
}

/** `0; url='https://…'`, with or without `url=` and quotes. */
function refreshTarget(content: string): string {
  const behind = content.replace(/^[\s\d.]{0,16384}[;,]?\s{0,16384}/, '')
  return behind.replace(/^url\s{0,16384}=\s{0,16384}/i, '').replace(/^["']|["']$/g, '')
}
