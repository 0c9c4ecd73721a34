import { canonicalView } from '../canonical-view.ts'
import { carriesData } from './carried-data.ts'
import { plainHost } from './plain-url.ts'
import { punycodeDecode } from './punycode.ts'

/** Why a link deserves a look although its host may be allowed. */
export type LinkReason =
  | 'credentials'
  | 'data-in-url'
  | 'homograph'
  | 'ip-address'
  | 'redirector'
  | 'scheme'
  | 'script'
  | 'unparsable'

/** Where a link leads: its own host first, then those that it hands on to. */
export interface LinkTarget {
  /** Each once: host names as a browser resolves them, `scheme:` for schemes without one, `unparsable` for what no browser takes. */
  readonly hosts: readonly string[]
  readonly reasons: ReadonlySet<LinkReason>
}

/** What no browser takes, or nobody can tell. */
export const UNPARSABLE: LinkTarget = { hosts: ['unparsable'], reasons: new Set(['unparsable']) }

const HOST_SCHEMES = new Set(['http:', 'https:', 'ws:', 'wss:', 'ftp:'])
/** Schemes that open a program of the reader's own and fetch nothing by themselves. */
const LOCAL_SCHEMES = new Set(['mailto:', 'tel:', 'sms:', 'cid:', 'mid:', 'about:', 'geo:', 'urn:'])
const REDIRECTS_MAX = 3
/** Without one of these a path of the page's own host names no other; code such as `call[i](x)` looks like a link and is not. */
const HANDS_ON = /[:%=\\]|\/\/|aHR0c/

const NO_REASONS: ReadonlySet<LinkReason> = new Set()

/**
 * The target of an attribute or a Markdown destination, entities already decoded; undefined when it stays on the page's own host.
 * Reads URLs as browsers do (WHATWG URL): tabs and line ends within are dropped, backslashes are slashes, number forms are addresses.
 */
export function targetOf(written: string, depth = 0): LinkTarget | undefined {
  const plain = plainHost(written)
  if (plain !== undefined) return { hosts: [plain], reasons: NO_REASONS }
  const text = written.replace(/[\t\n\r]/g, '').replace(/^[\u0000-\u0020]+/, '')
  const scheme = /^[a-z][a-z0-9+.-]{0,40}:/i.exec(text)?.[0].toLowerCase()
  if (scheme !== undefined && !HOST_SCHEMES.has(scheme))
    return LOCAL_SCHEMES.has(scheme) ? undefined : { hosts: [scheme], reasons: new Set(['scheme']) }
  const isRelative = scheme === undefined && !/^[\\/]{2}/.test(text)
  if (isRelative && !HANDS_ON.test(text)) return undefined
  const absolute = scheme === undefined ? (isRelative ? `https://own.invalid/${text}` : `https:${text}`) : text
  if (!URL.canParse(absolute)) return isRelative ? undefined : UNPARSABLE
  const url = new URL(absolute)
  const further = depth < REDIRECTS_MAX ? redirectsOf(url, depth) : []
  if (isRelative && further.length === 0) return undefined
  const reasons = isRelative ? new Set<LinkReason>() : reasonsOf(url)
  if (further.length > 0) reasons.add('redirector')
  return { hosts: [...new Set([...(isRelative ? [] : [url.hostname]), ...further])], reasons }
}

function reasonsOf(url: URL): Set<LinkReason> {
  const reasons = new Set<LinkReason>()
  if (url.username !== '' || url.password !== '') reasons.add('credentials')
  if (/^(?:\d{1,3}\.){3}\d{1,3}$|^\[/.test(url.hostname)) reasons.add('ip-address')
  if (url.hostname.includes('xn--') && url.hostname.split('.').some(isHomograph)) reasons.add('homograph')
  if (carriesData(url)) reasons.add('data-in-url')
  return reasons
}

/** A label that reads as plain Latin letters and has letters of another script among them. */
function isHomograph(label: string): boolean {
  const shown = label.startsWith('xn--') ? punycodeDecode(label.slice(4)) : undefined
  if (shown === undefined || !/[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}]/u.test(shown)) return false
  return /^[a-z0-9-]*$/i.test(canonicalView(shown).text)
}

/** Names of parameters whose value is an address even without a scheme. */
const ADDRESS_NAMES =
  /^(?:url|uri|to|target|dest|destination|redirect|redirect_?ur[il]|return|return_?to|return_?url|next|continue|goto|forward|link|out)$/i
const PARAMETERS_MAX = 100

/** Hosts that a URL hands on to, in a parameter or behind its own path (`/https://other.example/`). */
function redirectsOf(url: URL, depth: number): readonly string[] {
  const hosts: string[] = []
  const add = (value: string): void => {
    hosts.push(...(targetOf(value, depth + 1)?.hosts ?? []))
  }
  const parameters = `${url.search.slice(1)}&${url.href.split('#').slice(1).join('#')}`.split(/[&;]/, PARAMETERS_MAX)
  for (const parameter of parameters) {
    const equals = parameter.indexOf('=')
    const value = percentDecoded(parameter.slice(equals + 1)).trim()
    if (/^(?:(?:https?|ftp|wss?):|[\\/]{2})/i.test(value)) add(value)
    else if (/^(?:javascript|vbscript|data):/i.test(value)) add(value)
    else if (/^aHR0c[A-Za-z0-9+/_-]{6,2000}/.test(value)) add(base64Text(value))
    else if (
      ADDRESS_NAMES.test(parameter.slice(0, Math.max(0, equals))) &&
      /^[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}(?:[/:?]|$)/i.test(value)
    )
      add(`https://${value}`)
  }
  const path = percentDecoded(url.pathname)
  const inner = path.slice(1).search(/https?:\/{1,2}[^/]/i)
  if (inner >= 0) add(path.slice(1 + inner))
  return hosts
}

const DECODES_MAX = 3

/** Decoded until nothing changes, at most three times; what is not valid percent encoding stays. */
export function percentDecoded(text: string): string {
  let decoded = text
  for (let round = 0; round < DECODES_MAX && decoded.includes('%'); round++)
    decoded = decoded.replace(/%([0-7][0-9a-f])/gi, (_, pair: string) => String.fromCharCode(Number.parseInt(pair, 16)))
  return decoded
}

function base64Text(value: string): string {
  const run = /^[A-Za-z0-9+/_-]{1,4096}/.exec(value)?.[0] ?? ''
  return atob(
    run
      .slice(0, run.length - (run.length % 4))
      .replaceAll('-', '+')
      .replaceAll('_', '/'),
  )
}
