import { decodeReferences } from '../detection/egress/html-tag.ts'
import { readOnce } from './read-once.ts'
import type { SourceLeaf, SourceResult } from './read-sources.ts'

/**
 * A link that a result holds, or that one of its pages gives without the site. Host, `www.` and the closing slash count as
 * browsers read them, the rest as it stands: what a link begins with is no link, nor is one with a fragment of one's own.
 */
export function isLinked(url: URL, sources: readonly SourceResult[]): boolean {
  const [site, wanted] = [siteOf(url), formOf(url)]
  // Most of what stands in a text is not worth parsing.
  const end = /#.*/s.exec(url.href)?.[0] ?? (url.search || (url.pathname.replace(/\/$/, '').split('/').at(-1) ?? ''))
  return sources.some(({ leaves, pages }) => {
    const bases = pages.filter((page) => siteOf(page) === site)
    return leaves.some(
      (leaf) =>
        (bases.length > 0 || leaf.lower.includes(site)) &&
        referencesIn(leaf).some(
          (reference) =>
            reference.includes(end) &&
            (bases.some(({ href }) => isForm(reference, wanted, href)) ||
              (reference.toLowerCase().includes(site) &&
                isForm(/^[a-z][a-z0-9+.-]{0,20}:/i.test(reference) ? reference : `https://${reference}`, wanted))),
        ),
    )
  })
}

const siteOf = (url: URL): string => url.host.replace(/^www\./, '')

const formOf = (url: URL): string =>
  `${url.username}:${url.password}@${siteOf(url)}${url.pathname.replace(/\/$/, '')}${url.search}`

const isForm = (reference: string, wanted: string, base?: string): boolean =>
  URL.canParse(reference, base) && formOf(new URL(reference, base)) === wanted

const TOKENS_MAX = 20_000

/**
 * What a reader or a browser could take for a link: whatever stands between spaces, quotes or brackets. That words of a page are
 * taken for links below it tells its site nothing new.
 */
const referencesIn = readOnce(({ text }: SourceLeaf) =>
  decodeReferences(text)
    .split(/[\s"'<>`]+/, TOKENS_MAX)
    .flatMap((token) => {
      const whole = token.slice(0, 2_000).replace(/^(?:href=|src=|[([{*_]{1,9})/i, '')
      return [
        whole,
        ...[whole, ...whole.split(/[()[\]{}|,]/, 20)].map((part) => part.replace(/[.,;:!?*)\]}|_]{1,9}$/, '')),
      ]
    }),
)
